// Sufficient statistics, centred: no digits are lost where a mean is large and the spread small.

/** Moments of some users, who all have the same variables. */
export interface Moments {
  n: number;
  means: number[];
  /** Sums over users of the products of two variables' deviations from their means; squares on the diagonal. */
  products: number[][];
}

export const NO_USERS: Moments = { n: 0, means: [], products: [] };

/** Means that differ by less are the same, and were only rounded in different ways. */
const ROUNDING = 1e-15;

/** The two together, as if their users had been one sample (Chan, Golub and LeVeque 1983). */
export function merge(a: Moments, b: Moments): Moments {
  if (a.n === 0) return b;
  if (b.n === 0) return a;
  const n = a.n + b.n;
  const apart = b.means.map((mean, i) => difference(a.means[i] ?? 0, mean));
  const by = (i: number) => apart[i] ?? 0;
  return {
    n,
    means: a.means.map((mean, i) => mean + (by(i) * b.n) / n),
    products: a.products.map((row, i) =>
      row.map((product, j) => product + (b.products[i]?.[j] ?? 0) + (by(i) * by(j) * a.n * b.n) / n),
    ),
  };
}

function difference(from: number, to: number): number {
  return Math.abs(to - from) <= ROUNDING * Math.max(Math.abs(from), Math.abs(to)) ? 0 : to - from;
}
