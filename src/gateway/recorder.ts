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
/** The time between two questions whether the store works again. */
const ASK_EVERY_MS = 1_000;

export interface RecorderDeps {
  exposures: ExposureStore;
  /** Resolves if the store can be used. */
  ping: () => Promise<void>;
  onCommit: (count: number) => void;
}

/** Runs one transaction per workspace at a time. Each holds the exposures that arrived during the last one. */
export function createRecorder({ exposures, ping, onCommit }: RecorderDeps): ExposureRecorder {
  const queues = new Map<string, Waiting[]>();
  let outage: { cause: unknown } | null = null;
  /** Ends the outage for all workspaces, whether or not one of them commits anything. */
  const askUntilItWorks = () => {
    const timer = setTimeout(() => {
      ping().then(() => (outage = null), askUntilItWorks);
    }, ASK_EVERY_MS);
    timer.unref();
  };
  const noteOutage = (cause: unknown) => {
    if (outage === null) askUntilItWorks();
    outage = { cause };
  };
  const drain = async (workspaceId: string, queue: Waiting[]) => {
    while (queue.length > 0) {
      const batch = queue.splice(0, MAX_EXPOSURES_PER_CALL);
      try {
        const commit = exposures.ingest(
          workspaceId,
          batch.map(({ exposure }) => exposure),
        );
        await pTimeout(commit, { milliseconds: COMMIT_TIMEOUT_MS });
        onCommit(batch.length);
        for (const { resolve } of batch) resolve();
      } catch (error) {
        if (isOutage(error)) noteOutage(error);
        for (const { reject } of batch) reject(error);
      }
    }
    queues.delete(workspaceId);
  };
  return {
    check() {
      if (outage !== null) throw new UnavailableError("08006", outage.cause);
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

/** A statement that took too long waited for something of its own workspace: others can still commit. */
function isOutage(error: unknown): boolean {
  if (error instanceof UnavailableError) return !error.isTimeLimit;
  return error instanceof TimeoutError;
}
