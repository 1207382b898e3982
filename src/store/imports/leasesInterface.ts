// Requests of a shared budget, waited for where the wait is short.
import { setTimeout } from "node:timers/promises";
import { SyncError } from "../../domain/errors.ts";
import type { BudgetStore } from "./budgetsInterface.ts";

/** Waits shorter than this (the budget per second) are spent here; longer ones are the caller's, to wait durably or to report. */
const MAX_INLINE_WAIT_MS = 3_000;

/**
 * Takes requests one by one from `budget` (null: there is none). The function it answers throws SyncError `rate_limited` with
 * `retryAtMs` once a request is not to be had within seconds.
 */
export function leasesOf(
  store: { budgets: BudgetStore; nowMs(): Promise<number> },
  budget: Parameters<BudgetStore["take"]>[0] | null,
  signal?: AbortSignal,
): (kind: "backfill" | "increment") => Promise<void> {
  return async (kind) => {
    while (budget !== null) {
      const lease = await store.budgets.take(budget, kind);
      if (lease.granted) return;
      const { retryAtMs } = lease;
      const waitMs = retryAtMs - (await store.nowMs());
      if (waitMs > MAX_INLINE_WAIT_MS) {
        const until = new Date(retryAtMs).toISOString();
        throw new SyncError(
          "rate_limited",
          `The project's requests are used up for now; try again later, at ${until}.`,
          {
            retryAtMs,
          },
        );
      }
      await setTimeout(Math.max(1, waitMs), undefined, { signal });
    }
  };
}
