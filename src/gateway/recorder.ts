// Commits the exposures of served calls. Those that arrive during a commit go into the next one together.
import pTimeout, { TimeoutError } from "p-timeout";
import type { Exposure } from "../domain/exposure.ts";
import { MAX_EXPOSURES_PER_CALL } from "../domain/limits.ts";
import { UnavailableError, type ExposureStore } from "../store/store.ts";

export interface ExposureRecorder {
  /** Throws UnavailableError while commits fail, so that a call that cannot end cleanly is not even begun. */
  check(): void;
  /** Resolves once the exposure is committed; rejects if it is not, or if that is unknown. */
  record(workspaceId: string, exposure: Exposure): Promise<void>;
}

interface Waiting {
  exposure: Exposure;
  resolve: () => void;
  reject: (error: unknown) => void;
}

/** Longer than the store's own limits on a transaction, so only a connection that hangs exceeds it. */
const COMMIT_TIMEOUT_MS = 45_000;
/** During an outage one call passes `check` this long after a failed commit, and then one at this interval. */
const RETRY_AFTER_FAILURE_MS = 1_000;
const RETRY_INTERVAL_MS = 5_000;

/** Runs one transaction per workspace at a time. Each holds the exposures that arrived during the last one. */
export function createRecorder(exposures: ExposureStore, onCommit: (count: number) => void): ExposureRecorder {
  const queues = new Map<string, Waiting[]>();
  let outage: { cause: unknown; nextTryMs: number } | null = null;
  const drain = async (workspaceId: string, queue: Waiting[]) => {
    while (queue.length > 0) {
      const batch = queue.splice(0, MAX_EXPOSURES_PER_CALL);
      try {
        const commit = exposures.ingest(
          workspaceId,
          batch.map(({ exposure }) => exposure),
        );
        await pTimeout(commit, { milliseconds: COMMIT_TIMEOUT_MS });
        outage = null;
        onCommit(batch.length);
        for (const { resolve } of batch) resolve();
      } catch (error) {
        if (error instanceof UnavailableError || error instanceof TimeoutError) {
          outage = { cause: error, nextTryMs: performance.now() + RETRY_AFTER_FAILURE_MS };
        }
        for (const { reject } of batch) reject(error);
      }
    }
    queues.delete(workspaceId);
  };
  return {
    check() {
      if (outage === null) return;
      const nowMs = performance.now();
      if (nowMs < outage.nextTryMs) throw new UnavailableError("08006", outage.cause);
      outage.nextTryMs = nowMs + RETRY_INTERVAL_MS;
    },
    record(workspaceId, exposure) {
      return new Promise((resolve, reject) => {
        const queue = queues.get(workspaceId) ?? [];
        queue.push({ exposure, resolve, reject });
        if (queues.has(workspaceId)) return;
        queues.set(workspaceId, queue);
        void drain(workspaceId, queue);
      });
    },
  };
}
