// Rolling request budgets. Transactions that take from one queue on its row, and read the clock after the lock.
import { sql } from "kysely";
import type { RequestBudget, RequestKind } from "../../domain/connection.ts";
import type { Database, Transaction } from "../postgres/database.ts";
import type { BudgetStore, Grant } from "./interface.ts";

/** A request may leave some time after its grant; even then the provider's hour must not see one too many. */
const WINDOW_MS = 3_600_000 + 30_000;
/** The provider counts arrivals: the earlier of two may come this much too late, the later this much too early. */
const JITTER_MS = 300;
const SPACING_WINDOW_MS = 1_000 + 2 * JITTER_MS + 1;

export function createBudgetStore(db: Database): BudgetStore {
  return {
    take: (budget, kind) => db.transaction((tx) => take(tx, budget, kind)),

    async block(key, untilMs) {
      await db.execute(sql`
        insert into budgets as b (key, blocked_until_ms) values (${key}, ${Math.ceil(untilMs)})
        on conflict (key) do update set blocked_until_ms = greatest(b.blocked_until_ms, excluded.blocked_until_ms)`);
    },
  };
}

async function take(tx: Transaction, budget: RequestBudget, kind: RequestKind): Promise<Grant> {
  const { key } = budget;
  await tx.execute(sql`insert into budgets (key) values (${key}) on conflict do nothing`);
  const [locked] = await tx.query(sql<{ blockedUntilMs: number }>`
    select blocked_until_ms as "blockedUntilMs" from budgets where key = ${key} for update`);
  await tx.execute(sql`
    delete from budget_leases where key = ${key} and taken_at_ms <= crosscurrent_now_ms() - ${WINDOW_MS}::bigint`);
  const [row] = await tx.query(sql<{ nowMs: number; taken: number[] }>`
    select crosscurrent_now_ms() as "nowMs",
      (select coalesce(json_agg(taken_at_ms order by taken_at_ms), '[]')
        from budget_leases where key = ${key}) as taken`);
  const { nowMs = 0, taken = [] } = row ?? {};
  const retryAtMs = Math.max(locked?.blockedUntilMs ?? 0, nextFreeMs(budget, kind, taken));
  if (retryAtMs > nowMs) return { granted: false, retryAtMs };
  await tx.execute(sql`insert into budget_leases (key, taken_at_ms) values (${key}, ${nowMs})`);
  return { granted: true };
}

/** When the next request fits into both windows; `taken` is ascending. */
function nextFreeMs(budget: RequestBudget, kind: RequestKind, taken: number[]): number {
  const perHour = Math.max(1, budget.maxPerHour - (kind === "backfill" ? budget.reservedPerHour : 0));
  const leaving = taken.at(-perHour);
  const last = taken.at(-1);
  const hourMs = leaving === undefined ? 0 : leaving + WINDOW_MS;
  const spacingMs = last === undefined ? 0 : last + Math.ceil(SPACING_WINDOW_MS / budget.maxPerSecond);
  return Math.max(hourMs, spacingMs);
}
