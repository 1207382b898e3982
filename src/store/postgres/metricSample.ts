// A metric's sample: the users of a router with what each counts, summed up in PostgreSQL.
import { sql, type RawBuilder } from "kysely";
import { canBeCapped, measuresOf, type Measure } from "../../domain/metric.ts";
import type { MetricCell, MetricEvent, MetricSample, SampleOptions } from "../../domain/metricSample.ts";
import { MetricLimitError, type Metric } from "../store.ts";
import { sqlState, type Database, type Queryable } from "./database.ts";
import { userValue } from "./measureSql.ts";
import { gatherUsers, type Cell } from "./metricUsers.ts";
import { ensureSource, refreshValues, type Source } from "./metricValues.ts";
import { readRouter } from "./routerRows.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** More groups than these are no routes and variants that anybody compares. */
const MAX_CELLS = 200;
const TIMEOUT_MS = 300_000;
const TIMED_OUT = "57014";
/** Room for a hash of many users, off the disk. */
const WORK_MEMORY = "128MB";
const SAMPLED_USERS = 1_000;

export type Asked = SampleOptions & { aliasId: string };

/** Throws MetricLimitError where it is too much, or takes too long. */
export async function readSample(
  { db }: Database,
  workspaceId: string,
  metric: Metric,
  asked: Asked,
): Promise<MetricSample | null> {
  const events = await readEvents(db, metric);
  const sources: Source[] = [];
  for (const measure of measuresOf(metric)) {
    const eventId = events.find(({ name }) => name === measure.event)?.id;
    // Its event cannot be removed before the metric: both went with the integration.
    if (eventId === undefined) return null;
    sources.push(await ensureSource(db, { eventId, measure, windowMs: metric.windowHours * HOUR_MS }));
  }
  try {
    return await db.transaction().execute(async (tx) => {
      await sql.raw(`set local statement_timeout = ${TIMEOUT_MS}; set local work_mem = '${WORK_MEMORY}'`).execute(tx);
      return read(tx, workspaceId, metric, { ...asked, sources });
    });
  } catch (error) {
    if (sqlState(error) !== TIMED_OUT) throw error;
    throw new MetricLimitError(`takes more than ${TIMEOUT_MS / 1_000} s: ask for fewer days at once`);
  }
}

async function read(
  tx: Queryable,
  workspaceId: string,
  metric: Metric,
  { sources, ...asked }: Asked & { sources: Source[] },
): Promise<MetricSample | null> {
  const router = await readRouter(tx, workspaceId, asked.aliasId);
  const cells = await gatherUsers(tx, { workspaceId, ...asked });
  if (cells.length === 0 && router === null && !(await wasExposed(tx, workspaceId, asked.aliasId))) return null;
  if (cells.length > MAX_CELLS) {
    throw new MetricLimitError(
      `over ${MAX_CELLS} routes and variants were exposed: ask for one \`route\` or fewer days`,
    );
  }
  // What the events are complete through is read before their rows: it never says more than the rows do.
  const events = await readEvents(tx, metric);
  const used = events.filter(({ isUsed }) => isUsed);
  const nowMs = await readNow(tx);
  if (!(await refreshValues(tx, sources))) throw new MetricLimitError("was changed meanwhile: ask again");
  const throughMs = Math.min(nowMs, ...used.map(({ completeThroughMs }) => completeThroughMs ?? 0));
  const summed = await sumUp(tx, metric, asked, { sources, throughMs });
  return {
    nowMs,
    cells: summed.cells.flatMap((sums) => toCell(cells, sums)),
    exposures: cells.map(({ routeId, variantId, exposures }) => ({ routeId, variantId, exposures })),
    ...summed.totals,
    caps: summed.caps,
    events: used.map(({ id: _id, isUsed: _isUsed, ...event }) => event),
    importFrom: await readImportFrom(tx, metric),
    exposedBefore: asked.cuped && (await wasExposedBefore(tx, workspaceId, metric, asked)),
    joined: await join(tx, events, summed.sampled),
    router: router && {
      updatedAtMs: router.updatedAtMs,
      routes: router.routes.map(({ id, variants }) => ({
        id,
        variants: variants.map(({ id: name, weight }) => ({ id: name, weight })),
      })),
    },
  };
}

