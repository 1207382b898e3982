// The users of a metric's result summed up by route, variant and day: in one statement, exactly, whatever they are compared by.
import type { Metric } from "../../domain/metrics/metric.ts";
import { sql, type RawBuilder } from "kysely";
import { canBeCapped, measuresOf, type Measure } from "../../domain/metrics/metric.ts";
import type { MetricCell, MetricSample, SampleOptions } from "../../domain/metrics/sample.ts";
import type { Queryable } from "../postgres/database.ts";
import { userValue } from "./measureSql.ts";
import type { Cell } from "./users.ts";
import type { Source } from "./keptValues.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const SAMPLED_USERS = 1_000;

interface Sums {
  cell: number;
  day: number;
  n: number;
  /** Of each variable, in the order of `variablesOf`. */
  sums: number[];
  /** n times the sum of two variables' products of deviations: exact, where a mean would have been rounded. */
  products: number[][];
}

interface Summed {
  cells: MetricCell[];
  totals: Pick<MetricSample, "allUsers" | "mixedUsers" | "unfinishedUsers">;
  caps: MetricSample["caps"];
  /** Some of the users, whoever. */
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

/** The users in `metric_users`, with what is kept of each for the sources. */
export async function sumUp(
  tx: Queryable,
  metric: Metric,
  asked: Pick<SampleOptions, "mixed" | "unfinished" | "cuped">,
  { cells, sources, throughMs }: { cells: Cell[]; sources: Source[]; throughMs: number },
): Promise<Summed> {
  const unfinished = sql`u.anchor_ms + ${metric.windowHours * HOUR_MS}::bigint > ${throughMs}::bigint`;
  const counted = [
    ...(asked.mixed === "exclude" ? [sql`not u.mixed`] : []),
    ...(asked.unfinished === "exclude" ? [sql`not ${unfinished}`] : []),
    sql`true`,
  ];
  const variables = variablesOf(metric, asked.cuped);
  const capped = measuresOf(metric).some(canBeCapped) ? metric.winsorizePercentile : null;
  const { rows } = await sql<Omit<Summed, "cells"> & { cells: Sums[] }>`
    with valued as ${sql.raw(capped === null ? "" : "materialized")} (
      select u.cell, u.anchor_ms, ${sql.join(variables.map(({ name, value }) => sql`${value} as ${sql.ref(name)}`))}
      from metric_users u ${sql.join(sources.map(joined), sql` `)} where ${sql.join(counted, sql` and `)}
    ), caps as materialized (${capsSql(metric, capped)}
    ), taken as (
      select cell, anchor_ms / ${sql.lit(DAY_MS)} as day, ${sql.join(variables.map((one) => cappedSql(one, capped)))}
      from valued v cross join caps p
    ), summed as (select cell, day, ${sumsSql(variables)} from taken group by cell, day)
    select coalesce((select json_agg(summed) from summed), '[]') as cells,
      (select json_build_object('allUsers', count(*), 'mixedUsers', count(*) filter (where mixed),
        'unfinishedUsers', count(*) filter (where ${unfinished})) from metric_users u) as totals,
      (select json_build_object('value', value, 'denominator', denominator) from caps) as caps,
      array(select user_id from metric_users order by hashtextextended(user_id, 0) limit ${sql.lit(SAMPLED_USERS)}) as sampled`.execute(
    tx,
  );
  const [found] = rows;
  if (found === undefined) throw new Error("PostgreSQL answered without a row.");
  return { ...found, cells: found.cells.flatMap((sums) => toCell(cells, sums)) };
}

/** One number of each user. */
interface Variable {
  name: string;
  value: RawBuilder<unknown>;
  /** Which cap it has. */
  capName: "value" | "denominator";
}

/** What is counted by each source, for a ratio by two; with CUPED the same of the time before the exposure follows. */
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

function joined({ id }: Source, i: number): RawBuilder<unknown> {
  const name = SOURCES[i] ?? "";
  return sql`join metric_values ${sql.ref(name)} on ${sql.ref(`${name}.source_id`)} = ${id}
    and ${sql.ref(`${name}.user_id`)} = u.user_id and ${sql.ref(`${name}.anchor_ms`)} = u.anchor_ms`;
}

/** The percentile of all counted users' values, as one of these. What came before exposure is capped where the value is. */
function capsSql({ measure, denominator }: Metric, percentile: number | null): RawBuilder<unknown> {
  const cap = (of: Measure | null, column: string) =>
    percentile === null || of === null || !canBeCapped(of)
      ? sql`null::numeric`
      : sql`percentile_disc(${percentile}::double precision) within group (order by ${sql.ref(column)})`;
  return sql`select ${cap(measure, "value")} as value, ${cap(denominator, "denominator")} as denominator
    ${percentile === null ? sql`` : sql` from valued`}`;
}

/** `least` leaves nulls aside: a null cap is none. */
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
