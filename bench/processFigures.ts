// What a process on this machine takes: memory and processor time, as Linux counts them.
import { readFileSync } from "node:fs";

/** Linux counts processor time in hundredths of a second for programs, whatever the kernel's own unit is. */
const MS_PER_TICK = 10;
const KB_PER_MB = 1_024;

export interface Memory {
  /** The most that was resident so far. */
  peakMb: number;
  residentMb: number;
  /** The same with each shared page divided among the processes that share it. */
  proportionalMb: number;
}

export function memoryOf(pid: number): Memory {
  return {
    peakMb: kilobytes(`/proc/${pid}/status`, "VmHWM") / KB_PER_MB,
    residentMb: kilobytes(`/proc/${pid}/status`, "VmRSS") / KB_PER_MB,
    proportionalMb: kilobytes(`/proc/${pid}/smaps_rollup`, "Pss") / KB_PER_MB,
  };
}

function kilobytes(file: string, name: string): number {
  const found = new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(readFileSync(file, "utf8"))?.[1];
  if (found === undefined) throw new Error(`${file} has no ${name}.`);
  return Number(found);
}

/** Processor time so far, of all threads, as programs and as the kernel for them. */
export function processorMsOf(pid: number): number {
  // The name of the program stands in parentheses and may contain blanks.
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK;
}
