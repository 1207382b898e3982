// Commits what calls with a user tell. What arrives during a commit goes into the next one together.
import pTimeout, { TimeoutError } from "p-timeout";
import { isServed, type Exposure } from "../domain/exposure.ts";
import { MAX_EXPOSURES_PER_CALL } from "../domain/limits.ts";
import { UnavailableError, type ExposureStore } from "../store/store.ts";

export interface ExposureRecorder {
  /** Throws UnavailableError while commits fail, so that a call that cannot end cleanly is not even begun. */
  check(): void;
  /** Resolves once the row is committed; rejects if it is not, or if that is unknown. */
  record(workspaceId: string, exposure: Exposure): Promise<void>;
  /** Resolves once nothing waits for its commit any more, whatever came of it, or after `withinMs`. */
  settled(withinMs: number): Promise<void>;
}

interface Waiting {
  exposure: Exposure;
  resolve: () => void;
  reject: (error: unknown) => void;
}

/** Longer than the store's own limits on a transaction, so only a connection that hangs exceeds it. */
const COMMIT_TIMEOUT_MS = 45_000;
/** The time between two questions whether exposures can be committed again. */
const ASK_EVERY_MS = 1_000;
/** One workspace's commits may wait for something of its own. Those of two, with none between that succeeds, do not. */
const SLOW_WORKSPACES_OF_OUTAGE = 2;

export interface RecorderDeps {
  exposures: Pick<ExposureStore, "ingest" | "tryIngest">;
  /** How many exposures a commit had: served calls, without assignments and failures. */
  onCommit: (count: number) => void;
}

/** Runs one transaction per workspace at a time. Each holds the exposures that arrived during the last one. */
export function createRecorder({ exposures, onCommit }: RecorderDeps): ExposureRecorder {
  const queues = new Map<string, Waiting[]>();
  const draining = new Set<Promise<void>>();
  let outage: { cause: unknown } | null = null;
  /** Whose commits took too long since the last one that succeeded. */
  const slow = new Set<string>();
  const endOutage = () => {
    outage = null;
    slow.clear();
  };
  /** Ends the outage for all workspaces, whether or not one of them commits anything. */
  const askUntilItWorks = () => {
    const timer = setTimeout(() => {
      pTimeout(exposures.tryIngest(), { milliseconds: COMMIT_TIMEOUT_MS }).then(endOutage, askUntilItWorks);
    }, ASK_EVERY_MS);
    timer.unref();
  };
  const noteOutage = (cause: unknown) => {
    if (outage === null) askUntilItWorks();
    outage = { cause };
  };
  const isOutage = (workspaceId: string, error: unknown): boolean => {
    if (!(error instanceof UnavailableError)) return error instanceof TimeoutError;
    if (!error.isTimeLimit) return true;
    slow.add(workspaceId);
    return slow.size >= SLOW_WORKSPACES_OF_OUTAGE;
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
        slow.clear();
        onCommit(batch.filter(({ exposure }) => isServed(exposure)).length);
        for (const { resolve } of batch) resolve();
      } catch (error) {
        if (isOutage(workspaceId, error)) noteOutage(error);
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
        const drained = drain(workspaceId, queue).finally(() => draining.delete(drained));
        draining.add(drained);
      });
    },
    async settled(withinMs) {
      const endMs = performance.now() + withinMs;
      while (draining.size > 0 && performance.now() < endMs) {
        await pTimeout(Promise.all(draining), { milliseconds: endMs - performance.now(), fallback: () => undefined });
      }
    },
  };
}
