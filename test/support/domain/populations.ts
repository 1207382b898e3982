// Simulated users of whom the truth is known: skewed spending, buying or not, spending per session; each with its
// past.
import { adjustPair, estimateOf, type Estimated } from "../../../src/domain/statistics/estimates.ts";
import type { Moments } from "../../../src/domain/statistics/moments.ts";
import { normalOf } from "./statistics.ts";

type Population = "spending" | "buying" | "sessions";

export interface Metric {
  name: string;
  population: Population;
  isAdjusted: boolean;
  /** Of one user without a lift. */
  mean: number;
  /** In parts of the mean; large enough to be found mostly. */
  lift: number;
}

const SPREAD = 0.5;
const BUYERS = 0.3;
const SESSIONS = 6;
/** Of 1 to SESSIONS, evenly: the mean, and the mean of the squares. */
const [MEAN_SESSIONS, SQUARE_SESSIONS] = [3.5, 91 / 6];
const PER_SESSION = 0.2 + (0.05 * SQUARE_SESSIONS) / MEAN_SESSIONS;

export const METRICS: Metric[] = [
  { name: "mean", population: "spending", isAdjusted: false, mean: Math.exp(SPREAD ** 2 / 2), lift: 0.25 },
  { name: "mean with CUPED", population: "spending", isAdjusted: true, mean: Math.exp(SPREAD ** 2 / 2), lift: 0.25 },
  { name: "proportion", population: "buying", isAdjusted: false, mean: BUYERS, lift: 0.3 },
  { name: "proportion with CUPED", population: "buying", isAdjusted: true, mean: BUYERS, lift: 0.3 },
  { name: "ratio", population: "sessions", isAdjusted: false, mean: PER_SESSION, lift: 0.15 },
  { name: "ratio with CUPED", population: "sessions", isAdjusted: true, mean: PER_SESSION, lift: 0.15 },
];

/** Of what is spent before and after: both are an activity, lognormal, times a share of variance 1/4. */
export const CORRELATION =
  (Math.exp(2 * SPREAD ** 2) - Math.exp(SPREAD ** 2)) / (1.25 * Math.exp(2 * SPREAD ** 2) - Math.exp(SPREAD ** 2));

/** A user's variables: what it counts, of a ratio over what, and the same of its past. */
export function draw({ population }: Metric, lift: number, random: () => number): number[] {
  if (population === "spending") {
    const activity = Math.exp(SPREAD * normalOf(random));
    // The mean of four exponentials: skewed, but less than one.
    const spent = () => -Math.log((1 - random()) * (1 - random()) * (1 - random()) * (1 - random())) / 4;
    return [activity * spent() * (1 + lift), activity * spent()];
  }
  if (population === "buying") {
    const chance = BUYERS * 2 * random();
    return [random() < chance * (1 + lift) ? 1 : 0, random() < chance ? 1 : 0];
  }
  // Who comes more often spends more each time, so that the ratio of sums is not the mean of ratios.
  const generosity = 0.5 + random();
  const visited = () => {
    const sessions = 1 + Math.floor(SESSIONS * random());
    return [sessions * (0.2 + 0.05 * sessions) * generosity, sessions] as const;
  };
  const [[spent, sessions], before] = [visited(), visited()];
  return [spent * (1 + lift), sessions, ...before];
}

const KINDS = { spending: "mean", buying: "proportion", sessions: "ratio" } as const;

export function estimatesOf(
  { population, isAdjusted }: Metric,
  a: Moments,
  b: Moments,
): { baseline: Estimated; other: Estimated } {
  const kind = KINDS[population];
  return isAdjusted ? adjustPair(kind, a, b) : { baseline: estimateOf(kind, a), other: estimateOf(kind, b) };
}
