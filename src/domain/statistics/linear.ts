// A figure as a weighted sum of a user's variables: exactly so for a mean, by the delta method for a ratio.
import type { Moments } from "./moments.ts";

export interface Linear {
  mean: number;
  /** By variable; the variance of a user's weighted sum, divided by n, is that of the figure. */
  weights: number[];
}

/** What of the terms that cancel out is rounding, over several hundred merged days. */
const ROUNDING = 1e-12;

export function meanAt({ means }: Moments, at: number): Linear {
  return { mean: means[at] ?? 0, weights: means.map((_, i) => (i === at ? 1 : 0)) };
}

/** Delta method (Deng, Knoblich and Lu 2018): users, not records, were assigned. Null if the denominator is zero. */
export function ratioAt({ means }: Moments, at: number): Linear | null {
  const [above = 0, below = 0] = means.slice(at);
  if (below === 0) return null;
  const mean = above / below;
  return { mean, weights: means.map((_, i) => (i === at ? 1 / below : i === at + 1 ? -mean / below : 0)) };
}

/** Sum over users of the products of two weighted sums' deviations. */
export function productsOf({ products }: Moments, a: number[], b: number[]): number {
  let [sum, size] = [0, 0];
  for (const [i, row] of products.entries()) {
    for (const [j, product] of row.entries()) {
      const term = (a[i] ?? 0) * product * (b[j] ?? 0);
      sum += term;
      size += Math.abs(term);
    }
  }
  return Math.abs(sum) <= ROUNDING * size ? 0 : sum;
}
