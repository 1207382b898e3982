// How a result is looked at: differences absolute or in parts of the baseline, intervals for one look or for every look.
import type { Metric, MetricGroup, MetricResults } from "./types.ts";
import { formatDifference, formatRelative, REFUSALS } from "./format.ts";

export interface View {
  difference: "relative" | "absolute";
  interval: "fixed" | "alwaysValid";
}

export interface Shown {
  estimate: number;
  low: number;
  high: number;
  pValue: number;
  verdict: "better" | "worse" | "unclear";
}

export const VERDICTS: Record<Shown["verdict"], string> = {
  better: "Better",
  worse: "Worse",
  unclear: "Inconclusive",
};

/** The figures of a group's difference, or why there are none; null for the baseline, which has no difference. */
export function shownOf(group: MetricGroup, direction: Metric["direction"], view: View): Shown | string | null {
  const comparison = group[view.difference];
  if (comparison === null) return null;
  const { estimate, refusal, alwaysValid } = comparison;
  const of = view.interval === "alwaysValid" ? alwaysValid : comparison;
  if (estimate === null || of === null || of.low === null || of.high === null || of.pValue === null) {
    return refusal === null ? "no figure" : REFUSALS[refusal];
  }
  const { low, high, pValue } = of;
  return { estimate, low, high, pValue, verdict: verdictOf(low, high, direction) };
}

function verdictOf(low: number, high: number, direction: Metric["direction"]): Shown["verdict"] {
  if (low <= 0 && high >= 0) return "unclear";
  return low > 0 === (direction === "up") ? "better" : "worse";
}

export function differenceFormat({ metric }: Pick<MetricResults, "metric">, view: View): (value: number) => string {
  return view.difference === "relative" ? formatRelative : (value) => formatDifference(metric.format, value);
}

/** @example confidenceText(0.95) // "95%" */
export function confidenceText(confidence: number): string {
  return `${Number((confidence * 100).toPrecision(6))}%`;
}
