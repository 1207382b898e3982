// Daily partitions of raw exposures: made ahead of time, dropped whole when old and wholly folded into buckets.
import type { PoolClient } from "pg";

const DAY_MS = 86_400_000;
const DAYS_AHEAD = 7;
/** Ingest goes first: what cannot get its lock soon is tried again by the next purge. */
const LOCK_TIMEOUT = "2s";
const LOCK_NOT_AVAILABLE = "55P03";

/** Makes the partitions of today and the next days. Rows that the default partition caught meanwhile move into theirs. */
export async function createDayPartitions(client: PoolClient): Promise<void> {
  const { rows } = await client.query<{ now: number }>("select crosscurrent_now_ms() as now");
  const today = Math.floor(Number(rows[0]?.now) / DAY_MS) * DAY_MS;
  for (let day = 0; day <= DAYS_AHEAD; day++) await createDayPartition(client, today + day * DAY_MS);
}

async function createDayPartition(client: PoolClient, startMs: number): Promise<void> {
  const name = partitionName(startMs);
  await inShortTransaction(client, async () => {
    const { rows } = await client.query<{ found: boolean }>("select to_regclass($1) is not null as found", [name]);
    if (rows[0]?.found === true) return;
    await client.query("lock table exposures_default in access exclusive mode");
    await client.query(`create table ${name} (like exposures including defaults)`);
    await client.query(
      `with moved as (delete from exposures_default where received_at_ms >= $1 and received_at_ms < $2 returning *)
       insert into ${name} select * from moved`,
      [startMs, startMs + DAY_MS],
    );
    await client.query(
      `alter table exposures attach partition ${name} for values from (${startMs}) to (${startMs + DAY_MS})`,
    );
  });
}

/** Drops partitions whose rows are all older than the retention and all folded. Returns how many rows went. */
export async function dropExpiredPartitions(client: PoolClient, retentionDays: number): Promise<number> {
  const { rows: clock } = await client.query<{ now: number }>("select crosscurrent_now_ms() as now");
  const cutoffMs = Number(clock[0]?.now) - retentionDays * DAY_MS;
  const { rows: partitions } = await client.query<{ name: string }>(
    `select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
     where i.inhparent = 'exposures'::regclass and c.relname ~ '^exposures_[0-9]{8}$' order by 1`,
  );
  let deleted = 0;
  for (const { name } of partitions) {
    if (partitionStartMs(name) + DAY_MS > cutoffMs) continue;
    deleted += await dropIfFolded(client, name);
  }
  const { rowCount } = await client.query(
    `delete from exposures_default e using workspaces w
     where w.id = e.workspace_id and e.received_at_ms < $1 and e.id <= w.folded_through`,
    [cutoffMs],
  );
  return deleted + (rowCount ?? 0);
}

async function dropIfFolded(client: PoolClient, name: string): Promise<number> {
  let dropped = 0;
  await inShortTransaction(client, async () => {
    const { rows } = await client.query<{ count: number; unfolded: number }>(
      `select count(*) as count, count(*) filter (where w.id is not null and e.id > w.folded_through) as unfolded
       from ${name} e left join workspaces w on w.id = e.workspace_id`,
    );
    if (rows[0] === undefined || rows[0].unfolded > 0) return;
    await client.query(`drop table ${name}`);
    dropped = rows[0].count;
  });
  return dropped;
}

async function inShortTransaction(client: PoolClient, work: () => Promise<void>): Promise<void> {
  await client.query(`begin; set local lock_timeout = '${LOCK_TIMEOUT}'`);
  try {
    await work();
    await client.query("commit");
  } catch (error) {
    await client.query("rollback");
    if ((error as { code?: string }).code !== LOCK_NOT_AVAILABLE) throw error;
  }
}

function partitionName(startMs: number): string {
  return `exposures_${new Date(startMs).toISOString().slice(0, 10).replaceAll("-", "")}`;
}

function partitionStartMs(name: string): number {
  const day = name.slice("exposures_".length);
  return Date.parse(`${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6, 8)}T00:00:00Z`);
}
