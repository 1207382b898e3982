// The purge: removed objects and old history go in bounded steps, old raw exposures by the partition.
import { sql, type RawBuilder } from "kysely";
import { IDS_KEPT_MS } from "../exposures/ids.ts";
import { createDayPartitions, dropExpiredPartitions } from "../exposures/partitions.ts";
import type { Database, Queryable, Transaction } from "../postgres/database.ts";
import { SESSION_IDLE_MS, SESSION_MAX_AGE_MS } from "../sessions/interface.ts";
import type { CleanupStore } from "../store.ts";
import { rewrapSecrets } from "./rewrapSecrets.ts";

const DAY_MS = 86_400_000;
/** The share of one purge; the next purge continues. Bounded steps hold no locks or connection for long. */
const STEPS_MAX = 50;
const STEP_ROWS = 20_000;
const OWNERS_MAX = 100;
const SOURCES_MAX = 100;
/** A metric's source that is used again later is counted from scratch. */
const UNUSED_DAYS = 30;
/** For finished runs and done requests. An integration's last run and its rejected records are kept for ever. */
const HISTORY_MS = 90 * DAY_MS;

export function createCleanupStore(
  db: Database,
  options: { secretKeys: Buffer[]; exposureRetentionDays: number },
): CleanupStore {
  return {
    async purge(progressed = () => {}) {
      await rewrapSecrets(db, options.secretKeys);
      const steps = { left: STEPS_MAX, progressed };
      let deleted = await purgeMetricSources(db, steps);
      deleted += await purgeRemoved(db, steps, REMOVED_EVENTS);
      deleted += await purgeRemoved(db, steps, REMOVED_INTEGRATIONS);
      deleted += await purgeHistory(db, steps);
      deleted += await dropExpiredPartitions(db, options.exposureRetentionDays);
      await createDayPartitions(db);
      return deleted;
    },
  };
}

/** Sources that were not used lately, and those of removed events. */
const UNUSED = sql`(s.used_at_ms < crosscurrent_now_ms() - ${UNUSED_DAYS * DAY_MS}::bigint or exists (
  select from event_definitions e join integrations i on i.id = e.integration_id
  where e.id = s.event_id and (e.deleted_at_ms is not null or i.deleted_at_ms is not null)))`;

/** Values go first, step by step: without them users are only counted again. */
async function purgeMetricSources(db: Database, steps: Steps): Promise<number> {
  const sources = await db.query(sql<{ id: number }>`
    select s.id from metric_sources s where ${UNUSED} order by s.id limit ${SOURCES_MAX}`);
  let deleted = 0;
  for (const { id } of sources) {
    const values = await deleteInSteps(db, steps, "metric_values", sql`t.source_id = ${id}`);
    deleted += values.deleted;
    if (!values.isEmpty) break;
    deleted += await db.transaction((tx) => removeSource(tx, id));
  }
  return deleted;
}

/** A source goes with its noted changes, under its lock: without the changes, its values would stay wrong. */
async function removeSource(tx: Transaction, id: number): Promise<number> {
  const found = await tx.execute(sql`select from metric_sources s where s.id = ${id} and ${UNUSED} for update`);
  if (found === 0) return 0;
  const remove = (rows: RawBuilder<unknown>) => tx.execute(sql`delete from ${rows} = ${id}`);
  const values = await remove(sql`metric_values where source_id`);
  const changes = await remove(sql`metric_changes where source_id`);
  return values + changes + (await remove(sql`metric_sources where id`));
}

interface Removed {
  owners: string;
  /** Over `o`. */
  condition: RawBuilder<unknown>;
  /** Tables with rows of the owner, children first, and their column that names it. */
  tables: string[];
  column: string;
}

const REMOVED_EVENTS: Removed = {
  owners: "event_definitions",
  condition: sql`o.deleted_at_ms is not null
    or o.integration_id in (select id from integrations where deleted_at_ms is not null)`,
  tables: [
    "imported_events",
    "imported_user_pairs",
    "property_counts",
    "properties",
    "rejected_records",
    "rejected_counts",
    "rejected_keys",
    "import_ranges",
  ],
  column: "event_id",
};

