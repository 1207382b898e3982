// A measure as SQL over rows `e` of imported_events: which rows count, and the value of each.
import { sql, type RawBuilder } from "kysely";
import type { Aggregation, Filter } from "../../domain/metrics/metric.ts";

/** Larger numbers count as absent: one of them, and its square, would leave nothing of the other values in a sum. */
const MAX_ABSOLUTE = sql.lit("1e100");

export function passes(filters: Filter[]): RawBuilder<boolean> {
  if (filters.length === 0) return sql`true`;
  return sql`(${sql.join(filters.map(passesOne), sql` and `)})`;
}

function passesOne({ property, operator, value }: Filter): RawBuilder<boolean> {
  const found = valueOf(property);
  switch (operator) {
    case "exists":
      return sql`jsonb_typeof(${found}) <> 'null'`;
    case "equals":
      return sql`${found} = ${jsonOf(value)}`;
    case "not_equals":
      return sql`${found} is distinct from ${jsonOf(value)}`;
    default:
      return sql`case when jsonb_typeof(${found}) = 'number'
        then (${found})::numeric ${COMPARISONS[operator]} ${String(value)}::numeric else false end`;
  }
}

const COMPARISONS = { greater: sql`>`, at_least: sql`>=`, less: sql`<`, at_most: sql`<=` };

function jsonOf(value: Filter["value"]): RawBuilder<unknown> {
  return sql`${JSON.stringify(value)}::jsonb`;
}

export function numberOf(property: string): RawBuilder<unknown> {
  const found = valueOf(property);
  const number = sql`(${found})::numeric`;
  return sql`case when jsonb_typeof(${found}) = 'number'
    and ${number} between -${MAX_ABSOLUTE}::numeric and ${MAX_ABSOLUTE}::numeric then ${number} end`;
}

/** A name with dots may name a field within a field, or the value of a key in an array of keys and values. */
function valueOf(property: string): RawBuilder<unknown> {
  return property.includes(".")
    ? sql`crosscurrent_property(e.properties, ${property}::text)`
    : sql`(e.properties -> ${property}::text)`;
}

/** One user's value, from its rows that passed, the property's sum over them, and how many of them had it. */
export function userValue(
  aggregation: Aggregation,
  of: { rows: RawBuilder<unknown>; sum: RawBuilder<unknown>; numbers: RawBuilder<unknown> },
) {
  const values = {
    count: sql`${of.rows}::numeric`,
    conversion: sql`(case when ${of.rows} > 0 then 1 else 0 end)::numeric`,
    sum: sql`coalesce(${of.sum}, 0)`,
    mean: sql`case when ${of.numbers} > 0 then ${of.sum} / ${of.numbers} else 0 end`,
  };
  return values[aggregation];
}
