// Rolling request budgets. Transactions that take from one queue on its row, and read the clock after the lock.
import { sql, type RawBuilder } from "kysely";
import type { RequestBudget, RequestKind } from "../../domain/connection.ts";
import type { Database, Transaction } from "../postgres/database.ts";
import type { BudgetStore, Grant } from "./interface.ts";

/** A request may leave some time after its grant; even then the provider's hour must not see one too many. */
const WINDOW_MS = 3_600_000 + 30_000;
/** The provider counts arrivals: the earlier of two may come this much too late, the later this much too early. */
const JITTER_MS = 300;
/** A workspace that asked within a day but not within the hour keeps what a steady import sends in one run. */
const QUIET_MS = 24 * 3_600_000;
const RESERVED_FOR_QUIET = 3;
const SPACING_WINDOW_MS = 1_000 + 2 * JITTER_MS + 1;

export function createBudgetStore(db: Database): BudgetStore {
  return {
    take: (budget, kind, workspaceId) => db.transaction((tx) => take(tx, budget, kind, workspaceId)),

    async giveBack(leaseId) {
      await db.execute(sql`delete from budget_leases where id = ${leaseId}`);
    },

    async block(key, untilMs) {
      await db.execute(sql`
        insert into budgets as b (key, blocked_until_ms) values (${key}, ${Math.ceil(untilMs)})
        on conflict (key) do update set blocked_until_ms = greatest(b.blocked_until_ms, excluded.blocked_until_ms)`);
    },

    async unblock(key, workspaceId) {
      await db.execute(sql`
        update budgets set blocked_until_ms = 0 where key = ${key} and exists (
          select from budget_workspaces w where w.key = ${key} and w.workspace_id = ${workspaceId})`);
    },
  };
}

/** What was taken from a budget within its window, ascending. */
interface Taken {
  all: number[];
  byWorkspace: number[];
  /** How many workspaces asked within the window, and how many did within a day but not since. */
  active: number;
  quiet: number;
}

async function take(tx: Transaction, budget: RequestBudget, kind: RequestKind, workspaceId: string): Promise<Grant> {
  const { key } = budget;
  await tx.execute(sql`insert into budgets (key) values (${key}) on conflict do nothing`);
  const [locked] = await tx.query(sql<{ blockedUntilMs: number }>`
    select blocked_until_ms as "blockedUntilMs" from budgets where key = ${key} for update`);
  const { nowMs, ...taken } = await readTaken(tx, key, workspaceId);
  const blockedUntilMs = locked?.blockedUntilMs ?? 0;
  const retryAtMs = Math.max(blockedUntilMs, nextFreeMs(budget, kind, taken));
  if (retryAtMs > nowMs) return { granted: false, retryAtMs, reason: blockedUntilMs > nowMs ? "blocked" : "used" };
  const [lease] = await tx.query(sql<{ id: number }>`
    insert into budget_leases (key, workspace_id, taken_at_ms) values (${key}, ${workspaceId}, ${nowMs}) returning id`);
  return { granted: true, leaseId: lease?.id ?? 0 };
}

/** A workspace that waits has taken nothing, so those that asked are noted apart from what was taken. */
async function readTaken(tx: Transaction, key: string, workspaceId: string): Promise<Taken & { nowMs: number }> {
  await tx.execute(sql`
    insert into budget_workspaces (key, workspace_id, asked_at_ms)
    values (${key}, ${workspaceId}, crosscurrent_now_ms())
    on conflict (key, workspace_id) do update set asked_at_ms = excluded.asked_at_ms`);
  const windowStart = sql`crosscurrent_now_ms() - ${WINDOW_MS}::bigint`;
  await tx.execute(sql`delete from budget_leases where key = ${key} and taken_at_ms <= ${windowStart}`);
  const times = (which: RawBuilder<unknown>) => sql`(
    select coalesce(json_agg(taken_at_ms order by taken_at_ms), '[]') from budget_leases
    where key = ${key} and ${which})`;
  const [row] = await tx.query(sql<Taken & { nowMs: number }>`
    select crosscurrent_now_ms() as "nowMs", ${times(sql`true`)} as "all",
      ${times(sql`workspace_id = ${workspaceId}`)} as "byWorkspace",
      (select count(*) from budget_workspaces where key = ${key} and asked_at_ms > ${windowStart}) as active,
      (select count(*) from budget_workspaces where key = ${key} and asked_at_ms <= ${windowStart}
        and asked_at_ms > crosscurrent_now_ms() - ${QUIET_MS}::bigint) as quiet`);
  return row ?? { nowMs: 0, all: [], byWorkspace: [], active: 1, quiet: 0 };
}

/** When the next request fits into both windows and into the workspace's share. */
function nextFreeMs(budget: RequestBudget, kind: RequestKind, taken: Taken): number {
  const { all, byWorkspace, active, quiet } = taken;
  const perHour = Math.max(1, budget.maxPerHour - (kind === "backfill" ? budget.reservedPerHour : 0));
  const reserved = Math.min(quiet * RESERVED_FOR_QUIET, Math.floor(perHour / 2));
  const share = Math.ceil((perHour - reserved) / Math.max(1, active));
  const last = all.at(-1);
  const spacingMs = last === undefined ? 0 : last + Math.ceil(SPACING_WINDOW_MS / budget.maxPerSecond);
  return Math.max(leavesAtMs(all, perHour), leavesAtMs(byWorkspace, share), spacingMs);
}

/** When fewer than `limit` of these times are left in the window. */
function leavesAtMs(taken: number[], limit: number): number {
  const leaving = taken.at(-limit);
  return leaving === undefined ? 0 : leaving + WINDOW_MS;
}
