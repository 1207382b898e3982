// The purge: rows of removed integrations and events and old runs go in bounded steps, old raw exposures by the partition.
import { sql, type RawBuilder } from "kysely";
import { SESSION_IDLE_MS, SESSION_MAX_AGE_MS } from "../store.ts";
import { keyIdOf, reencrypt } from "../secrets.ts";
import type { Database, Queryable } from "../postgres/database.ts";
import { purgeMetricSources } from "../metrics/purge.ts";
import { createDayPartitions, dropExpiredPartitions } from "../exposures/partitions.ts";
import { secretOwner } from "../routers/changes.ts";

export interface PurgeOptions {
  secretKeys: Buffer[];
  exposureRetentionDays: number;
}

const STEP_ROWS = 20_000;
/** One call's share; the next call goes on. */
const STEPS_MAX = 50;
const OWNERS_MAX = 100;
const SECRETS_MAX = 1_000;
/** Finished runs and done sync requests are kept for so long; an integration's last run for ever, and rejected records too. */
const HISTORY_DAYS = 90;
const DAY_MS = 86_400_000;
/** Rows that hang on an event, children first. */
const EVENT_TABLES = ["imported_events", "property_tallies", "properties", "rejected_records"];
const INTEGRATION_TABLES = ["rejected_records", "sync_requests", "runs"];

/** Returns how many rows were deleted. */
export async function purge(database: Database, options: PurgeOptions): Promise<number> {
  const { db, pool } = database;
  await rewrapSecrets(db, options.secretKeys);
  const steps = { left: STEPS_MAX, rows: STEP_ROWS };
  let deleted = await purgeMetricSources(db, steps);
  deleted += await purgeEvents(db, steps);
  deleted += await purgeIntegrations(db, steps);
  deleted += await purgeHistory(db, steps);
  deleted += await purgeSessions(db, steps);
  const client = await pool.connect();
  try {
    deleted += await dropExpiredPartitions(client, options.exposureRetentionDays);
    await createDayPartitions(client);
  } finally {
    client.release();
  }
  return deleted;
}

async function purgeEvents(db: Queryable, steps: { left: number }): Promise<number> {
  const { rows } = await sql<{ id: number }>`
    select e.id from event_definitions e join integrations i on i.id = e.integration_id
    where e.deleted_at_ms is not null or i.deleted_at_ms is not null limit ${OWNERS_MAX}`.execute(db);
  let deleted = 0;
  for (const { id } of rows) {
    const result = await emptyTables(db, EVENT_TABLES, "event_id", id, steps);
    deleted += result.deleted;
    if (!result.empty) break;
    deleted += await removeOwner(db, "event_definitions", EVENT_TABLES, "event_id", id);
  }
  return deleted;
}

async function purgeIntegrations(db: Queryable, steps: { left: number }): Promise<number> {
  const { rows } = await sql<{ id: string }>`
    select id from integrations i where deleted_at_ms is not null
      and not exists (select from event_definitions e where e.integration_id = i.id) limit ${OWNERS_MAX}`.execute(db);
  let deleted = 0;
  for (const { id } of rows) {
    const result = await emptyTables(db, INTEGRATION_TABLES, "integration_id", id, steps);
    deleted += result.deleted;
    if (!result.empty) break;
    deleted += await removeOwner(db, "integrations", INTEGRATION_TABLES, "integration_id", id);
  }
  return deleted;
}

async function purgeHistory(db: Queryable, steps: { left: number }): Promise<number> {
  const before = sql`crosscurrent_now_ms() - ${HISTORY_DAYS * DAY_MS}::bigint`;
  const requests = await inSteps(
    db,
    steps,
    sql`
    delete from sync_requests where ctid = any(array(
      select ctid from sync_requests where status = 'done' and created_at_ms < (select ${before}) limit ${STEP_ROWS}))`,
  );
  const runs = await inSteps(
    db,
    steps,
    sql`
    delete from runs where ctid = any(array(
      select ctid from runs r where finished_at_ms < (select ${before}) and exists (
        select from runs n where n.integration_id = r.integration_id and (n.started_at_ms, n.id) > (r.started_at_ms, r.id))
      limit ${STEP_ROWS}))`,
  );
  const removed = await inSteps(
    db,
    steps,
    sql`
    delete from removed_integrations where ctid = any(array(
      select ctid from removed_integrations where removed_at_ms < (select ${before}) limit ${STEP_ROWS}))`,
  );
  return requests.deleted + runs.deleted + removed.deleted;
}

