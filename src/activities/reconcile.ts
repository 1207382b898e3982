// Repairs what a crash between a committed row and its signal, or a lost workflow, left behind.
import type { IntegrationRef } from "../domain/integration.ts";
import type { ReconcileResult } from "./contract.ts";
import type { Reach } from "./dependencies.ts";
import { lookAtAccounts } from "./lookAtAccounts.ts";
import type { ActivityContext } from "./wrapper.ts";

/** What the reconciler needs of src/client; the worker injects it. */
export interface WorkflowControl {
  configChanged(ref: IntegrationRef): Promise<void>;
  pause(ref: IntegrationRef): Promise<void>;
  resume(ref: IntegrationRef): Promise<void>;
  syncNow(ref: IntegrationRef, requestId: string): Promise<void>;
  /** Cancels the workflow; no error if there is none. */
  end(integrationId: string): Promise<void>;
  running(): AsyncIterable<string>;
}

const PAGE_LIMIT = 1_000;

export function reconcile(dependencies: Reach, control: WorkflowControl) {
  const { store } = dependencies;
  return async (_: unknown, { heartbeat }: ActivityContext): Promise<ReconcileResult> => {
    await store.syncState.noteWorker();
    const result: ReconcileResult = { started: 0, signalled: 0, ended: 0, purged: 0 };
    // Workflows are listed first and rows second: an integration created in between is never taken for an orphan.
    const orphans = new Set<string>();
    for await (const id of control.running()) orphans.add(id);
    for (let cursor: string | null = null; ;) {
      const page = await store.syncState.reconcileCandidates({ cursor, limit: PAGE_LIMIT });
      for (const row of page.items) {
        const ref = { integrationId: row.id, workspaceId: row.workspaceId, provider: row.provider };
        const missing = !orphans.delete(row.id);
        if (missing || row.behind) {
          await control.configChanged(ref);
          await (row.paused ? control.pause(ref) : control.resume(ref));
          result[missing ? "started" : "signalled"]++;
        }
        for (const requestId of row.pendingRequests) await control.syncNow(ref, requestId);
        heartbeat();
      }
      cursor = page.next;
      if (cursor === null) break;
    }
    for (const id of orphans) {
      await control.end(id);
      result.ended++;
    }
    for (const workspaceId of await store.syncState.unsealedWorkspaces()) {
      await store.exposures.seal(workspaceId);
      heartbeat();
    }
    await lookAtAccounts(dependencies, heartbeat);
    result.purged = await store.cleanup.purge();
    return result;
  };
}
