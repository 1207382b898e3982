// The purge: removed objects and old history go in bounded steps, old raw exposures by the partition.
import { sql, type RawBuilder } from "kysely";
import { createDayPartitions, dropExpiredPartitions } from "../exposures/partitions.ts";
import type { Database } from "../postgres/database.ts";
import { SESSION_IDLE_MS, SESSION_MAX_AGE_MS } from "../sessions/interface.ts";
import { deleteInSteps, type Steps } from "./deleteInSteps.ts";
import type { CleanupStore } from "./interface.ts";
import { purgeMetricSources } from "./metricSources.ts";
import { rewrapSecrets } from "./rewrapSecrets.ts";

/** The share of one purge; the next purge continues. */
const STEPS_MAX = 50;
const OWNERS_MAX = 100;
/** For finished runs and done requests. An integration's last run and its rejected records are kept for ever. */
const HISTORY_MS = 90 * 86_400_000;

export function createCleanupStore(
  db: Database,
  options: { secretKeys: Buffer[]; exposureRetentionDays: number },
): CleanupStore {
  return {
    async purge() {
      await rewrapSecrets(db, options.secretKeys);
      const steps = { left: STEPS_MAX };
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
  tables: ["imported_events", "property_counts", "properties", "rejected_records"],
  column: "event_id",
};

const REMOVED_INTEGRATIONS: Removed = {
  owners: "integrations",
  condition: sql`o.deleted_at_ms is not null
    and not exists (select from event_definitions e where e.integration_id = o.id)`,
  tables: ["rejected_records", "sync_requests", "runs"],
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
      for (const table of removed.tables) late += (await deleteInSteps(tx, { left: Infinity }, table, ownedBy)).deleted;
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
