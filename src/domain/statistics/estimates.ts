// Estimates of a group: a metric's value, and the variance of one user's share in it.
import { merge, type Moments } from "./moments.ts";

/** What of the terms that cancel out is rounding, over several hundred merged days. */
const ROUNDING = 1e-12;

/** Why there is no figure: never a NaN. */
export const REFUSALS = [
  "no_users",
  "one_user",
  "no_variance",
  "zero_denominator",
  "baseline_not_positive",
  "not_finite",
] as const;
export type Refusal = (typeof REFUSALS)[number];

export interface Estimate {
  n: number;
  mean: number;
  /** Of one user: divided by `n` it is the variance of the mean. */
  variance: number;
  /** Before an adjustment by the past: what relative differences divide by. */
  unadjustedMean: number;
}

export type Estimated = { estimate: Estimate; refusal: null } | { estimate: null; refusal: Refusal };

export type MetricKind = "mean" | "proportion" | "ratio";

/** A figure as a weighted sum of a user's variables: exactly so for a mean, by the delta method for a ratio. */
interface Linear {
  mean: number;
  /** By variable; the variance of a user's weighted sum, divided by n, is that of the figure. */
  weights: number[];
}

/** The first variable is the user's value; the second is the denominator of a ratio. */
export function estimateOf(kind: MetricKind, users: Moments): Estimated {
  if (users.n === 0) return { estimate: null, refusal: "no_users" };
  const figure = figureAt(kind, users, 0);
  if (figure === null) return { estimate: null, refusal: "zero_denominator" };
  const { mean } = figure;
  // For zeros and ones it is p (1 − p), as in GrowthBook, without the n − 1 of a sample's variance.
  const variance = kind === "proportion" ? mean * (1 - mean) : varianceOf(users, figure.weights);
  return checked({ n: users.n, mean, variance, unadjustedMean: mean });
}

export interface Adjusted {
  baseline: Estimated;
  other: Estimated;
  /** The factor by which the past is subtracted. */
  theta: number;
}

/** CUPED (Deng, Xu, Kohavi, Walker 2013; ratios: appendix B): each group less theta, fitted to both, times its past. */
export function adjustPair(kind: MetricKind, baseline: Moments, other: Moments): Adjusted {
  const theta = thetaOf(kind, baseline, other);
  return { baseline: adjust(kind, baseline, theta), other: adjust(kind, other, theta), theta };
}

function thetaOf(kind: MetricKind, baseline: Moments, other: Moments): number {
  // If one group has no past, nothing is subtracted from either group.
  if ([baseline, other].some((users) => pastOf(kind, users) === null)) return 0;
  const both = merge(baseline, other);
  const [value, past] = [figureAt(kind, both, 0), pastOf(kind, both)];
  if (value === null || past === null) return 0;
  const spreadOf = ({ weights }: Linear) => productsOf(both, weights, weights);
  if (spreadOf(value) === 0 || spreadOf(past) === 0) return 0;
  return productsOf(both, value.weights, past.weights) / spreadOf(past);
}

function adjust(kind: MetricKind, users: Moments, theta: number): Estimated {
  const [value, past] = [figureAt(kind, users, 0), pastOf(kind, users)];
  if (users.n === 0 || value === null || past === null) return estimateOf(kind, users);
  const weights = value.weights.map((weight, i) => weight - theta * (past.weights[i] ?? 0));
  return checked({
    n: users.n,
    mean: value.mean - theta * past.mean,
    variance: varianceOf(users, weights),
    unadjustedMean: value.mean,
  });
}

function pastOf(kind: MetricKind, users: Moments): Linear | null {
  return figureAt(kind, users, users.means.length / 2);
}

function figureAt(kind: MetricKind, users: Moments, at: number): Linear | null {
  if (kind === "ratio") return ratioAt(users, at);
  return { mean: users.means[at] ?? 0, weights: users.means.map((_, i) => (i === at ? 1 : 0)) };
}

/** One user has a value, though nothing is known of its variance. */
function varianceOf(users: Moments, weights: number[]): number {
  return users.n === 1 ? 0 : Math.max(0, productsOf(users, weights, weights)) / (users.n - 1);
}

function checked(estimate: Estimate): Estimated {
  const isFinite = Number.isFinite(estimate.mean) && Number.isFinite(estimate.variance);
  return isFinite ? { estimate, refusal: null } : { estimate: null, refusal: "not_finite" };
}

/** Delta method (Deng, Knoblich and Lu 2018): users, not records, were assigned. Null if the denominator is zero. */
function ratioAt({ means }: Moments, at: number): Linear | null {
  const [above = 0, below = 0] = means.slice(at);
  if (below === 0) return null;
  const mean = above / below;
  return { mean, weights: means.map((_, i) => (i === at ? 1 / below : i === at + 1 ? -mean / below : 0)) };
}

/** Sum over users of the products of two weighted sums' deviations. */
function productsOf({ products }: Moments, a: number[], b: number[]): number {
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
