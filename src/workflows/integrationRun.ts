import type { IntegrationStatus } from "../domain/integration.ts";
import type { Direction } from "../domain/run.ts";
import {
  condition,
  isCancellation,
  setCurrentDetails,
  upsertSearchAttributes,
  workflowInfo,
} from "@temporalio/workflow";
import { defineSearchAttributeKey, SearchAttributeType } from "@temporalio/common";
import type { Plan, SyncActivities } from "../activities/contract.ts";
import { nextRunAtMs } from "../domain/schedule.ts";
import { activitiesFor } from "./activityProxies.ts";
import { describe } from "./currentDetails.ts";
import type { IntegrationInput } from "./messages.ts";
import { initialState } from "./state.ts";
import type { IntegrationState } from "./state.ts";

const statusKey = defineSearchAttributeKey("CrosscurrentStatus", SearchAttributeType.KEYWORD);

/** How long to wait before asking the store again once three tries failed: twice as long each time. */
const FIRST_STORE_RETRY_MS = 30_000;
const MAX_STORE_RETRY_MS = 15 * 60_000;

/** Thrown where nothing can go on before the store is back, but the history has grown long: continue as new and try there. */
export class Suspended extends Error {
  override readonly name = "Suspended";
}

/** Why a wait ended. */
export type Wake = "time" | "interrupted";
/** What a direction does at a page boundary: go on, end (switched off), or stop for continue-as-new. */
export type Step = "go" | "disabled" | "suspend";

/**
 * One run of an integration workflow: its state, what it knows of the configuration, and the waits that every part shares.
 * The directions run side by side and meet here.
 */
export class Session {
  readonly integrationId: string;
  readonly workspaceId: string;
  readonly state: IntegrationState;
  plan: Plan | null = null;
  /** The configuration is gone: the integration was deleted. */
  deleted = false;
  doing: Record<Direction, string> = { export: "idle", import: "idle" };
  activities: SyncActivities;

  private readonly fresh: boolean;
  private configSignals = 1;
  private configSeen = 0;
  private interruptions = 0;
  private pausedBySignal: boolean | null = null;
  private suspending = false;
  private mirrorDirty = true;
  private mirroring = false;
  private mirrorGaveUp = false;
  private publishedStatus: IntegrationStatus | null = null;
  private refreshing: Promise<void> | null = null;

  constructor(input: IntegrationInput) {
    this.integrationId = input.integrationId;
    this.workspaceId = input.workspaceId;
    this.fresh = input.state === undefined;
    this.state = input.state ?? initialState();
    // The run before may have ended without reaching the store.
    this.pausedBySignal = this.fresh ? null : this.state.paused;
    this.activities = activitiesFor(this.workspaceId);
  }

  configChanged(): void {
    this.configSignals++;
    this.interruptions++;
  }

  setPaused(paused: boolean): void {
    this.state.paused = paused;
    this.pausedBySignal = paused;
    this.configChanged();
    this.changed();
  }

  requested(requestId: string, limit: number): void {
    const { requests } = this.state;
    if (!requests.includes(requestId)) {
      // Beyond the limit the last one stands for all: the store keeps them queued and the reconciler signals them again.
      if (requests.length >= limit) requests.pop();
      requests.push(requestId);
    }
    this.interruptions++;
    this.changed();
  }

  get configStale(): boolean {
    return this.configSeen < this.configSignals;
  }

  get anyEnabled(): boolean {
    return this.plan !== null && (this.plan.export.enabled || this.plan.import.enabled);
  }

  get status(): IntegrationStatus {
    if (this.state.paused) return "paused";
    if (this.state.run !== null) return "syncing";
    return this.hasVisibleError ? "attention" : "idle";
  }

  private get hasVisibleError(): boolean {
    const { errors } = this.state;
    const exporting = this.plan?.export.enabled === true && errors.export !== null;
    const importing =
      this.plan?.import.enabled === true && (errors.import !== null || Object.keys(errors.events).length > 0);
    return exporting || importing;
  }

  /** Null while nothing is switched on or the integration is paused. */
  get nextRunAtMs(): number | null {
    const { state, plan } = this;
    if (plan === null || !this.anyEnabled || state.paused) return null;
    if (state.lastRunStartedAtMs === null || plan.syncVersion !== state.servedSyncVersion) return Date.now();
    const regular = nextRunAtMs(state.lastRunStartedAtMs, this.integrationId, plan.intervalMs, plan.jitterMs);
    return state.retryAtMs === null ? regular : Math.min(regular, state.retryAtMs);
  }

  get continueAsNewWanted(): boolean {
    const info = workflowInfo();
    return info.continueAsNewSuggested || info.targetWorkerDeploymentVersionChanged;
  }

  /** Reads the configuration; whoever needs it at the same time shares the read. */
  async refresh(reconcile = false): Promise<void> {
    if (this.refreshing === null || reconcile) this.refreshing = this.load(reconcile);
    await this.refreshing;
  }

