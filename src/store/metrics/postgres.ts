// Definitions of metrics. Events are checked under their integration's lock, which removing an event takes too.
import { sql, type RawBuilder } from "kysely";
import { MAX_METRICS_PER_WORKSPACE } from "../../domain/limits.ts";
import { measuresOf, type Metric, type MetricDefinition, type NewMetric } from "../../domain/metrics/metric.ts";
import { ConflictError, InvalidFieldError } from "../errors.ts";
import { readProperties } from "../events/records.ts";
import { refuseTooMany } from "../postgres/countedCreations.ts";
import { decodeCursor, toPage, type CursorList } from "../postgres/cursors.ts";
import { orIfTaken, type Database, type Queryable, type Transaction } from "../postgres/database.ts";
import { newId } from "../postgres/ids.ts";
import type { MetricStore } from "./interface.ts";
import { readSample } from "./sample.ts";
import { refuseUnknownProperty, UNKNOWN_PROPERTIES } from "./unknownProperties.ts";

const NAME_TAKEN = new ConflictError("There is a metric of that name already.");

export function createMetricStore(pools: Record<"bookkeeping" | "reports", Database>): MetricStore {
  const db = pools.bookkeeping;
  return {
    create: (workspaceId, metric) =>
      orIfTaken(NAME_TAKEN, () => db.transaction((tx) => create(tx, workspaceId, metric))),
    get: (workspaceId, id) => readMetric(db, workspaceId, id),

    async list(workspaceId, page) {
      const list: CursorList = { name: "metrics", owner: workspaceId, shape: ["bigint"] };
      const [after = 0] = decodeCursor(list, page.cursor) ?? [];
      const rows = await readMetrics(db, sql`m.workspace_id = ${workspaceId} and m.ordinal > ${after}`, page.limit + 1);
      return toPage(list, rows, page.limit, (row) => [row.ordinal], toMetric);
    },

    async update(workspaceId, id, patch, check) {
      const before = await readMetric(db, workspaceId, id);
      if (before === null) return null;
      const change = async (tx: Transaction) => {
        if (!(await lockIntegration(tx, workspaceId, before.integrationId))) return null;
        // If two changes come at once, the later one starts from the result of the first.
        await tx.execute(sql`select from metrics where id = ${id} for update`);
        const current = await readMetric(tx, workspaceId, id);
        if (current === null) return null;
        const given = Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined));
        const changed: Metric = { ...current, ...given };
        check?.(changed);
        await checkMeasures(tx, changed);
        await tx.execute(sql`
          update metrics set name = ${changed.name}, description = ${changed.description},
            definition = ${definitionOf(changed)}::jsonb, updated_at_ms = crosscurrent_now_ms()
          where id = ${id}`);
        return readMetric(tx, workspaceId, id);
      };
      return orIfTaken(NAME_TAKEN, () => db.transaction(change));
    },

    async remove(workspaceId, id) {
      const removed = await db.execute(sql`
        delete from metrics where workspace_id = ${workspaceId} and id = ${id}`);
      return removed === 1;
    },

    sample: (workspaceId, metric, aliasId, options) => readSample(pools, workspaceId, metric, { aliasId, ...options }),
  };
}

async function create(tx: Transaction, workspaceId: string, metric: NewMetric): Promise<Metric | null> {
  // The workspace's lock comes first: while it is waited for, no integration is held.
  const counted = sql<{ count: number }>`select count(*) as count from metrics where workspace_id = ${workspaceId}`;
  await refuseTooMany(tx, workspaceId, { kind: "metrics", max: MAX_METRICS_PER_WORKSPACE, counted });
  if (!(await lockIntegration(tx, workspaceId, metric.integrationId))) return null;
  await checkMeasures(tx, metric);
  const id = newId("met");
  await tx.execute(sql`
    insert into metrics (id, workspace_id, integration_id, name, description, definition)
    values (${id}, ${workspaceId}, ${metric.integrationId}, ${metric.name}, ${metric.description},
      ${definitionOf(metric)}::jsonb)`);
  return readMetric(tx, workspaceId, id);
}

/** The lock is shared. A transaction that removes the integration or an event waits, or was first and is seen. */
async function lockIntegration(tx: Transaction, workspaceId: string, id: string): Promise<boolean> {
  const found = await tx.execute(sql`
    select from integrations where id = ${id} and workspace_id = ${workspaceId} and deleted_at_ms is null for share`);
  return found === 1;
}

/** A property with other values than numbers is refused, and one that none of the records has. */
async function checkMeasures(tx: Transaction, metric: Pick<NewMetric, "integrationId" | "measure" | "denominator">) {
  for (const [index, measure] of measuresOf(metric).entries()) {
    const path = index === 0 ? "measure" : "denominator";
    const [event] = await tx.query(sql<{ id: number }>`
      select id from event_definitions
      where integration_id = ${metric.integrationId} and name = ${measure.event} and deleted_at_ms is null`);
    if (event === undefined) {
      throw new InvalidFieldError(`${path}.event`, "must be the name of an event that this integration imports");
    }
    if (measure.property === null) continue;
    const found = (await readProperties(tx, event.id)).properties.find(({ name }) => name === measure.property);
    if (found !== undefined && !found.numeric) {
      const message = `must have only numbers as values; found: ${found.types.join(", ")}`;
      throw new InvalidFieldError(`${path}.property`, message);
    }
    if (found === undefined) await refuseUnknownProperty(tx, event.id, measure.property, `${path}.property`);
  }
}

function definitionOf({ measure, denominator, direction, windowHours, winsorizePercentile, format }: MetricDefinition) {
  return JSON.stringify({ measure, denominator, direction, windowHours, winsorizePercentile, format });
}

interface MetricRow extends Omit<Metric, Exclude<keyof MetricDefinition, "name" | "description">> {
  ordinal: number;
  definition: Omit<MetricDefinition, "name" | "description">;
}

function readMetrics(db: Queryable, where: RawBuilder<unknown>, limit: number): Promise<MetricRow[]> {
  return db.query(sql<MetricRow>`
    select m.id, m.ordinal, m.name, m.description, m.integration_id as "integrationId", m.definition,
      ${UNKNOWN_PROPERTIES} as "unknownProperties",
      m.created_at_ms as "createdAtMs", m.updated_at_ms as "updatedAtMs"
    from metrics m where ${where} order by m.ordinal limit ${limit}`);
}

async function readMetric(db: Queryable, workspaceId: string, id: string): Promise<Metric | null> {
  const [row] = await readMetrics(db, sql`m.id = ${id} and m.workspace_id = ${workspaceId}`, 1);
  return row === undefined ? null : toMetric(row);
}

function toMetric({ ordinal: _ordinal, definition, ...row }: MetricRow): Metric {
  return { ...row, ...definition };
}
