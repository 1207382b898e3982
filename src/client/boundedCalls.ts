// Calls to Temporal with a deadline, so that a request, a readiness check or a drain never hangs on an outage.
import type { Client } from "@temporalio/client";
import pTimeout from "p-timeout";

const CALL_TIMEOUT_MS = 5_000;
const ANSWER_MARGIN_MS = 500;

export type RunCall = <T>(call: () => Promise<T>) => Promise<T>;

/** `rest` is called whenever no call is under way any more. */
export function boundCalls(client: Pick<Client, "withDeadline">, rest: () => void) {
  const pending = new Set<Promise<unknown>>();
  const tracked: RunCall = async (call) => {
    const promise = client.withDeadline(Date.now() + CALL_TIMEOUT_MS, call);
    pending.add(promise);
    try {
      return await promise;
    } finally {
      pending.delete(promise);
      if (pending.size === 0) rest();
    }
  };
  // The deadline is that of a request. Connecting for the first time comes before it.
  const bounded: RunCall = (call) => pTimeout(tracked(call), { milliseconds: CALL_TIMEOUT_MS + ANSWER_MARGIN_MS });
  return { bounded, settled: () => Promise.allSettled(pending) };
}
