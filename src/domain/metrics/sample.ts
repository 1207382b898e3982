// What a result is made of: the users of a router, summed up by where and when they were first exposed.
import type { MetricResults, ResultOptions } from "./results.ts";
import type { Moments } from "../statistics/moments.ts";

/** The options of a result that decide which users are summed up, and how. */
export type SampleOptions = Omit<ResultOptions, "baseline" | "confidence">;

/** Users who were first exposed on one day, to one route and variant. */
export interface MetricCell {
  routeId: string;
  variantId: string;
  dayMs: number;
  /** The variables are the value and a ratio's denominator; with CUPED the same from before the exposure follow. */
  users: Moments;
}

export interface MetricEvent {
  name: string;
  completeThroughMs: number | null;
  /** The first day, `yyyy-mm-dd`, that counts here and cannot be read now; null if there is none. */
  gapFrom: string | null;
  rejected: number;
  /** Rows that were read again and kept once. */
  deduplicated: number;
}

export interface MetricSample {
  nowMs: number;
  cells: MetricCell[];
  /** What each route and variant served in the range, also to users who count for another one. */
  exposures: { routeId: string; variantId: string; exposures: number }[];
  /** Counts before any user is left out: all, those of several groups, and those whose window is not over. */
  allUsers: number;
  multipleExposureUsers: number;
  incompleteWindowUsers: number;
  caps: MetricResults["caps"];
  events: MetricEvent[];
  /** First day of the integration's import, as `yyyy-mm-dd`. */
  importFrom: string;
  /** With CUPED: whether the router served users in the time that counts as before the exposure. */
  exposedBefore: boolean;
  /**
   * A sample of exposed users, and how many of them have any imported event of the integration. `byId`: by the property
   * that holds the id, each user once.
   */
  joined: { sampled: number; found: number; byId: Record<string, number> };
  /** The configured weights; null if the router is not configured here. */
  router: { updatedAtMs: number; routes: { id: string; variants: { id: string; weight: number }[] }[] } | null;
}
