// Sample-ratio mismatch: whether users came to the variants in the proportions of their weights.
import { chiSquaredP } from "./distributions.ts";

/** A router that assigns correctly is suspected once in a thousand looks. */
export const SAMPLE_RATIO_ALPHA = 0.001;

export interface SampleRatio {
  pValue: number;
  isMismatch: boolean;
  expected: number[];
}

/** Pearson's chi-squared test. Null if there is nothing to test: fewer than two weights, or no users. */
export function sampleRatio(users: number[], weights: number[]): SampleRatio | null {
  const total = users.reduce((sum, count) => sum + count, 0);
  const weight = weights.reduce((sum, one) => sum + one, 0);
  const weighted = weights.filter((one) => one > 0).length;
  if (total === 0 || weighted < 2) return null;
  const expected = weights.map((one) => (one / weight) * total);
  let statistic = 0;
  for (const [i, count] of users.entries()) {
    const due = expected[i] ?? 0;
    // Users where none are due are a mismatch, whatever the others are.
    if (due === 0 && count > 0) return { pValue: 0, isMismatch: true, expected };
    if (due > 0) statistic += (count - due) ** 2 / due;
  }
  const pValue = chiSquaredP(statistic, weighted - 1);
  return { pValue, isMismatch: pValue < SAMPLE_RATIO_ALPHA, expected };
}