interface EventRow extends MetricEvent {
  id: number;
  isUsed: boolean;
}

async function readEvents(tx: Queryable, metric: Metric): Promise<EventRow[]> {
  const used = measuresOf(metric).map(({ event }) => event);
  const { rows } = await sql<EventRow>`
    select id, name, name = any(${used}::text[]) as "isUsed", complete_through_ms as "completeThroughMs", rejected, deduplicated
    from event_definitions where integration_id = ${metric.integrationId} and deleted_at_ms is null order by id`.execute(
    tx,
  );
  return rows;
}

async function readNow(tx: Queryable): Promise<number> {
  const { rows } = await sql<{ now: number }>`select crosscurrent_now_ms() as now`.execute(tx);
  return Number(rows[0]?.now);
}

async function readImportFrom(tx: Queryable, metric: Metric): Promise<string> {
  const { rows } = await sql<{ day: string }>`
    select import_from as day from integrations where id = ${metric.integrationId}`.execute(tx);
  return rows[0]?.day ?? "1970-01-01";
}

/** At any time, to whatever place its exposures have come. */
async function wasExposed(tx: Queryable, workspaceId: string, aliasId: string): Promise<boolean> {
  const its = sql`workspace_id = ${workspaceId} and alias_id = ${aliasId}`;
  const { rows } = await sql`
    select where exists (select from exposure_hours where ${its}) or exists (select from bucket_parts where ${its})
      or exists (select from exposures where ${its} and id > (select folded_through from workspaces where id = ${workspaceId}))`.execute(
    tx,
  );
  return rows.length === 1;
}

/** Within a window before the days that are asked for. By hours that are over: others belong to the present. */
async function wasExposedBefore(tx: Queryable, workspaceId: string, metric: Metric, asked: Asked): Promise<boolean> {
  const route = asked.routeId === null ? sql`` : sql`and route_id = ${asked.routeId}`;
  const { rows } = await sql`
    select from exposure_hours where workspace_id = ${workspaceId} and alias_id = ${asked.aliasId} ${route}
      and hour_ms >= ${asked.fromMs - metric.windowHours * HOUR_MS}::bigint and hour_ms < ${asked.fromMs}::bigint
    limit 1`.execute(tx);
  return rows.length === 1;
}

/** How many of the sampled users have any imported event: for each, one look into the index of every event. */
async function join(tx: Queryable, events: EventRow[], sampled: string[]): Promise<MetricSample["joined"]> {
  await sql`set local enable_seqscan = off`.execute(tx);
  const { rows } = await sql<{ found: number }>`
    select count(*) as found from unnest(${sampled}::text[]) as s (user_id) where exists (
      select from unnest(${events.map(({ id }) => id)}::integer[]) as d (event_id), lateral (
        select from imported_events e where e.event_id = d.event_id and e.user_id collate "C" = s.user_id limit 1
      ) one)`.execute(tx);
  return { sampled: sampled.length, found: Number(rows[0]?.found) };
}

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
  cells: Sums[];
  totals: Pick<MetricSample, "allUsers" | "mixedUsers" | "unfinishedUsers">;
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

async function sumUp(
  tx: Queryable,
  metric: Metric,
  asked: Asked,
  { sources, throughMs }: { sources: Source[]; throughMs: number },
): Promise<Summed> {
  const unfinished = sql`u.anchor_ms + ${metric.windowHours * HOUR_MS}::bigint > ${throughMs}::bigint`;
  const counted = [
    ...(asked.mixed === "exclude" ? [sql`not u.mixed`] : []),
    ...(asked.unfinished === "exclude" ? [sql`not ${unfinished}`] : []),
    sql`true`,
  ];
  const variables = variablesOf(metric, asked.cuped);
  const capped = measuresOf(metric).some(canBeCapped) ? metric.winsorizePercentile : null;
  const { rows } = await sql<Summed>`
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
  if (rows[0] === undefined) throw new Error("PostgreSQL answered without a row.");
  return rows[0];
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