/** Sessions that are over. */
async function purgeSessions(db: Queryable, steps: { left: number }): Promise<number> {
  const { deleted } = await inSteps(
    db,
    steps,
    sql`
    delete from sessions where ctid = any(array(
      select ctid from sessions where used_at_ms <= (select crosscurrent_now_ms()) - ${SESSION_IDLE_MS}::bigint
        or created_at_ms <= (select crosscurrent_now_ms()) - ${SESSION_MAX_AGE_MS}::bigint limit ${STEP_ROWS}))`,
  );
  return deleted;
}

/** Runs the bounded statement, each time as a transaction of its own, until it finds less than a step or no steps are left. */
async function inSteps(
  db: Queryable,
  steps: { left: number },
  statement: RawBuilder<unknown>,
): Promise<{ deleted: number; empty: boolean }> {
  for (let deleted = 0; ;) {
    if (steps.left-- <= 0) return { deleted, empty: false };
    const { numAffectedRows = 0n } = await statement.execute(db);
    deleted += Number(numAffectedRows);
    if (numAffectedRows < BigInt(STEP_ROWS)) return { deleted, empty: true };
  }
}

/** Deletes the owner's rows table by table, each step a transaction of its own, until there are none or no steps are left. */
async function emptyTables(
  db: Queryable,
  tables: string[],
  column: "event_id" | "integration_id",
  owner: number | string,
  steps: { left: number },
): Promise<{ deleted: number; empty: boolean }> {
  let deleted = 0;
  for (const table of tables) {
    const result = await inSteps(
      db,
      steps,
      sql`
      with next as materialized (
        select tableoid, ctid from ${sql.table(table)} where ${sql.ref(column)} = ${owner} limit ${STEP_ROWS}
      )
      delete from ${sql.table(table)} t using next
      where t.${sql.ref(column)} = ${owner} and t.tableoid = next.tableoid and t.ctid = next.ctid`,
    );
    deleted += result.deleted;
    if (!result.empty) return { deleted, empty: false };
  }
  return { deleted, empty: true };
}

/**
 * The owner's row goes last, under a lock that waits for a chunk which was being stored when its event was removed; what that
 * chunk still brought goes with it.
 */
async function removeOwner(
  db: Queryable,
  owners: string,
  tables: string[],
  column: "event_id" | "integration_id",
  owner: number | string,
): Promise<number> {
  return db.transaction().execute(async (tx) => {
    await sql`select from ${sql.table(owners)} where id = ${owner} for update`.execute(tx);
    const { deleted } = await emptyTables(tx, tables, column, owner, { left: Infinity });
    await sql`delete from ${sql.table(owners)} where id = ${owner}`.execute(tx);
    return deleted + 1;
  });
}

/** After a rotation: wraps secrets of older keys with the first key, so that the older ones can be taken out of the setting. */
async function rewrapSecrets(db: Queryable, secretKeys: Buffer[]): Promise<void> {
  const [first, ...older] = secretKeys;
  if (first === undefined || older.length === 0) return;
  const olderIds = sql`any(${older.map(keyIdOf)}::text[])`;
  const { rows } = await sql<{ id: string; box: Buffer }>`
    select id, secret as box from integrations
    where deleted_at_ms is null and secret_key_id = ${olderIds} limit ${SECRETS_MAX}`.execute(db);
  for (const { id, box } of rows) {
    const sealed = reencrypt(box, id, secretKeys);
    // Credentials that were replaced meanwhile are not overwritten with the old ones.
    await sql`
      update integrations set secret = ${sealed.box}, secret_key_id = ${sealed.keyId} where id = ${id} and secret = ${box}`.execute(
      db,
    );
  }
  await rewrapVariants(db, secretKeys, olderIds);
}

async function rewrapVariants(db: Queryable, secretKeys: Buffer[], olderIds: RawBuilder<unknown>): Promise<void> {
  const { rows } = await sql<{ workspace: string; router: string; route: string; id: string; box: Buffer }>`
    select workspace_id as workspace, router_id as router, route_id as route, id, secret as box from variants
    where secret_key_id = ${olderIds} limit ${SECRETS_MAX}`.execute(db);
  for (const { workspace, router, route, id, box } of rows) {
    const sealed = reencrypt(box, secretOwner(workspace, router, route, id), secretKeys);
    await sql`
      update variants set secret = ${sealed.box}, secret_key_id = ${sealed.keyId}
      where workspace_id = ${workspace} and router_id = ${router} and route_id = ${route} and id = ${id}
        and secret = ${box}`.execute(db);
  }
}
