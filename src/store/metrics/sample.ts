// Reads a metric's sample: everything that a result is computed from, in one transaction.
import { sql } from "kysely";
import type { JsonObject } from "../../domain/integration.ts";
import { measuresOf, type Metric } from "../../domain/metrics/metric.ts";
import type { MetricEvent, MetricSample, SampleOptions } from "../../domain/metrics/sample.ts";
import { InvalidFieldError } from "../errors.ts";
import type { IdentityProperties } from "../imports/interface.ts";
import { orFewerDays, readNowMs, type Database, type Queryable, type Transaction } from "../postgres/database.ts";
import { whileWanted } from "../postgres/whileWanted.ts";
import { readRouter } from "../routers/rows.ts";
import { findSampled } from "./joinRate.ts";
import { ensureSource, refreshValues, type Source } from "./keptValues.ts";
import { sumUp } from "./sums.ts";
import { gatherUsers } from "./users.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** No one compares more routes and variants than this. */
const MAX_CELLS = 200;
const TIMEOUT_MS = 300_000;
/** The memory keeps a hash of many users off the disk. */
const SETTINGS = sql`set local work_mem = '128MB'`;

type Asked = SampleOptions & {
  aliasId: string;
  identityProperties: IdentityProperties;
  /** Aborted with the error to throw, once no caller waits for the sample. Absent: a caller always does. */
  signal?: AbortSignal | undefined;
};

const NEVER = new AbortController().signal;

export async function readSample(
  { reports: db, bookkeeping: others }: Record<"bookkeeping" | "reports", Database>,
  workspaceId: string,
  metric: Metric,
  { signal = NEVER, ...asked }: Asked,
): Promise<MetricSample | null> {
  const events = await readEvents(db, metric);
  const sources: Source[] = [];
  for (const measure of measuresOf(metric)) {
    const eventId = events.find(({ name }) => name === measure.event)?.id;
    // An event cannot be removed before its metrics, so the whole integration was removed.
    if (eventId === undefined) return null;
    sources.push(await ensureSource(db, { eventId, measure, windowMs: metric.windowHours * HOUR_MS }));
  }
  try {
    const readIn = (tx: Transaction) =>
      whileWanted(tx, { others, signal }, () => read(tx, workspaceId, metric, { ...asked, sources }));
    return await db.transaction(readIn, SETTINGS, TIMEOUT_MS);
  } catch (error) {
    signal.throwIfAborted();
    throw orFewerDays(error);
  }
}

async function read(
  tx: Transaction,
  workspaceId: string,
  metric: Metric,
  { sources, ...asked }: Asked & { sources: Source[] },
): Promise<MetricSample | null> {
  const router = await readRouter(tx, workspaceId, asked.aliasId);
  const cells = await gatherUsers(tx, { workspaceId, ...asked });
  if (cells.length === 0 && router === null && !(await wasExposed(tx, workspaceId, asked.aliasId))) return null;
  if (cells.length > MAX_CELLS) {
    throw new InvalidFieldError(
      "from",
      `over ${MAX_CELLS} routes and variants were exposed: ask for one \`route\` or fewer days`,
    );
  }
  // The events' progress is read before their rows, so that it never claims rows that were not read.
  const firstMs = asked.fromMs - (asked.cuped ? metric.windowHours * HOUR_MS : 0);
  const events = await readEvents(tx, metric, firstMs);
  const used = events.filter(({ isUsed }) => isUsed);
  const nowMs = await readNowMs(tx);
  const withRivals = await refreshValues(tx, sources);
  if (withRivals === null) throw new InvalidFieldError("from", "was changed meanwhile: ask again");
  const throughMs = Math.min(nowMs, ...used.map(readThroughMs));
  const summed = await sumUp(tx, metric, asked, { cells, sources, withRivals, throughMs });
  const [integration] = await tx.query(sql<{ importFrom: string }>`
    select import_from as "importFrom" from integrations where id = ${metric.integrationId}`);
  return {
    nowMs,
    cells: summed.cells,
    exposures: cells.map(({ routeId, variantId, exposures }) => ({ routeId, variantId, exposures })),
    ...summed.totals,
    caps: summed.caps,
    events: used.map(({ id: _id, source: _source, isUsed: _isUsed, ...event }) => event),
    importFrom: integration?.importFrom ?? "1970-01-01",
    exposedBefore: asked.cuped && (await wasExposedBefore(tx, workspaceId, metric, asked)),
    joined: await findSampled(tx, events, summed.sampled, asked.identityProperties),
    router,
  };
}

interface EventRow extends MetricEvent {
  id: number;
  source: JsonObject | null;
  isUsed: boolean;
}

/** An event is read up to the first gap that counts; a day less, because days are the project's. */
function readThroughMs({ completeThroughMs, gapFrom }: MetricEvent): number {
  const gapMs = gapFrom === null ? Number.MAX_SAFE_INTEGER : Date.parse(`${gapFrom}T00:00:00Z`) - DAY_MS;
  return Math.min(completeThroughMs ?? 0, gapMs);
}

/** With the first gap of each event that ends at `firstMs` or later. */
function readEvents(db: Queryable, metric: Metric, firstMs = 0): Promise<EventRow[]> {
  const used = measuresOf(metric).map(({ event }) => event);
  const firstDay = new Date(firstMs).toISOString().slice(0, 10);
  return db.query(sql<EventRow>`
    select id, name, source, name = any(${used}::text[]) as "isUsed", complete_through_ms as "completeThroughMs",
      rejected, deduplicated, (
        select min(from_day) from import_ranges
        where event_id = event_definitions.id and purpose = 'gap' and to_day >= ${firstDay}::text
      ) as "gapFrom"
    from event_definitions where integration_id = ${metric.integrationId} and deleted_at_ms is null order by id`);
}

/** Whether the alias was exposed at any time; the exposures may be in any of three places (users.ts). */
async function wasExposed(tx: Transaction, workspaceId: string, aliasId: string): Promise<boolean> {
  const its = sql`workspace_id = ${workspaceId} and alias_id = ${aliasId}`;
  const found = await tx.execute(sql`
    select where exists (select from exposure_hours where ${its}) or exists (select from bucket_parts where ${its})
      or exists (select from exposures
        where ${its} and id > (select folded_through from workspaces where id = ${workspaceId}))`);
  return found === 1;
}

/** Whether the router was exposed within a window before the range, by hours that are over. */
async function wasExposedBefore(tx: Transaction, workspaceId: string, metric: Metric, asked: Asked): Promise<boolean> {
  const route = asked.routeId === null ? sql`` : sql`and route_id = ${asked.routeId}`;
  const found = await tx.execute(sql`
    select from exposure_hours where workspace_id = ${workspaceId} and alias_id = ${asked.aliasId} ${route}
      and hour_ms >= ${asked.fromMs - metric.windowHours * HOUR_MS}::bigint and hour_ms < ${asked.fromMs}::bigint
    limit 1`);
  return found === 1;
}
