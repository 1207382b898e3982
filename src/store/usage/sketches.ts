// Percentiles from DDSketch. PostgreSQL keeps and adds a sketch's bins, and the library turns them into values.
import { DDSketch } from "@datadog/sketches-js";
import { sql, type RawBuilder } from "kysely";
import type { Percentiles } from "../../domain/usage.ts";

/** A percentile is at most so much off. */
const RELATIVE_ACCURACY = 0.01;
const newSketch = () => new DDSketch({ relativeAccuracy: RELATIVE_ACCURACY });
const BINS_PER_E = sql.lit(1 / Math.log(newSketch().mapping.gamma));
/** Shorter times count as this one. */
const SHORTEST_MS = sql.lit(0.001);

export interface Bin {
  bin: number;
  calls: number;
}

/** The bin of a time, as the library's logarithmic mapping has it. */
export function binOf(ms: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`ceil(ln(greatest(${ms}, ${SHORTEST_MS})::double precision) * ${BINS_PER_E})::integer`;
}

export function percentilesOf(bins: Bin[]): Percentiles {
  const sketch = newSketch();
  for (const { bin, calls } of bins) sketch.accept(sketch.mapping.value(bin), calls);
  const at = (quantile: number) =>
    sketch.count === 0 ? null : Number(sketch.getValueAtQuantile(quantile).toPrecision(4));
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}
