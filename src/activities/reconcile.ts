// Repairs what a crash between a committed row and its signal, or a lost workflow, left behind.
import type { IntegrationRef } from "../domain/integration.ts";
import type { Store } from "../store/store.ts";
import type { ReconcileResult } from "./contract.ts";
import type { ActivityContext } from "./wrapper.ts";

/** What the reconciler needs of src/client; the worker injects it. */
export interface WorkflowControl {
  configChanged(ref: IntegrationRef): Promise<void>;
  syncNow(ref: IntegrationRef, requestId: string): Promise<void>;
  /** Cancels the workflow; no error if there is none. */
  end(integrationId: string): Promise<void>;
  /** Tells a running workflow to look around; no error if there is none. */
  wake(integrationId: string): Promise<void>;
  running(): AsyncIterable<string>;
  countRunning(): Promise<number>;
  /** Workflows that are pinned to another version of the worker deployment than the current one. */
  outdated(): AsyncIterable<string>;
}

const PAGE_LIMIT = 1_000;
/** Of each kind and pass. The next pass goes on. */
const MAX_REPAIRS = 1_000;
/** Each wakes, and replays once: a new version must not wake everything at once. */
const MAX_UPGRADES = 200;
const HOUR_MS = 3_600_000;
/** With many integrations, their number always differs a little from that of the workflows. */
const DIFFERENT_LIST_MS = HOUR_MS / 6;

export function reconcile({ store }: { store: Pick<Store, "syncState"> }, control: WorkflowControl) {
  const { syncState } = store;
  return async (_: unknown, { heartbeat }: ActivityContext): Promise<ReconcileResult> => {
    await syncState.noteWorker();
    const result: ReconcileResult = { started: 0, signalled: 0, ended: 0, upgraded: 0 };
    const missing = (await isListDue(store, control)) ? await endOrphans(store, control, heartbeat, result) : [];
    for (const row of missing) {
      await control.configChanged(row);
      result.started++;
      heartbeat();
    }
    const started = new Set(missing.map(({ integrationId }) => integrationId));
    for (const { isBehind, requestId, ...row } of await syncState.behind(MAX_REPAIRS)) {
      if (isBehind && !started.has(row.integrationId)) {
        await control.configChanged(row);
        result.signalled++;
      }
      if (requestId !== null) await control.syncNow(row, requestId);
      heartbeat();
    }
    for (const integrationId of await syncState.unended(MAX_REPAIRS)) {
      await control.end(integrationId);
      await syncState.noteEnded(integrationId);
      heartbeat();
    }
    for await (const integrationId of control.outdated()) {
      if (result.upgraded >= MAX_UPGRADES) break;
      await control.wake(integrationId);
      result.upgraded++;
      heartbeat();
    }
    return result;
  };
}

/** All workflows are listed hourly, and soon where their number is not that of the integrations. */
async function isListDue({ syncState }: Pick<Store, "syncState">, control: WorkflowControl): Promise<boolean> {
  const integrations = await syncState.countIntegrations();
  const isDifferent = integrations !== (await control.countRunning());
  const differentMs = integrations <= PAGE_LIMIT ? 0 : DIFFERENT_LIST_MS;
  return await syncState.claimList(isDifferent ? differentMs : HOUR_MS);
}

/** Returns the integrations without a workflow, and ends the workflows without an integration. */
async function endOrphans(
  { syncState }: Pick<Store, "syncState">,
  control: WorkflowControl,
  heartbeat: () => void,
  result: ReconcileResult,
): Promise<IntegrationRef[]> {
  // Workflows are listed first and rows second: an integration created in between is never taken for an orphan.
  const orphans = new Set<string>();
  for await (const id of control.running()) {
    orphans.add(id);
    heartbeat();
  }
  const missing: IntegrationRef[] = [];
  for (let cursor: string | null = null; ;) {
    const page = await syncState.list({ cursor, limit: PAGE_LIMIT });
    for (const row of page.items) {
      if (!orphans.delete(row.integrationId) && missing.length < MAX_REPAIRS) missing.push(row);
    }
    heartbeat();
    cursor = page.next;
    if (cursor === null) break;
  }
  for (const id of orphans) {
    await control.end(id);
    result.ended++;
    heartbeat();
  }
  return missing;
}
