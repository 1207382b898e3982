// What a result is made of: the users of a router, summed up by where and when they were first exposed.
import type { MetricResults, ResultOptions } from "./results.ts";
import type { Moments } from "../statistics/moments.ts";

/** What of a result's options decides which users are summed up, and how. */
export type SampleOptions = Pick<
  ResultOptions,
  "by" | "routeId" | "fromMs" | "toMs" | "multipleExposures" | "incompleteWindow" | "cuped"
>;

/** Users who were first exposed on one day, to one route and variant. */
export interface MetricCell {
  routeId: string;
  variantId: string;
  dayMs: number;
  /** Of the value, a ratio's denominator after it; with CUPED both of the time before the exposure follow. */
  users: Moments;
}

export interface MetricEvent {
  name: string;
  completeThroughMs: number | null;
  rejected: number;
  /** Rows that were read again and kept once. */
  deduplicated: number;
}

export interface MetricSample {
  nowMs: number;
  cells: MetricCell[];
  /** What each route and variant served in the range, also to users who count for another one. */
  exposures: { routeId: string; variantId: string; exposures: number }[];
  /** Before any was left out: all, those of several groups, and those whose window is not over. */
  allUsers: number;
  multipleExposureUsers: number;
  incompleteWindowUsers: number;
  caps: MetricResults["caps"];
  events: MetricEvent[];
  /** First day of the integration's import, as `yyyy-mm-dd`. */
  importFrom: string;
  /** With CUPED: whether the router served anyone in the time that is taken to be before exposure. */
  exposedBefore: boolean;
  /** Some of the exposed users, and how many of these have any imported event of the integration at all. */
  joined: { sampled: number; found: number };
  /** The configured weights; null where the router is not configured here. */
  router: { updatedAtMs: number; routes: { id: string; variants: { id: string; weight: number }[] }[] } | null;
}
