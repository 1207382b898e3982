// Definitions of metrics. What they name is checked under the lock of their integration, which removing an event takes too.
import type { Metric, NewMetric } from "../../domain/metrics/metric.ts";
import { sql, type RawBuilder } from "kysely";
import { MAX_METRICS_PER_WORKSPACE } from "../../domain/limits.ts";
import { measuresOf, type MetricDefinition } from "../../domain/metrics/metric.ts";
import { ConflictError, MetricDefinitionError, type MetricStore } from "../store.ts";
import { decodeCursor, toPage, type CursorList } from "../postgres/cursors.ts";
import { atMost } from "../postgres/limitConcurrency.ts";
import { isUniqueViolation, type Database, type Queryable } from "../postgres/database.ts";
import { newId } from "../postgres/ids.ts";
import { readSample } from "./sample.ts";
import { readProperties } from "../events/records.ts";

/** Of the connections of the process. */
const SAMPLES_AT_ONCE = 2;

export function createMetricStore(database: Database): MetricStore {
  const { db } = database;
  const inTurn = atMost(SAMPLES_AT_ONCE);
  return {
    create: (workspaceId, metric) => create(db, workspaceId, metric),
    get: (workspaceId, id) => readMetric(db, workspaceId, id),

    async list(workspaceId, page) {
      const list: CursorList = { name: "metrics", owner: workspaceId, shape: ["number"] };
      const [after = 0] = decodeCursor(list, page.cursor) ?? [];
      const rows = await readMetrics(db, sql`m.workspace_id = ${workspaceId} and m.ordinal > ${after}`, page.limit + 1);
      return toPage(list, rows, page.limit, (row) => [row.ordinal], toMetric);
    },

    async update(workspaceId, id, patch, check) {
      const before = await readMetric(db, workspaceId, id);
      if (before === null) return null;
      return orTaken(() =>
        db.transaction().execute(async (tx) => {
          if (!(await lockIntegration(tx, workspaceId, before.integrationId))) return null;
          // Of two changes at once the later one starts from what the first one left.
          const current = await readMetric(tx, workspaceId, id, true);
          if (current === null) return null;
          const given = Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined));
          const changed: Metric = { ...current, ...given };
          check?.(changed);
          await checkMeasures(tx, changed);
          await sql`
            update metrics set name = ${changed.name}, description = ${changed.description},
              definition = ${definitionOf(changed)}::jsonb, updated_at_ms = crosscurrent_now_ms()
            where id = ${id}`.execute(tx);
          return readMetric(tx, workspaceId, id);
        }),
      );
    },

    async remove(workspaceId, id) {
      const { numAffectedRows } = await sql`
        delete from metrics where workspace_id = ${workspaceId} and id = ${id}`.execute(db);
      return numAffectedRows === 1n;
    },

    sample: (workspaceId, metric, aliasId, options) =>
      inTurn(() => readSample(database, workspaceId, metric, { aliasId, ...options })),
  };
}

async function create(db: Queryable, workspaceId: string, metric: NewMetric): Promise<Metric | null> {
  return orTaken(() =>
    db.transaction().execute(async (tx) => {
      if (!(await lockIntegration(tx, workspaceId, metric.integrationId))) return null;
      await refuseTooMany(tx, workspaceId);
      await checkMeasures(tx, metric);
      const id = newId("met");
      await sql`
        insert into metrics (id, workspace_id, integration_id, name, description, definition)
        values (${id}, ${workspaceId}, ${metric.integrationId}, ${metric.name}, ${metric.description},
          ${definitionOf(metric)}::jsonb)`.execute(tx);
      return readMetric(tx, workspaceId, id);
    }),
  );
}

/** Shared: whoever removes one of its events, or the integration, changes the row and so waits, or goes first and is seen. */
async function lockIntegration(tx: Queryable, workspaceId: string, id: string): Promise<boolean> {
  const { rows } = await sql`
    select from integrations where id = ${id} and workspace_id = ${workspaceId} and deleted_at_ms is null for share`.execute(
    tx,
  );
  return rows.length === 1;
}

async function refuseTooMany(tx: Queryable, workspaceId: string): Promise<void> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from metrics where workspace_id = ${workspaceId}`.execute(tx);
  if ((rows[0]?.count ?? 0) < MAX_METRICS_PER_WORKSPACE) return;
  throw new ConflictError(`A workspace has at most ${MAX_METRICS_PER_WORKSPACE} metrics: delete one first.`);
}

/** A property that was not found yet may still come; one that was found with other values is refused. */
async function checkMeasures(tx: Queryable, metric: Pick<NewMetric, "integrationId" | "measure" | "denominator">) {
  for (const [index, measure] of measuresOf(metric).entries()) {
    const path = index === 0 ? "measure" : "denominator";
    const { rows } = await sql<{ id: number }>`
      select id from event_definitions
      where integration_id = ${metric.integrationId} and name = ${measure.event} and deleted_at_ms is null`.execute(tx);
    const event = rows[0];
    if (event === undefined) {
      throw new MetricDefinitionError(`${path}.event`, "must be the name of an event that this integration imports");
    }
    if (measure.property === null) continue;
    const found = (await readProperties(tx, event.id)).find(({ name }) => name === measure.property);
    if (found !== undefined && !found.numeric) {
      const message = `must hold numbers alone; found: ${found.types.join(", ")}`;
      throw new MetricDefinitionError(`${path}.property`, message);
    }
  }
}

function definitionOf({ measure, denominator, direction, windowHours, winsorizePercentile, format }: MetricDefinition) {
  return JSON.stringify({ measure, denominator, direction, windowHours, winsorizePercentile, format });
}

interface MetricRow extends Pick<
  Metric,
  "id" | "name" | "description" | "integrationId" | "createdAtMs" | "updatedAtMs"
> {
  ordinal: number;
  definition: Omit<MetricDefinition, "name" | "description">;
}

async function readMetrics(db: Queryable, where: RawBuilder<unknown>, limit: number): Promise<MetricRow[]> {
  const { rows } = await sql<MetricRow>`
    select m.id, m.ordinal, m.name, m.description, m.integration_id as "integrationId", m.definition,
      m.created_at_ms as "createdAtMs", m.updated_at_ms as "updatedAtMs"
    from metrics m where ${where} order by m.ordinal limit ${limit}`.execute(db);
  return rows;
}

async function readMetric(db: Queryable, workspaceId: string, id: string, lock = false): Promise<Metric | null> {
  if (lock) await sql`select from metrics where id = ${id} for update`.execute(db);
  const [row] = await readMetrics(db, sql`m.id = ${id} and m.workspace_id = ${workspaceId}`, 1);
  return row === undefined ? null : toMetric(row);
}

function toMetric({ ordinal: _ordinal, definition, ...row }: MetricRow): Metric {
  return { ...row, ...definition };
}

async function orTaken<T>(change: () => Promise<T>): Promise<T> {
  try {
    return await change();
  } catch (error) {
    if (isUniqueViolation(error)) throw new ConflictError("There is a metric of that name already.");
    throw error;
  }
}
