// Sums up the values of a metric's users by route, variant and day, in one statement and exactly.
import { sql, type RawBuilder } from "kysely";
import { canBeCapped, measuresOf, type Measure, type Metric } from "../../domain/metrics/metric.ts";
import type { MetricCell, MetricSample, SampleOptions } from "../../domain/metrics/sample.ts";
import type { Transaction } from "../postgres/database.ts";
import type { Source } from "./keptValues.ts";
import { userValue } from "./measureSql.ts";
import { rivalsOf } from "./rivals.ts";
import type { Cell } from "./users.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const SAMPLED_USERS = 1_000;

interface Sums {
  cell: number;
  day: number;
  n: number;
  /** One for each variable, in the order of `variablesOf`. */
  sums: number[];
  /** n times the sum of the products of two variables' deviations: exact, because no mean is rounded. */
  products: number[][];
}

interface Summed {
  cells: MetricCell[];
  totals: Pick<MetricSample, "allUsers" | "multipleExposureUsers" | "incompleteWindowUsers">;
  caps: MetricSample["caps"];
  sampled: string[];
}

function toCell(cells: Cell[], { cell, day, n, sums, products }: Sums): MetricCell[] {
  const found = cells.find((one) => one.cell === cell);
  if (found === undefined) return [];
  const users = {
    n,
    means: sums.map((sum) => sum / n),
    products: products.map((row) => row.map((product) => product / n)),
  };
  return [{ routeId: found.routeId, variantId: found.variantId, dayMs: day * DAY_MS, users }];
}

interface Sampled {
  cells: Cell[];
  sources: Source[];
  /** Events whose values depend on rivals. */
  withRivals: ReadonlySet<number>;
  throughMs: number;
}

/**
 * Sums up the users in `metric_users`, with their kept values for the sources. For example, the metric `sum of
 * price`, capped at the highest of these three values but one:
 *
 *     valued   cell 1: u1 3, u2 9; cell 2: u3 100     each user's value
 *     caps     9
 *     taken    cell 1: u1 3, u2 9; cell 2: u3 9       by cell and day
 *     summed   cell 1: n 2, sums [12], products [[2 * (9 + 81) - 12 * 12]]; cell 2: n 1, sums [9], products [[0]]
 */
export async function sumUp(
  tx: Transaction,
  metric: Metric,
  asked: Pick<SampleOptions, "multipleExposures" | "incompleteWindow" | "cuped">,
  { cells, sources, withRivals, throughMs }: Sampled,
): Promise<Summed> {
  const isIncomplete = sql`u.anchor_ms + ${metric.windowHours * HOUR_MS}::bigint > ${throughMs}::bigint`;
  const counted = sql.join(
    [
      asked.multipleExposures === "exclude" ? sql`not u.is_multiple` : sql`true`,
      asked.incompleteWindow === "exclude" ? sql`not ${isIncomplete}` : sql`true`,
    ],
    sql` and `,
  );
  const variables = variablesOf(metric, asked.cuped);
  const joins = sources.map((source, i) => joined(source, i, withRivals));
  const capped = measuresOf(metric).some(canBeCapped) ? metric.winsorizePercentile : null;
  const [found] = await tx.query(sql<Omit<Summed, "cells"> & { cells: Sums[] }>`
    with valued as ${capped === null ? sql`` : sql`materialized`} (
      select u.cell, u.anchor_ms, ${sql.join(variables.map(({ name, value }) => sql`${value} as ${sql.ref(name)}`))}
      from metric_users u ${sql.join(joins, sql` `)} where ${counted}
    ), caps as materialized (${capsSql(metric, capped)}
    ), taken as (
      select cell, anchor_ms / ${sql.lit(DAY_MS)} as day, ${sql.join(variables.map((one) => cappedSql(one, capped)))}
      from valued v cross join caps p
    ), summed as (select cell, day, ${sumsSql(variables)} from taken group by cell, day)
    select coalesce((select json_agg(summed) from summed), '[]') as cells,
      (select json_build_object('allUsers', count(*), 'multipleExposureUsers', count(*) filter (where is_multiple),
        'incompleteWindowUsers', count(*) filter (where ${isIncomplete})) from metric_users u) as totals,
      (select json_build_object('value', value, 'denominator', denominator) from caps) as caps,
      array(select user_id from metric_users order by hashtextextended(user_id, 0)
        limit ${sql.lit(SAMPLED_USERS)}) as sampled`);
  if (found === undefined) throw new Error("PostgreSQL returned no row.");
  return { ...found, cells: found.cells.flatMap((sums) => toCell(cells, sums)) };
}

interface Variable {
  name: string;
  value: RawBuilder<unknown>;
  capName: "value" | "denominator";
}

/** One variable per source, so two for a ratio. With CUPED, the same of the time before the exposure follow. */
function variablesOf(metric: Metric, cuped: boolean): Variable[] {
  const times = cuped ? ["", "_before"] : [""];
  return times.flatMap((time) =>
    measuresOf(metric).map(({ aggregation }, i): Variable => {
      const of = (column: string) => sql.ref(`${SOURCES[i]}.${column}${time}`);
      const capName = i === 0 ? "value" : "denominator";
      const value = userValue(aggregation, { rows: of("rows"), sum: of("sum"), numbers: of("numbers") });
      return { name: `${capName}${time}`, value, capName };
    }),
  );
}

const SOURCES = ["a", "b"];

function joined({ id, eventId }: Source, i: number, withRivals: ReadonlySet<number>): RawBuilder<unknown> {
  const name = SOURCES[i] ?? "";
  const of = (column: string) => sql.ref(`${name}.${column}`);
  const rivals = rivalsOf(eventId, withRivals, `${name}_rivals`);
  return sql`${rivals.join} join metric_values ${sql.ref(name)} on ${of("source_id")} = ${id}
    and ${of("user_id")} = u.user_id and ${of("anchor_ms")} = u.anchor_ms and ${of("rivals")} = ${rivals.hash}`;
}

/** A percentile of all counted users' values. Values before the exposure have the cap of those after it. */
function capsSql({ measure, denominator }: Metric, percentile: number | null): RawBuilder<unknown> {
  const cap = (of: Measure | null, column: string) =>
    percentile === null || of === null || !canBeCapped(of)
      ? sql`null::numeric`
      : sql`percentile_disc(${percentile}::double precision) within group (order by ${sql.ref(column)})`;
  return sql`select ${cap(measure, "value")} as value, ${cap(denominator, "denominator")} as denominator
    ${percentile === null ? sql`` : sql` from valued`}`;
}

/** `least` ignores nulls, so a null cap caps nothing. */
function cappedSql({ name, capName }: Variable, percentile: number | null): RawBuilder<unknown> {
  const own = sql.ref(`v.${name}`);
  return percentile === null ? own : sql`least(${own}, ${sql.ref(`p.${capName}`)}) as ${sql.ref(name)}`;
}

function sumsSql(variables: Variable[]): RawBuilder<unknown> {
  const names = variables.map(({ name }) => sql.ref(name));
  const row = (a: RawBuilder<unknown>) =>
    sql`json_build_array(${sql.join(names.map((b) => sql`count(*) * sum(${a} * ${b}) - sum(${a}) * sum(${b})`))})`;
  return sql`count(*) as n, json_build_array(${sql.join(names.map((name) => sql`sum(${name})`))}) as sums,
    json_build_array(${sql.join(names.map(row))}) as products`;
}
