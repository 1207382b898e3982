// The result of a metric for a router: groups of users compared with a baseline, and health checks.
import type { Interval } from "../statistics/compare.ts";
import type { Refusal } from "../statistics/estimates.ts";

export interface ResultOptions {
  by: "route" | "variant";
  /** Only exposures of this route count; null for all routes. */
  routeId: string | null;
  /** First day, and the day after the last: UTC midnights. */
  fromMs: number;
  toMs: number;
  /** The group that the others are compared with; null for the group with the most users. */
  baseline: string | null;
  /** A user of several groups belongs to the first it saw, or to none. */
  multipleExposures: "first" | "exclude";
  /** Users whose window is not over, or not imported yet to its end. */
  incompleteWindow: "include" | "exclude";
  /** Adjusts by the same measure in an equal window before the first exposure. */
  cuped: boolean;
  confidence: number;
}

/** A difference to the baseline. If there are no figures, `refusal` says why. */
export interface Comparison {
  estimate: number | null;
  low: number | null;
  high: number | null;
  pValue: number | null;
  /** Holds even if the result is looked at many times. */
  alwaysValid: (Interval & { pValue: number }) | null;
  refusal: Refusal | null;
}

export interface GroupResult {
  id: string;
  users: number;
  /** All that the group served in the range, also to users who count for another group. */
  exposures: number;
  value: number | null;
  interval: Interval | null;
  refusal: Refusal | null;
  /** Both null for the baseline itself. */
  absolute: Comparison | null;
  relative: Comparison | null;
}

export const HEALTH_CHECKS = [
  "sample_ratio",
  "minimum_sample",
  "join_rate",
  "mixed_variants",
  "complete_through",
  "exposed_before",
  "rejected",
  "deduplicated",
] as const;

export interface HealthCheck {
  check: (typeof HEALTH_CHECKS)[number];
  status: "ok" | "warning" | "unknown";
  /** What it is; where it warns, the likely cause and what to do. */
  message: string;
  figures: Record<string, number | string | null | Record<string, number>>;
}

/** Users who were first exposed on one day, with their values over their whole windows. */
export interface DayResult {
  dayMs: number;
  groups: { id: string; users: number; value: number | null; interval: Interval | null }[];
}

export interface MetricResults {
  baseline: string | null;
  groups: GroupResult[];
  health: HealthCheck[];
  overTime: DayResult[];
  /** The values at which users were capped; null if they were not. */
  caps: { value: number | null; denominator: number | null };
}
