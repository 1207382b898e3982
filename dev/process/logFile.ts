// A log file for the output of one process. Each start begins it anew.
import { closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";

const MAX_BYTES = 64 * 1024 * 1024;

export interface LogFile {
  write(line: string): void;
  close(): void;
}

/** Stops writing at 64 MB, so that a development log does not fill the disk. */
export function openLog(logDir: string, name: string): LogFile {
  mkdirSync(logDir, { recursive: true });
  const file = openSync(join(logDir, `${name}.log`), "w", 0o600);
  let writtenBytes = 0;
  let isOpen = true;
  return {
    write: (line) => {
      if (isOpen && writtenBytes < MAX_BYTES) writtenBytes += writeSync(file, `${line}\n`);
    },
    close: () => {
      if (isOpen) closeSync(file);
      isOpen = false;
    },
  };
}