const REMOVED_INTEGRATIONS: Removed = {
  owners: "integrations",
  condition: sql`o.deleted_at_ms is not null
    and not exists (select from event_definitions e where e.integration_id = o.id)`,
  tables: ["rejected_records", "rejected_counts", "rejected_keys", "sync_requests", "runs"],
  column: "integration_id",
};

async function purgeRemoved(db: Database, steps: Steps, removed: Removed): Promise<number> {
  const owners = sql.table(removed.owners);
  const found = await db.query(sql<{ id: number | string }>`
    select o.id from ${owners} o where ${removed.condition} limit ${OWNERS_MAX}`);
  let deleted = 0;
  for (const { id } of found) {
    const ownedBy = sql`${sql.ref(`t.${removed.column}`)} = ${id}`;
    for (const table of removed.tables) {
      const rows = await deleteInSteps(db, steps, table, ownedBy);
      deleted += rows.deleted;
      if (!rows.isEmpty) return deleted;
    }
    // The owner goes last: its lock waits for a chunk that was under way at the removal, and its rows go too.
    deleted += await db.transaction(async (tx) => {
      await tx.execute(sql`select from ${owners} where id = ${id} for update`);
      let late = 0;
      const all = { ...steps, left: Infinity };
      for (const table of removed.tables) late += (await deleteInSteps(tx, all, table, ownedBy)).deleted;
      return late + (await tx.execute(sql`delete from ${owners} where id = ${id}`));
    });
  }
  return deleted;
}

async function purgeHistory(db: Database, steps: Steps): Promise<number> {
  const now = sql`(select crosscurrent_now_ms())`;
  const before = sql`${now} - ${HISTORY_MS}::bigint`;
  const old: [table: string, condition: RawBuilder<unknown>][] = [
    ["sync_requests", sql`t.status = 'done' and t.created_at_ms < ${before}`],
    [
      "runs",
      sql`t.finished_at_ms < ${before} and exists (
        select from runs n
        where n.integration_id = t.integration_id and (n.started_at_ms, n.id) > (t.started_at_ms, t.id))`,
    ],
    ["removed_integrations", sql`t.removed_at_ms < ${before}`],
    ["exposure_ids", sql`t.at_ms <= ${now} - ${IDS_KEPT_MS}::bigint`],
    ["grant_waits", sql`t.last_at_ms < ${now} - ${DAY_MS}::bigint`],
    [
      "sessions",
      sql`(t.used_at_ms <= ${now} - ${SESSION_IDLE_MS}::bigint
        or t.created_at_ms <= ${now} - ${SESSION_MAX_AGE_MS}::bigint)`,
    ],
  ];
  let deleted = 0;
  for (const [table, condition] of old) deleted += (await deleteInSteps(db, steps, table, condition)).deleted;
  return deleted;
}

/** How many steps one purge may still take; the next purge continues. */
interface Steps {
  left: number;
  progressed: () => void;
}

/** Deletes the rows that match `condition` (over `t`). On the pool each step is a transaction of its own. */
async function deleteInSteps(
  db: Queryable,
  steps: Steps,
  table: string,
  condition: RawBuilder<unknown>,
): Promise<{ deleted: number; isEmpty: boolean }> {
  let deleted = 0;
  while (steps.left-- > 0) {
    // The condition stands in both places, so that PostgreSQL leaves out partitions that it excludes.
    const step = await db.execute(sql`
      with next as materialized (select tableoid, ctid from ${sql.table(table)} t where ${condition} limit ${STEP_ROWS})
      delete from ${sql.table(table)} t using next
      where ${condition} and t.tableoid = next.tableoid and t.ctid = next.ctid`);
    deleted += step;
    steps.progressed();
    if (step < STEP_ROWS) return { deleted, isEmpty: true };
  }
  return { deleted, isEmpty: false };
}
