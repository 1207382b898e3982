// Compares a group with the baseline: differences, intervals and p-values, and always-valid intervals.
import { twoSidedP, twoSidedT } from "./distributions.ts";
import type { Estimate, Refusal } from "./estimates.ts";

export interface CompareOptions {
  alpha: number;
  tuningUsers: number;
}

export interface Interval {
  low: number;
  high: number;
}

export interface Difference extends Interval {
  estimate: number;
  pValue: number;
  /** Holds at every look at once. */
  alwaysValid: Interval & { pValue: number };
}

export type Compared = { difference: Difference; refusal: null } | { difference: null; refusal: Refusal };

/** Welch's t-test: unequal variances, degrees of freedom after Satterthwaite. */
export function absoluteDifference(baseline: Estimate, other: Estimate, options: CompareOptions): Compared {
  const variance = other.variance / other.n + baseline.variance / baseline.n;
  return difference(baseline, other, other.mean - baseline.mean, variance, options);
}

/** Relative to the baseline's value, by the delta method. Refused if that value is not positive. */
export function relativeDifference(baseline: Estimate, other: Estimate, options: CompareOptions): Compared {
  const [from, to] = [baseline.unadjustedMean, other.unadjustedMean];
  if (!(from > 0)) return { difference: null, refusal: "baseline_not_positive" };
  const variance =
    other.variance / (from ** 2 * other.n) + (baseline.variance * (to / from) ** 2) / (from ** 2 * baseline.n);
  return difference(baseline, other, (other.mean - baseline.mean) / from, variance, options);
}

export function valueInterval({ n, mean, variance }: Estimate, alpha: number): Interval | null {
  if (n < 2 || variance <= 0) return null;
  const margin = twoSidedT(alpha, n - 1) * Math.sqrt(variance / n);
  return { low: mean - margin, high: mean + margin };
}

function difference(
  baseline: Estimate,
  other: Estimate,
  estimate: number,
  variance: number,
  options: CompareOptions,
): Compared {
  if (baseline.n < 2 || other.n < 2) return { difference: null, refusal: "one_user" };
  if (variance <= 0) return { difference: null, refusal: "no_variance" };
  const [ofBaseline, ofOther] = [baseline.variance / baseline.n, other.variance / other.n];
  // Scaled, so that squares neither overflow nor vanish.
  const share = ofBaseline / (ofBaseline + ofOther);
  const degrees = 1 / (share ** 2 / (baseline.n - 1) + (1 - share) ** 2 / (other.n - 1));
  const deviation = Math.sqrt(variance);
  const margin = twoSidedT(options.alpha, degrees) * deviation;
  const result: Difference = {
    estimate,
    low: estimate - margin,
    high: estimate + margin,
    pValue: twoSidedP(estimate / deviation, degrees),
    alwaysValid: alwaysValid(estimate, variance, baseline.n + other.n, options),
  };
  const isFinite = [result.low, result.high, result.pValue, result.alwaysValid.high].every(Number.isFinite);
  return isFinite ? { difference: result, refusal: null } : { difference: null, refusal: "not_finite" };
}

/** Asymptotic confidence sequence (arXiv 2103.06476v7): interval by equation 9, rho by 161, p-value by 155. */
function alwaysValid(estimate: number, variance: number, n: number, { alpha, tuningUsers }: CompareOptions) {
  const rhoSquared = (-2 * Math.log(alpha) + Math.log(1 - 2 * Math.log(alpha))) / tuningUsers;
  const spread = n * rhoSquared + 1;
  const margin = Math.sqrt((variance * n * 2 * spread * Math.log(Math.sqrt(spread) / alpha)) / (n * n * rhoSquared));
  // In logarithms: the evidence itself overflows.
  const logEvidence = (rhoSquared * estimate * estimate * n) / variance / (2 * spread) - Math.log(spread) / 2;
  return { low: estimate - margin, high: estimate + margin, pValue: Math.min(1, Math.exp(-logEvidence)) };
}
