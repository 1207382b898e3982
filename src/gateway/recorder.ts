// Exposures of served calls on their way to the store: those that come while a commit is under way go into the next one together.
import type { Exposure } from "../domain/exposure.ts";
import { MAX_EXPOSURES_PER_CALL } from "../domain/limits.ts";
import type { ExposureStore } from "../store/store.ts";

export interface ExposureRecorder {
  /** Resolves once the exposure is committed; rejects where it is not, or nobody knows. */
  record(workspaceId: string, exposure: Exposure): Promise<void>;
}

interface Waiting {
  exposure: Exposure;
  resolve: () => void;
  reject: (error: unknown) => void;
}

/** Longer than the store's own limits on a transaction: only a connection that hangs runs into it. */
const COMMIT_TIMEOUT_MS = 45_000;

/** One transaction per workspace at a time: under load it holds as many exposures as arrived during the one before. */
export function createRecorder(exposures: ExposureStore, onCommit: (count: number) => void): ExposureRecorder {
  const queues = new Map<string, Waiting[]>();
  const drain = async (workspaceId: string, queue: Waiting[]) => {
    while (queue.length > 0) {
      const batch = queue.splice(0, MAX_EXPOSURES_PER_CALL);
      try {
        await within(
          exposures.ingest(
            workspaceId,
            batch.map(({ exposure }) => exposure),
          ),
        );
        onCommit(batch.length);
        for (const { resolve } of batch) resolve();
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    queues.delete(workspaceId);
  };
  return {
    record(workspaceId, exposure) {
      return new Promise((resolve, reject) => {
        const waiting = { exposure, resolve, reject };
        const queue = queues.get(workspaceId);
        if (queue !== undefined) {
          queue.push(waiting);
          return;
        }
        const fresh = [waiting];
        queues.set(workspaceId, fresh);
        void drain(workspaceId, fresh);
      });
    },
  };
}

async function within(commit: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error("An exposure was not committed in time.")), COMMIT_TIMEOUT_MS);
  });
  await Promise.race([commit, late]).finally(() => clearTimeout(timer));
}
