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
  workspaceId: string,
  signal?: AbortSignal,
): AcquireRequest {
  return async (kind) => {
    while (budget !== null) {
      const grant = await store.budgets.take(budget, kind, workspaceId);
      if (grant.granted) return () => store.budgets.giveBack(grant.leaseId);
      const { retryAtMs, reason } = grant;
      const waitMs = retryAtMs - (await store.nowMs());
      if (waitMs > MAX_INLINE_WAIT_MS) throw new SyncError("rate_limited", refusal(reason, retryAtMs), { retryAtMs });
      await setTimeout(Math.max(1, waitMs), undefined, { signal });
    }
    return async () => undefined;
  };
}

function refusal(reason: "blocked" | "used", retryAtMs: number): string {
  const until = new Date(retryAtMs).toISOString();
  if (reason === "used") return `The project's requests are used up for now. Try again at ${until}.`;
  return `The provider refused a request, so that none is sent before ${until}. “Sync now” ends this wait.`;
}
