// What every benchmark is given.

export interface BenchOptions {
  /** Multiplies the amounts of data: 1 for figures that count, less while working on something. */
  scale: number;
  /** Told what is being done, in words for people. */
  onStep: (step: string) => void;
}

/** So many of `full` at this scale, in whole thousands and at least one thousand. */
export function scaled(full: number, scale: number): number {
  return Math.max(1, Math.round((full * scale) / 1_000)) * 1_000;
}
