// Progress bars on a terminal, plain lines elsewhere.
import { MultiBar, Presets } from "cli-progress";

export interface Bar {
  update(done: number): void;
}

export interface Bars {
  add(label: string, total: number): Bar;
  note(text: string): void;
  stop(): void;
}

const LABEL_WIDTH = 27;
const FORMAT = "  {label} {bar} {percentage}%  {value}/{total}";

export function createBars(): Bars {
  const { stderr } = process;
  if (!stderr.isTTY) return plainBars((line) => stderr.write(`${line}\n`));
  const multi = new MultiBar({ format: FORMAT, stream: stderr, hideCursor: true }, Presets.shades_classic);
  return {
    add: (label, total) => {
      const bar = multi.create(total, 0, { label: label.padEnd(LABEL_WIDTH) });
      return { update: (done) => bar.update(done) };
    },
    note: (text) => multi.log(`  ${text}\n`),
    stop: () => multi.stop(),
  };
}

/** A line for every quarter. */
function plainBars(write: (line: string) => void): Bars {
  return {
    add: (label, total) => {
      let shown = -1;
      return {
        update: (done) => {
          const quarter = total === 0 ? 4 : Math.floor((4 * done) / total);
          if (quarter <= shown) return;
          shown = quarter;
          write(`  ${label.padEnd(LABEL_WIDTH)} ${String(quarter * 25).padStart(3)}%  ${done}/${total}`);
        },
      };
    },
    note: (text) => write(`  ${text}`),
    stop: () => {},
  };
}
