// Daily partitions of raw exposures: made ahead of time, and dropped whole once they are old and folded into buckets.
import { sql } from "kysely";
import { readNowMs, sqlState, type Database, type Transaction } from "../postgres/database.ts";

const DAY_MS = 86_400_000;
const DAYS_AHEAD = 7;
/** Ingest goes first: if a partition's lock is not free within this time, the next purge tries again. */
const SHORT_WAIT = sql`set local lock_timeout = '2s'`;
const LOCK_NOT_AVAILABLE = "55P03";
/** Exposures that nothing needs any more. A take-over still counts those that came after the upgrade. */
const FOLDED = sql`least(w.folded_through, w.usage_through, t.exposures_through)`;

/** Makes the partitions of today and the next days. Rows that the default partition has of such a day move into it. */
export async function createDayPartitions(db: Database): Promise<void> {
  const today = Math.floor((await readNowMs(db)) / DAY_MS) * DAY_MS;
  for (let day = 0; day <= DAYS_AHEAD; day++) await createDayPartition(db, today + day * DAY_MS);
}

async function createDayPartition(db: Database, startMs: number): Promise<void> {
  const name = `exposures_${new Date(startMs).toISOString().slice(0, 10).replaceAll("-", "")}`;
  const [table, start, end] = [sql.table(name), sql.lit(startMs), sql.lit(startMs + DAY_MS)];
  await unlessLocked(db, async (tx) => {
    const [partition] = await tx.query(sql<{ exists: boolean }>`select to_regclass(${name}) is not null as exists`);
    if (partition?.exists === true) return 0;
    await tx.execute(sql`lock table exposures_default in access exclusive mode`);
    await tx.execute(sql`create table ${table} (like exposures including defaults)`);
    const moved = await tx.execute(sql`
      with moved as (
        delete from exposures_default where received_at_ms >= ${start} and received_at_ms < ${end} returning *
      )
      insert into ${table} select * from moved`);
    await tx.execute(sql`alter table exposures attach partition ${table} for values from (${start}) to (${end})`);
    return moved;
  });
}

/** Drops partitions whose rows are all older than the retention and all folded. Returns how many rows it deleted. */
export async function dropExpiredPartitions(db: Database, retentionDays: number): Promise<number> {
  const cutoffMs = (await readNowMs(db)) - retentionDays * DAY_MS;
  const partitions = await db.query(sql<{ name: string }>`
    select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'exposures'::regclass and c.relname ~ '^exposures_[0-9]{8}$' order by 1`);
  let deleted = 0;
  for (const { name } of partitions) {
    if (startOf(name) + DAY_MS <= cutoffMs) deleted += await unlessLocked(db, (tx) => dropIfFolded(tx, name));
  }
  return (
    deleted +
    (await db.execute(sql`
      delete from exposures_default e using workspaces w left join usage_take_overs t on t.workspace_id = w.id
      where w.id = e.workspace_id and e.received_at_ms < ${cutoffMs} and e.id <= ${FOLDED}`))
  );
}

async function dropIfFolded(tx: Transaction, name: string): Promise<number> {
  const [rows] = await tx.query(sql<{ count: number; unfolded: number }>`
    select count(*) as count,
      count(*) filter (where w.id is not null and e.id > ${FOLDED}) as unfolded
    from ${sql.table(name)} e left join workspaces w on w.id = e.workspace_id
      left join usage_take_overs t on t.workspace_id = w.id`);
  if (rows === undefined || rows.unfolded > 0) return 0;
  await tx.execute(sql`drop table ${sql.table(name)}`);
  return rows.count;
}

/** Returns 0 if the lock was not free. */
async function unlessLocked(db: Database, work: (tx: Transaction) => Promise<number>): Promise<number> {
  try {
    return await db.transaction(work, SHORT_WAIT);
  } catch (error) {
    if (sqlState(error) !== LOCK_NOT_AVAILABLE) throw error;
    return 0;
  }
}

function startOf(name: string): number {
  const day = name.slice("exposures_".length);
  return Date.parse(`${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6, 8)}T00:00:00Z`);
}
