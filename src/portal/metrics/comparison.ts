// How a group compares with the baseline, as the user chose to see it.
import type { Metric, Schemas } from "../api.ts";
import { formatDifference, formatRelative, REFUSALS } from "./format.ts";

export interface ComparisonChoice {
  /** Relative: as a part of the baseline's value. */
  difference: "relative" | "absolute";
  /** Fixed: valid if the user looks once. Always valid: however often the user looks. */
  interval: "fixed" | "alwaysValid";
}

export interface Comparison {
  estimate: number;
  low: number;
  high: number;
  pValue: number;
  verdict: "better" | "worse" | "unclear";
}

export const VERDICTS: Record<Comparison["verdict"], string> = {
  better: "Better",
  worse: "Worse",
  unclear: "Inconclusive",
};

/** Returns a text if there is no comparison: the reason, or a dash for the baseline itself. */
export function compare(
  group: Schemas["MetricGroup"],
  direction: Metric["direction"],
  choice: ComparisonChoice,
): Comparison | string {
  const comparison = group[choice.difference];
  if (comparison === null) return "–";
  const { estimate, refusal } = comparison;
  const {
    low = null,
    high = null,
    pValue = null,
  } = (choice.interval === "alwaysValid" ? comparison.alwaysValid : comparison) ?? {};
  if (estimate === null || low === null || high === null || pValue === null) {
    return refusal === null ? "no figure" : REFUSALS[refusal];
  }
  return { estimate, low, high, pValue, verdict: verdictOf(low, high, direction) };
}

function verdictOf(low: number, high: number, direction: Metric["direction"]): Comparison["verdict"] {
  if (low <= 0 && high >= 0) return "unclear";
  return low > 0 === (direction === "up") ? "better" : "worse";
}

export function differenceFormatter({ format }: Metric, { difference }: ComparisonChoice): (value: number) => string {
  return difference === "relative" ? formatRelative : (value) => formatDifference(format, value);
}

export function formatConfidence(confidence: number): string {
  return `${Number((confidence * 100).toPrecision(6))}%`;
}
