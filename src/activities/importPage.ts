// Reads one page and stores it chunk by chunk. A page that is read again stores nothing twice.
import type { EventProgress } from "../domain/progress.ts";
import { SyncError } from "../domain/errors.ts";
import type { ImportChunk } from "../providers/connector.ts";
import { requestLimiter } from "../store/store.ts";
import type { ImportPageInput, ImportPageResult } from "./contract.ts";
import { connect, type ActivityDependencies } from "./dependencies.ts";
import { discoverProperties } from "./discoverProperties.ts";
import { rateLimitEndOrThrow, type ActivityContext } from "./wrapper.ts";

/** While one chunk is being stored the next is read, never more. The progress moves with the last chunk alone. */
export function importPage(dependencies: ActivityDependencies) {
  const { store } = dependencies;
  return async (input: ImportPageInput, { signal, heartbeat }: ActivityContext): Promise<ImportPageResult> => {
    const { integrationId, runId, task, pageHalvings } = input;
    const { connector, connection } = await connect(dependencies, integrationId);
    const events = await store.imports.definitions(integrationId, task.events);
    // All were deleted meanwhile: there is nothing to read, and the next plan does without them.
    if (events.length === 0) return { progress: task.progress, stale: true };
    const budget = connector.requestBudget(connection);
    const chunks = connector.importPage(connection, {
      events,
      progress: task.progress,
      pageHalvings,
      storedBefore: await store.imports.storedBefore(integrationId, task.events),
      acquireRequest: requestLimiter(store, budget, connection.workspaceId, signal),
      blocked: async (untilMs) => {
        if (budget !== null) await store.budgets.block(budget.key, untilMs);
      },
      signal,
      heartbeat,
    });
    const from = { integrationId, runId, events: task.events, from: task.progress };
    const ranges = task.ranges === undefined ? {} : { ranges: task.ranges };
    const commit = (chunk: ImportChunk) => store.imports.commitChunk({ ...from, ...ranges, ...chunk });
    try {
      const page = await storeAll(chunks, commit, task.progress);
      const isLast = page.progress.unfinished === null && page.stale !== true;
      return isLast && !(await tryDiscovering(dependencies, integrationId)) ? { ...page, undiscovered: true } : page;
    } catch (error) {
      return { progress: task.progress, retryAtMs: rateLimitEndOrThrow(error) };
    }
  };
}

/** The page is stored: it must not be read again because its properties cannot be discovered right now. */
async function tryDiscovering(dependencies: ActivityDependencies, integrationId: string): Promise<boolean> {
  try {
    await discoverProperties(dependencies)({ integrationId });
    return true;
  } catch {
    return false;
  }
}

async function storeAll(
  chunks: AsyncGenerator<ImportChunk>,
  commit: (chunk: ImportChunk) => Promise<{ stale: boolean }>,
  from: EventProgress,
): Promise<ImportPageResult> {
  let storing: Promise<{ stale: boolean }> = Promise.resolve({ stale: false });
  let openedBytes = 0;
  try {
    for await (const chunk of chunks) {
      if ((await storing).stale) return { progress: from, stale: true };
      openedBytes += chunk.opened?.estimatedBytes ?? 0;
      storing = commit(chunk);
      // The failure is met at the next await; until then it must not count as unhandled.
      storing.catch(() => {});
      if (chunk.progress !== null) {
        if ((await storing).stale) return { progress: from, stale: true };
        const { progress } = chunk;
        return openedBytes === 0 ? { progress } : { progress, estimatedBytes: openedBytes };
      }
    }
  } finally {
    await Promise.allSettled([storing]);
  }
  throw new SyncError("bug", "The connector ended a page without saying how far it got.");
}
