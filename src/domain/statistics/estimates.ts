// What a group's users tell about a metric: its value and the variance of one user's share in it.
import { mergePairs, type Moments, type PairMoments } from "./moments.ts";

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
  /** Before an adjustment by a covariate: what relative differences divide by. */
  unadjustedMean: number;
}

export type Estimated = { estimate: Estimate; refusal: null } | { estimate: null; refusal: Refusal };

export function meanOf(moments: Moments): Estimated {
  const { n, mean, squares } = moments;
  return checked({ n, mean, variance: squares / (n - 1), unadjustedMean: mean });
}

/** Of zeros and ones: p (1 − p), as GrowthBook has it, without the n − 1 of a sample's variance. */
export function proportionOf({ n, mean }: Moments): Estimated {
  return checked({ n, mean, variance: mean * (1 - mean), unadjustedMean: mean });
}

/** Sum over sum; its variance by the delta method (Deng, Knoblich and Lu 2018), since users, not records, were assigned. */
export function ratioOf({ value, other, products }: PairMoments): Estimated {
  if (value.n > 0 && other.mean === 0) return { estimate: null, refusal: "zero_denominator" };
  const degrees = value.n - 1;
  const mean = value.mean / other.mean;
  const variance = (value.squares - 2 * mean * products + mean * mean * other.squares) / degrees / other.mean ** 2;
  // Rounding may leave a trace below zero where all users have the same ratio.
  return checked({ n: value.n, mean, variance: Math.max(0, variance), unadjustedMean: mean });
}

export interface Adjusted {
  baseline: Estimated;
  other: Estimated;
  theta: number;
}

/**
 * CUPED (Deng, Xu, Kohavi and Walker 2013): both groups less theta times their covariate, which exposure cannot have changed. Theta
 * is that of both groups together, so it is fitted to each pair that is compared.
 */
export function adjustPair(baseline: PairMoments, other: PairMoments): Adjusted {
  const both = mergePairs(baseline, other);
  const theta = both.other.squares === 0 || both.value.squares === 0 ? 0 : both.products / both.other.squares;
  return { baseline: adjust(baseline, theta), other: adjust(other, theta), theta };
}

function adjust({ value, other, products }: PairMoments, theta: number): Estimated {
  const squares = value.squares + theta * theta * other.squares - 2 * theta * products;
  return checked({
    n: value.n,
    mean: value.mean - theta * other.mean,
    variance: Math.max(0, squares) / (value.n - 1),
    unadjustedMean: value.mean,
  });
}

function checked(estimate: Estimate): Estimated {
  if (estimate.n === 0) return { estimate: null, refusal: "no_users" };
  if (!Number.isFinite(estimate.mean)) return { estimate: null, refusal: "not_finite" };
  // One user has a value, though nothing is known of its variance.
  if (estimate.n === 1) return { estimate: { ...estimate, variance: 0 }, refusal: null };
  return Number.isFinite(estimate.variance) ? { estimate, refusal: null } : { estimate: null, refusal: "not_finite" };
}
