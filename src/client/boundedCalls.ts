// Calls to Temporal with a deadline, so that a request, a readiness check or a drain never hangs on an outage.
import type { IntegrationControl } from "./index.ts";
import type { Temporal } from "./connection.ts";

const CALL_TIMEOUT_MS = 5_000;

export interface TemporalCalls {
  control: IntegrationControl;
  ready(): Promise<void>;
  close(): Promise<void>;
}

export function boundCalls(temporal: Temporal): TemporalCalls {
  const pending = new Set<Promise<unknown>>();
  const { client, control } = temporal;

  async function bounded<T>(call: () => Promise<T>): Promise<T> {
    const promise = client.withDeadline(Date.now() + CALL_TIMEOUT_MS, call);
    pending.add(promise);
    try {
      return await promise;
    } finally {
      pending.delete(promise);
      if (pending.size === 0) temporal.rest();
    }
  }

  return {
    control: {
      start: (ref) => bounded(() => control.start(ref)),
      configChanged: (ref) => bounded(() => control.configChanged(ref)),
      pause: (ref) => bounded(() => control.pause(ref)),
      resume: (ref) => bounded(() => control.resume(ref)),
      syncNow: (ref, requestId) => bounded(() => control.syncNow(ref, requestId)),
      status: (id) => bounded(() => control.status(id)),
      end: (id) => bounded(() => control.end(id)),
      running: () => control.running(),
    },
    ready: () => bounded(() => temporal.ready()),
    close: async () => {
      // The client's library retries on a timer, and a retry on a closed channel throws an error that cannot be caught.
      await Promise.allSettled(pending);
      await temporal.close();
    },
  };
}
