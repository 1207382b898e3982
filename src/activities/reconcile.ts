// Repairs what a crash between a committed row and its signal, or a lost workflow, left behind.
import { LRUCache } from "lru-cache";
import type { IntegrationRef } from "../domain/integration.ts";
import { spreadOf } from "../domain/schedule.ts";
import type { Store } from "../store/store.ts";
import type { ReconcileResult } from "./contract.ts";
import type { ActivityContext } from "./wrapper.ts";

/** What the reconciler needs of src/client; the worker injects it. */
export interface WorkflowControl {
  configChanged(ref: IntegrationRef): Promise<void>;
  /** The same. Where the workflow is lost, a new one starts no run before `firstRunAtMs`. */
  restore(ref: IntegrationRef, firstRunAtMs: number): Promise<void>;
  repeatSync(ref: IntegrationRef, requestId: string): Promise<void>;
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
/** A workflow that was signalled and is still overdue needs an operator, not a signal with each pass. */
const OVERDUE_AGAIN_MS = HOUR_MS;
/** A workflow moves to the current version at the end of its run, which may take longer. */
const WAKE_AGAIN_MS = HOUR_MS / 6;
const MAX_REMEMBERED = 100_000;
/** After so many failures in a row, Temporal itself is asked. If it does not answer, the pass fails and is repeated. */
const MAX_FAILURES_IN_ROW = 10;
/** How far the first runs of workflows that were lost together are spread, for each of them. */
const SPREAD_PER_WORKFLOW_MS = 1_000;

/** `maxSpreadMs`: how far the first runs of lost workflows are spread at most. */
export function reconcile(
  { store: { syncState } }: { store: Pick<Store, "syncState"> },
  control: WorkflowControl,
  maxSpreadMs = 0,
) {
  // Of this process. Another one may repeat what this one did, which costs a signal.
  const overdueSignalled = new LRUCache<string, true>({ max: MAX_REMEMBERED, ttl: OVERDUE_AGAIN_MS });
  const woken = new LRUCache<string, true>({ max: MAX_REMEMBERED, ttl: WAKE_AGAIN_MS });
  return async (_: unknown, { heartbeat }: ActivityContext): Promise<ReconcileResult> => {
    await syncState.noteWorker();
    const pass = new Pass(control, heartbeat);
    const restore = (row: IntegrationRef, together: number) => {
      const spreadMs = Math.min(maxSpreadMs, together * SPREAD_PER_WORKFLOW_MS);
      return control.restore(row, Date.now() + spreadOf(row.integrationId, spreadMs));
    };
    const started = new Set<string>();
    await pass.part(async () => {
      if (!(await isListDue(syncState, control))) return;
      const missing = await findMissing(syncState, control, pass);
      for (const { integrationId } of missing) started.add(integrationId);
      // What is missing still is looked for in the next pass.
      if (missing.length >= MAX_REPAIRS) await syncState.forgetList();
      for (const row of missing) await pass.repair("started", () => restore(row, missing.length));
    });
    const found = await syncState.behind(MAX_REPAIRS);
    const isDone = ({ integrationId }: IntegrationRef) => started.has(integrationId);
    const overdue = found.filter((row) => row.isOverdue && !isDone(row) && !overdueSignalled.has(row.integrationId));
    for (const row of overdue) {
      await pass.repair("signalled", async () => {
        await restore(row, overdue.length);
        overdueSignalled.set(row.integrationId, true);
      });
    }
    for (const row of found) {
      const { isBehind, requestId } = row;
      if (isBehind && !isDone(row) && !overdue.includes(row)) {
        await pass.repair("signalled", () => control.configChanged(row));
      }
      if (requestId !== null) await pass.repair(null, () => control.repeatSync(row, requestId));
    }
    for (const integrationId of await syncState.unended(MAX_REPAIRS)) {
      await pass.repair(null, async () => {
        await control.end(integrationId);
        await syncState.noteEnded(integrationId);
      });
    }
    await pass.part(() => upgrade(control, pass, woken));
    return pass.result;
  };
}

/** Counts what was done. One workflow that refuses signals keeps no other from its repair. */
class Pass {
  readonly result: ReconcileResult = { started: 0, signalled: 0, ended: 0, upgraded: 0, failed: 0 };
  readonly heartbeat: () => void;
  private readonly control: Pick<WorkflowControl, "countRunning">;
  private failuresInRow = 0;

  constructor(control: Pick<WorkflowControl, "countRunning">, heartbeat: () => void) {
    this.control = control;
    this.heartbeat = heartbeat;
  }

  /** Temporal's lists are served apart from its signals: without them the pass goes on. */
  async part(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch {
      this.result.failed++;
    }
  }

  async repair(done: Exclude<keyof ReconcileResult, "failed"> | null, call: () => Promise<void>): Promise<void> {
    try {
      await call();
      if (done !== null) this.result[done]++;
      this.failuresInRow = 0;
    } catch {
      this.result.failed++;
      if (++this.failuresInRow % MAX_FAILURES_IN_ROW === 0) await this.control.countRunning();
    }
    this.heartbeat();
  }
}

/** Those that were woken lately are passed over, so that all get their turn. */
async function upgrade(control: WorkflowControl, pass: Pass, woken: LRUCache<string, true>): Promise<void> {
  let left = MAX_UPGRADES;
  for await (const integrationId of control.outdated()) {
    pass.heartbeat();
    if (woken.has(integrationId)) continue;
    if (left-- === 0) break;
    woken.set(integrationId, true);
    await pass.repair("upgraded", () => control.wake(integrationId));
  }
}

/** All workflows are listed hourly, and soon where their number is not that of the integrations. */
async function isListDue(syncState: Store["syncState"], control: WorkflowControl): Promise<boolean> {
  const integrations = await syncState.countIntegrations();
  const isDifferent = integrations !== (await control.countRunning());
  const differentMs = integrations <= PAGE_LIMIT ? 0 : DIFFERENT_LIST_MS;
  return await syncState.claimList(isDifferent ? differentMs : HOUR_MS);
}

/** Returns integrations without a workflow, at most `MAX_REPAIRS`, and ends the workflows without an integration. */
async function findMissing(
  syncState: Store["syncState"],
  control: WorkflowControl,
  pass: Pass,
): Promise<IntegrationRef[]> {
  // Workflows are listed first and rows second: an integration created in between is never taken for an orphan.
  const orphans = new Set<string>();
  for await (const id of control.running()) {
    orphans.add(id);
    pass.heartbeat();
  }
  const missing: IntegrationRef[] = [];
  for (let cursor: string | null = null; ;) {
    const page = await syncState.list({ cursor, limit: PAGE_LIMIT });
    for (const row of page.items) {
      if (!orphans.delete(row.integrationId) && missing.length < MAX_REPAIRS) missing.push(row);
    }
    pass.heartbeat();
    cursor = page.next;
    if (cursor === null) break;
  }
  for (const id of orphans) await pass.repair("ended", () => control.end(id));
  return missing;
}
