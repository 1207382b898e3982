// The options of all benchmarks.

export interface BenchOptions {
  /** Multiplies the amounts of data: 1 for published figures, less during development. */
  scale: number;
  /** Receives each step as a text for users. */
  onStep: (step: string) => void;
}

/** `full` at this scale, in whole thousands and at least one thousand. */
export function scaled(full: number, scale: number): number {
  return Math.max(1, Math.round((full * scale) / 1_000)) * 1_000;
}
