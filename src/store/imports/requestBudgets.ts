// Rolling request budgets, leased to everybody who shares one. All takers of a budget queue on its row, so no two of them
// see the same free place; the clock is read after the lock.
import { sql } from "kysely";
import type { BudgetStore } from "../store.ts";
import type { Database, Queryable } from "../postgres/database.ts";

/** A request may leave some time after its lease: the far side's rolling hour must not see one too many even then. */
const WINDOW_MS = 3_600_000 + 30_000;
/** The far side counts arrivals: of two requests, the earlier may come this much later than meant, and the later this much earlier. */
const JITTER_MS = 300;
const SPACING_WINDOW_MS = 1_000 + 2 * JITTER_MS + 1;

type Budget = Parameters<BudgetStore["take"]>[0];

export function createBudgetStore({ db }: Database): BudgetStore {
  return {
    take: (budget, kind) => db.transaction().execute((tx) => take(tx, budget, kind)),

    async block(key, untilMs) {
      await sql`
        insert into budgets as b (key, blocked_until_ms) values (${key}, ${Math.ceil(untilMs)})
        on conflict (key) do update set blocked_until_ms = greatest(b.blocked_until_ms, excluded.blocked_until_ms)`.execute(
        db,
      );
    },
  };
}

async function take(
  tx: Queryable,
  budget: Budget,
  kind: "backfill" | "increment",
): Promise<{ granted: true } | { granted: false; retryAtMs: number }> {
  const { key } = budget;
  await sql`insert into budgets (key) values (${key}) on conflict do nothing`.execute(tx);
  const { rows: locked } = await sql<{ blockedUntilMs: number }>`
    select blocked_until_ms as "blockedUntilMs" from budgets where key = ${key} for update`.execute(tx);
  await sql`
    delete from budget_leases where key = ${key} and taken_at_ms <= crosscurrent_now_ms() - ${WINDOW_MS}::bigint`.execute(
    tx,
  );
  const { rows } = await sql<{ nowMs: number; taken: number[] }>`
    select crosscurrent_now_ms() as "nowMs",
      (select coalesce(json_agg(taken_at_ms order by taken_at_ms), '[]') from budget_leases where key = ${key}) as taken`.execute(
    tx,
  );
  const { nowMs = 0, taken = [] } = rows[0] ?? {};
  const retryAtMs = Math.max(locked[0]?.blockedUntilMs ?? 0, nextFreeMs(budget, kind, taken));
  if (retryAtMs > nowMs) return { granted: false, retryAtMs };
  await sql`insert into budget_leases (key, taken_at_ms) values (${key}, ${nowMs})`.execute(tx);
  return { granted: true };
}

/** When the next request fits into both windows; `taken` ascending. */
function nextFreeMs(budget: Budget, kind: "backfill" | "increment", taken: number[]): number {
  const perHour = Math.max(1, budget.maxPerHour - (kind === "backfill" ? budget.reservedPerHour : 0));
  const leaving = taken.at(-perHour);
  const last = taken.at(-1);
  const hourMs = leaving === undefined ? 0 : leaving + WINDOW_MS;
  const spacingMs = last === undefined ? 0 : last + Math.ceil(SPACING_WINDOW_MS / budget.maxPerSecond);
  return Math.max(hourMs, spacingMs);
}
