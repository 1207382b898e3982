// A metric's sample: the users of a router with what each counts, summed up in PostgreSQL in one pass over their events.
import { sql, type RawBuilder } from "kysely";
import { measuresOf, type Measure } from "../../domain/metric.ts";
import type { MetricCell, MetricEvent, MetricSample, SampleOptions } from "../../domain/metricSample.ts";
import { MetricLimitError, type Metric } from "../store.ts";
import { sqlState, type Database, type Queryable } from "./database.ts";
import { numberOf, passes, userValue } from "./measureSql.ts";
import { usersCtes } from "./metricUsers.ts";
import { readRouter } from "./routerRows.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** More groups than these are no routes and variants that anybody compares. */
const MAX_CELLS = 200;
const TIMEOUT_MS = 120_000;
const TIMED_OUT = "57014";
/** Room for a hash of many users, off the disk. */
const WORK_MEMORY = "128MB";
const SAMPLED_USERS = 1_000;

export type Asked = SampleOptions & { aliasId: string };

/** One snapshot for all: what the checks say is about the very rows that were summed up. */
export async function readSample(
  { db }: Database,
  workspaceId: string,
  metric: Metric,
  asked: Asked,
): Promise<MetricSample | null> {
  try {
    return await db
      .transaction()
      .setIsolationLevel("repeatable read")
      .setAccessMode("read only")
      .execute(async (tx) => {
        await sql.raw(`set local statement_timeout = ${TIMEOUT_MS}`).execute(tx);
        await sql.raw(`set local work_mem = '${WORK_MEMORY}'`).execute(tx);
        return read(tx, workspaceId, metric, asked);
      });
  } catch (error) {
    if (sqlState(error) !== TIMED_OUT) throw error;
    throw new MetricLimitError(`takes more than ${TIMEOUT_MS / 1_000} s: ask for fewer days at once`);
  }
}

