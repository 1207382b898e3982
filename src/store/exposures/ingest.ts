// Ingests raw exposures: all of a call or none, durable once it resolves.
import { sql } from "kysely";
import type { Exposure } from "../../domain/exposure.ts";
import { MAX_EXPOSURE_AHEAD_MS } from "../../domain/limits.ts";
import { InvalidFieldError } from "../errors.ts";
import { copyField, copyInto } from "../postgres/copy.ts";
import type { Database } from "../postgres/database.ts";

const DAY_MS = 86_400_000;
const COLUMNS = "exposures (workspace_id, received_at_ms, exposed_at_ms, alias_id, route_id, variant_id, user_id)";

/** Bounds how long a stuck ingest can hold its shared lock, and so how long a sealer can wait for it. */
const TIMEOUT_MS = sql.lit(30_000);
/** PostgreSQL 17 and later bound the whole transaction, older versions each pause; the pool bounds each statement. */
const TIMEOUTS = sql`
  set local idle_in_transaction_session_timeout = ${TIMEOUT_MS};
  select set_config('transaction_timeout', '${TIMEOUT_MS}', true)
  where current_setting('transaction_timeout', true) is not null`;

/** The shared lock comes first: once the sealer holds it exclusively, all lower ids are committed (see seal.ts). */
export async function ingest(
  db: Database,
  workspaceId: string,
  exposures: Exposure[],
  maxAgeDays: number,
): Promise<void> {
  if (exposures.length === 0) return;
  await db.transaction(async (tx) => {
    const [clock] = await tx.query(sql<{ now: number }>`
      select pg_advisory_xact_lock_shared(crosscurrent_ingest_lock(${workspaceId})), crosscurrent_now_ms() as now`);
    const nowMs = Number(clock?.now);
    checkTimes(exposures, nowMs, maxAgeDays);
    await copyInto(tx, COLUMNS, toLines(workspaceId, exposures, nowMs));
  }, TIMEOUTS);
}

/** Where exposures go: their table may be the one that cannot grow. The row is gone before anybody can see it. */
export async function tryIngest(db: Database): Promise<void> {
  await db.transaction(async (tx) => {
    const [row] = await tx.query(sql<{ id: number; atMs: number }>`
      insert into exposures (workspace_id, received_at_ms, exposed_at_ms, alias_id, route_id, variant_id, user_id)
      values ('', crosscurrent_now_ms(), 0, '', '', '', '') returning id, received_at_ms as "atMs"`);
    await tx.execute(sql`
      delete from exposures where workspace_id = '' and id = ${row?.id} and received_at_ms = ${row?.atMs}`);
  }, TIMEOUTS);
}

/** Callers have checked times, but a time can leave the window before this transaction. */
function checkTimes(exposures: Exposure[], nowMs: number, maxAgeDays: number): void {
  for (const [index, { exposedAtMs }] of exposures.entries()) {
    if (exposedAtMs === null) continue;
    const isAhead = exposedAtMs > nowMs + MAX_EXPOSURE_AHEAD_MS;
    if (!isAhead && exposedAtMs >= nowMs - maxAgeDays * DAY_MS) continue;
    const limit = isAhead ? `${MAX_EXPOSURE_AHEAD_MS / 60_000} minutes ahead` : `${maxAgeDays} days old`;
    throw new InvalidFieldError(`exposures[${index}].timestamp`, `must be at most ${limit}`);
  }
}

function* toLines(workspaceId: string, exposures: Exposure[], nowMs: number): Generator<string> {
  const start = `${copyField(workspaceId)}\t${nowMs}\t`;
  for (const exposure of exposures) {
    const ids = `${copyField(exposure.aliasId)}\t${copyField(exposure.routeId)}\t${copyField(exposure.variantId)}`;
    yield `${start}${exposure.exposedAtMs ?? nowMs}\t${ids}\t${copyField(exposure.userId)}\n`;
  }
}
