// Student's t and chi-squared, out of stdlib; their agreement with scipy is tested.
import gammainc from "@stdlib/math-base-special-gammainc";
import tCdf from "@stdlib/stats-base-dists-t-cdf";
import tQuantile from "@stdlib/stats-base-dists-t-quantile";

/** Probability of a |t| at least as large. The lower tail keeps its digits where 1 − cdf has none left. */
export function twoSidedP(t: number, degreesOfFreedom: number): number {
  return Math.min(1, 2 * tCdf(-Math.abs(t), degreesOfFreedom));
}

/** The t that is exceeded on both sides together with probability `alpha`. */
export function twoSidedT(alpha: number, degreesOfFreedom: number): number {
  return -tQuantile(alpha / 2, degreesOfFreedom);
}

export function chiSquaredP(statistic: number, degreesOfFreedom: number): number {
  return gammainc(statistic / 2, degreesOfFreedom / 2, true, true);
}