async function read(tx: Queryable, workspaceId: string, metric: Metric, asked: Asked): Promise<MetricSample | null> {
  const router = await readRouter(tx, workspaceId, asked.aliasId);
  const events = await readEvents(tx, metric);
  const nowMs = await readNow(tx);
  const summed = await sumUp(tx, workspaceId, metric, asked, { events, nowMs });
  if (summed.served.length === 0 && router === null && !(await wasExposed(tx, workspaceId, asked.aliasId))) return null;
  if (summed.served.length > MAX_CELLS) {
    throw new MetricLimitError(
      `over ${MAX_CELLS} routes and variants were exposed: ask for one \`route\` or fewer days`,
    );
  }
  const used = events.filter(({ isUsed }) => isUsed);
  return {
    nowMs,
    cells: summed.cells.map(toCell),
    exposures: summed.served,
    ...summed.totals,
    caps: summed.caps,
    events: used.map(({ name, completeThroughMs, rejected, deduplicated }) => ({
      name,
      completeThroughMs,
      rejected,
      deduplicated,
    })),
    importFrom: await readImportFrom(tx, metric),
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

async function wasExposed(tx: Queryable, workspaceId: string, aliasId: string): Promise<boolean> {
  const { rows } = await sql`
    select from exposure_hours where workspace_id = ${workspaceId} and alias_id = ${aliasId} limit 1`.execute(tx);
  return rows.length === 1;
}

/** How many of the sampled users have any imported event: for each, one look into the index of every event. */
async function join(tx: Queryable, events: EventRow[], sampled: string[]): Promise<MetricSample["joined"]> {
  await sql`set local enable_seqscan = off`.execute(tx);
  const { rows } = await sql<{ found: number }>`
    select count(*) as found from unnest(${sampled}::text[]) as s (user_id) where exists (
      select from unnest(${events.map(({ id }) => id)}::integer[]) as d (event_id), lateral (
        select from imported_events e where e.event_id = d.event_id and e.user_id = s.user_id limit 1
      ) one)`.execute(tx);
  return { sampled: sampled.length, found: Number(rows[0]?.found) };
}

interface Sums {
  routeId: string;
  variantId: string;
  dayMs: number;
  n: number;
  sum: number;
  otherSum: number;
  /** n times the sum of squared deviations: exact, where a mean would have been rounded. */
  squares: number;
  otherSquares: number;
  products: number;
}

interface Summed {
  cells: Sums[];
  served: MetricSample["exposures"];
  totals: Pick<MetricSample, "allUsers" | "mixedUsers" | "unfinishedUsers">;
  caps: MetricSample["caps"];
  sampled: string[];
}

function toCell({ routeId, variantId, dayMs, n, ...sums }: Sums): MetricCell {
  return {
    routeId,
    variantId,
    dayMs,
    users: {
      value: { n, mean: sums.sum / n, squares: sums.squares / n },
      other: { n, mean: sums.otherSum / n, squares: sums.otherSquares / n },
      products: sums.products / n,
    },
  };
}

async function sumUp(
  tx: Queryable,
  workspaceId: string,
  metric: Metric,
  asked: Asked,
  { events, nowMs }: { events: EventRow[]; nowMs: number },
): Promise<Summed> {
  const windowMs = metric.windowHours * HOUR_MS;
  const used = events.filter(({ isUsed }) => isUsed);
  const throughMs = Math.min(nowMs, ...used.map(({ completeThroughMs }) => completeThroughMs ?? 0));
  const unfinished = sql`anchor_ms + ${windowMs}::bigint > ${throughMs}::bigint`;
  const left = [
    ...(asked.mixed === "exclude" ? [sql`not mixed`] : []),
    ...(asked.unfinished === "exclude" ? [sql`not ${unfinished}`] : []),
  ];
  const capped = metric.winsorizePercentile;
  const { rows } = await sql<Summed>`
    with ${usersCtes({ workspaceId, ...asked })},
    counted as (select * from users ${left.length === 0 ? sql`` : sql`where ${sql.join(left, sql` and `)}`}),
    valued as ${sql.raw(capped === null ? "" : "materialized")} (${valuesSql(metric, asked.cuped, used, windowMs)}),
    caps as materialized (${capsSql(metric, capped)}),
    taken as (select cell, anchor_ms / ${sql.lit(DAY_MS)} as day, ${capSql(metric, capped)} from valued v${capped === null ? sql`` : sql` cross join caps p`}),
    sums as (
      select cell, day, count(*) as n, sum(x) as x, sum(y) as y, sum(x * x) as xx, sum(y * y) as yy, sum(x * y) as xy
      from taken group by cell, day
    )
    select coalesce((select json_agg(json_build_object('routeId', c.route_id, 'variantId', c.variant_id, 'dayMs', day * ${sql.lit(DAY_MS)},
        'n', n, 'sum', x, 'otherSum', y, 'squares', n * xx - x * x, 'otherSquares', n * yy - y * y, 'products', n * xy - x * y))
        from sums join cells c using (cell)), '[]') as cells,
      coalesce((select json_agg(json_build_object('routeId', route_id, 'variantId', variant_id, 'exposures', exposures)) from served), '[]') as served,
      (select json_build_object('allUsers', count(*), 'mixedUsers', count(*) filter (where mixed), 'unfinishedUsers', count(*) filter (where ${unfinished}))
        from users) as totals,
      (select json_build_object('value', x, 'denominator', y) from caps) as caps,
      array(select user_id from users order by hashtextextended(user_id, 0) limit ${sql.lit(SAMPLED_USERS)}) as sampled`.execute(
    tx,
  );
  if (rows[0] === undefined) throw new Error("PostgreSQL answered without a row.");
  return rows[0];
}

/** Each counted user's value `x` and its companion `y`, out of one join with the rows of the metric's events. */
function valuesSql(metric: Metric, cuped: boolean, events: EventRow[], windowMs: number): RawBuilder<unknown> {
  const eventIdOf = (measure: Measure) => events.find(({ name }) => name === measure.event)?.id ?? 0;
  const after = sql`e.timestamp_ms >= u.anchor_ms`;
  const value = (measure: Measure, when: RawBuilder<unknown>) => {
    const counts = sql`filter (where e.event_id = ${eventIdOf(measure)} and ${when} and ${passes(measure.filters)})`;
    const number = measure.property === null ? sql`null::numeric` : numberOf(measure.property);
    return userValue(measure.aggregation, {
      rows: sql`count(e.event_id) ${counts}`,
      sum: sql`sum(${number}) ${counts}`,
      numbers: sql`count(${number}) ${counts}`,
    });
  };
  const { measure, denominator } = metric;
  const companion =
    denominator === null ? (cuped ? value(measure, sql`not ${after}`) : sql`0::numeric`) : value(denominator, after);
  const ids = [...new Set(measuresOf(metric).map(eventIdOf))];
  return sql`
    select u.cell, u.anchor_ms, ${value(measure, after)} as x, ${companion} as y
    from counted u left join imported_events e on e.event_id in (${sql.join(ids)}) and e.user_id = u.user_id
      and e.timestamp_ms >= u.anchor_ms - ${cuped ? windowMs : 0}::bigint and e.timestamp_ms < u.anchor_ms + ${windowMs}::bigint
    group by u.user_id, u.cell, u.anchor_ms`;
}

/** The percentile of all counted users' values, as one of these. What came before exposure is capped where the value is. */
function capsSql({ measure, denominator }: Metric, percentile: number | null): RawBuilder<unknown> {
  const cap = (of: Measure | null, column: string) =>
    percentile === null || of === null || of.aggregation === "conversion"
      ? sql`null::numeric`
      : sql`percentile_disc(${percentile}::double precision) within group (order by ${sql.ref(column)})`;
  return sql`select ${cap(measure, "x")} as x, ${cap(denominator, "y")} as y${percentile === null ? sql`` : sql` from valued`}`;
}

/** `least` leaves nulls aside: a null cap is none. */
function capSql({ denominator }: Metric, percentile: number | null): RawBuilder<unknown> {
  if (percentile === null) return sql`v.x, v.y`;
  return sql`least(v.x, p.x) as x, least(v.y, ${denominator === null ? sql`p.x` : sql`p.y`}) as y`;
}