  private async load(reconcile: boolean): Promise<void> {
    const signals = this.configSignals;
    const plan = await this.insist("read the configuration", () =>
      this.activities.loadConfig({
        integrationId: this.integrationId,
        exportCursorSeq: this.state.exportCursorSeq,
        exportAttemptedSeq: this.state.exportAttemptedSeq,
        reconcile,
      }),
    );
    this.refreshing = null;
    if (plan === null) {
      this.deleted = true;
      return;
    }
    if (this.plan === null && this.fresh && this.pausedBySignal === null) this.state.paused = plan.paused;
    if (reconcile) {
      this.state.exportCursorSeq = plan.export.cursorSeq;
      this.state.exportAttemptedSeq = plan.export.cursorSeq;
    }
    this.plan = plan;
    this.forgetErrors(plan);
    this.configSeen = Math.max(this.configSeen, signals);
    this.activities = activitiesFor(this.workspaceId, plan.heartbeatTimeoutMs);
    this.changed();
  }

  /** Errors of what is switched off or gone are nobody's concern any more. */
  private forgetErrors(plan: Plan): void {
    const { errors } = this.state;
    if (!plan.export.enabled) errors.export = null;
    if (!plan.import.enabled) errors.import = null;
    for (const name of Object.keys(errors.events)) {
      if (!plan.import.enabled || !plan.import.events.includes(name)) delete errors.events[name];
    }
  }

  /** Runs what must not be given up on: three tries, then a visible pause, for as long as it takes. May throw Suspended. */
  async insist<T>(what: string, run: () => Promise<T>): Promise<T> {
    for (let waitMs = FIRST_STORE_RETRY_MS; ; waitMs = Math.min(MAX_STORE_RETRY_MS, 2 * waitMs)) {
      try {
        return await run();
      } catch (failure) {
        if (isCancellation(failure)) throw failure;
        if (this.continueAsNewWanted) throw new Suspended();
        this.publish(`Cannot ${what}; trying again in ${waitMs / 1000} s.`);
        await this.pauseFor(waitMs, `Trying again to ${what}`);
      }
    }
  }

  /** Waits at a page boundary while paused, then says whether the direction may go on. */
  async proceed(direction: Direction): Promise<Step> {
    for (;;) {
      if (this.configStale && !this.deleted) await this.refreshOrSuspend();
      if (this.deleted || this.plan?.[direction].enabled === false) return "disabled";
      if (this.continueAsNewWanted) this.suspending = true;
      if (this.suspending) return "suspend";
      if (!this.state.paused) return "go";
      this.report(direction, "paused");
      await condition(() => !this.state.paused || this.configStale || this.suspending);
    }
  }

  private async refreshOrSuspend(): Promise<void> {
    try {
      await this.refresh();
    } catch (failure) {
      if (!(failure instanceof Suspended)) throw failure;
      this.suspending = true;
    }
  }

  /** A durable wait that a pause, new settings and sync requests cut short. */
  async pauseFor(waitMs: number, summary: string): Promise<Wake> {
    const before = this.interruptions;
    const woken = await condition(() => this.interruptions !== before || this.suspending, Math.max(1, waitMs), {
      summary: summary.slice(0, 180),
    });
    return woken ? "interrupted" : "time";
  }

  report(direction: Direction, doing: string): void {
    if (this.doing[direction] === doing) return;
    this.doing[direction] = doing;
    this.publish();
  }

  /** Something that people see has changed: show it in the Temporal UI and mirror it to the store. */
  changed(): void {
    this.mirrorDirty = true;
    this.publish();
  }

  private publish(note?: string): void {
    setCurrentDetails(describe(this, note));
    if (this.publishedStatus === this.status) return;
    this.publishedStatus = this.status;
    upsertSearchAttributes([{ key: statusKey, value: this.status }]);
  }

  /** Runs beside everything else: writes each change to the store, one write at a time. */
  async mirror(): Promise<never> {
    for (;;) {
      await condition(() => this.mirrorDirty && this.plan !== null && !this.deleted);
      this.mirrorDirty = false;
      this.mirroring = true;
      try {
        await this.insist("write the state to the store", () => this.writeState());
      } catch (failure) {
        if (!(failure instanceof Suspended)) throw failure;
        // The next run begins by writing everything anyway.
        this.mirrorGaveUp = true;
        await condition(() => false);
      }
      this.mirroring = false;
    }
  }

  private async writeState(): Promise<void> {
    const { errors } = this.state;
    const paused = this.pausedBySignal;
    await this.activities.recordState({
      integrationId: this.integrationId,
      paused,
      nextRunAtMs: this.nextRunAtMs,
      exportError: errors.export,
      importError: errors.import,
      eventErrors: errors.events,
    });
    if (this.pausedBySignal === paused) this.pausedBySignal = null;
  }

  /** Resolves once the store shows what is known here, or cannot be reached. */
  async mirrored(): Promise<void> {
    await condition(
      () => this.deleted || this.plan === null || this.mirrorGaveUp || (!this.mirrorDirty && !this.mirroring),
    );
  }
}
