// Takes requests from a shared budget, and waits for them if the wait is short.
import { setTimeout } from "node:timers/promises";
import type { AcquireRequest, RequestBudget } from "../../domain/connection.ts";
import { SyncError } from "../../domain/errors.ts";
import type { BudgetStore } from "./interface.ts";

/** Shorter waits (for the budget per second) are spent here; the caller waits durably for longer ones. */
const MAX_INLINE_WAIT_MS = 3_000;

/** Without a budget every request is granted. Throws `rate_limited` with `retryAtMs` if none is free within seconds. */
export function requestLimiter(
  store: { budgets: BudgetStore; nowMs(): Promise<number> },
  budget: RequestBudget | null,
  signal?: AbortSignal,
): AcquireRequest {
  return async (kind) => {
    while (budget !== null) {
      const grant = await store.budgets.take(budget, kind);
      if (grant.granted) return;
      const { retryAtMs } = grant;
      const waitMs = retryAtMs - (await store.nowMs());
      if (waitMs > MAX_INLINE_WAIT_MS) {
        const until = new Date(retryAtMs).toISOString();
        const message = `The project's requests are used up for now. Try again at ${until}.`;
        throw new SyncError("rate_limited", message, { retryAtMs });
      }
      await setTimeout(Math.max(1, waitMs), undefined, { signal });
    }
  };
}
