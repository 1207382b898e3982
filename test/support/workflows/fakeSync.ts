// The activities of the integration workflow, hand-written: buckets, events and checkpoints in memory, without store
// and provider.
import { ApplicationFailure } from "@temporalio/common";
import type {
  ExportBatchInput,
  ImportPageInput,
  LeaveGapInput,
  LeaveGapResult,
  FinishRunInput,
  LoadConfigInput,
  PlanImportInput,
  StartRunInput,
  StartRunResult,
  SyncActivities,
} from "../../../src/activities/contract.ts";
import type { ErrorKind } from "../../../src/domain/errors.ts";
import {
  earlierProgress,
  type EventProgress,
  type ImportPass,
  isBehind,
  NO_PROGRESS,
} from "../../../src/domain/progress.ts";
import { nextRunAtMs } from "../../../src/domain/schedule.ts";
import type { RunRecord } from "../../../src/domain/run.ts";
import type { StatusProjection } from "../../../src/domain/run.ts";

export const HOUR_MS = 3_600_000;
export const INTERVAL_MS = 8 * HOUR_MS;
export const JITTER_MS = 15 * 60_000;

type Name = keyof SyncActivities;

export class FakeSync implements SyncActivities {
  syncVersion = 1;
  exportEnabled = true;
  importEnabled = true;
  /** The store's own `paused`. */
  paused = false;
  /** Raise it with each change of `paused` that stands for one of the API. */
  pauseVersion = 0;
  deleted = false;
  events: string[] = ["purchase"];
  batchSeqs = 10;
  passesAtOnce = 4;
  /** Of the bulk activities: that of the workflows, which one worker serves. */
  taskQueue = "";
  pagesPerPass = 3;
  /** Buckets sealed so far; each run seals `sealPerRun` more. */
  sealed = 0;
  sealPerRun = 20;
  /** Rejected buckets that are marked to be sent again, and how many were. */
  marked = 0;
  /** When the next try meets a rate limit, until when. */
  resendRetryAtMs: number | null = null;
  resent = 0;
  /** How often each sequence number was delivered. */
  readonly delivered = new Map<number, number>();
  /** The checkpoints: what the store says is delivered and read. */
  checkpointSeq = 0;
  progress: Record<string, EventProgress> = {};
  readonly calls: { name: Name; atMs: number; input: unknown }[] = [];
  /** Activities that have begun and not ended. */
  inFlight = 0;
  readonly runs: RunRecord[] = [];
  /** What users see, as the workflow last wrote it. */
  projection: StatusProjection | null = null;
  /** Runs before the activity's own work: may wait, change the world, or throw. */
  readonly before: Partial<Record<Name, (input: never, call: number) => void | Promise<void>>> = {};
  readonly nowMs: () => Promise<number>;

  constructor(nowMs: () => Promise<number>) {
    this.nowMs = nowMs;
  }

  count(name: Name): number {
    return this.calls.filter((call) => call.name === name).length;
  }

  get finishedRuns(): RunRecord[] {
    return this.runs.filter((run) => run.finished !== null);
  }

  /** The activities as a worker registers them. */
  activities(): SyncActivities {
    const names: Name[] = [
      "loadConfig",
      "startRun",
      "finishRun",
      "aggregateExposures",
      "resendRejected",
      "exportBatch",
      "planImport",
      "importPage",
      "leaveGap",
      "discoverProperties",
      "projectStatus",
    ];
    return Object.fromEntries(names.map((name) => [name, (input: never) => this.call(name, input)])) as never;
  }

  private async call(name: Name, input: never): Promise<unknown> {
    this.inFlight++;
    try {
      this.calls.push({ name, atMs: await this.nowMs(), input });
      await this.before[name]?.(input, this.count(name));
      return await (this[name] as (input: never) => Promise<unknown>)(input);
    } finally {
      this.inFlight--;
    }
  }

  async loadConfig(input: LoadConfigInput) {
    return this.deleted ? null : this.config(input);
  }

  private config(input: LoadConfigInput) {
    const known = Math.max(input.exportCursorSeq ?? this.checkpointSeq, input.exportAttemptedSeq ?? 0);
    const cursorSeq = this.checkpointSeq > known ? (input.exportCursorSeq ?? this.checkpointSeq) : this.checkpointSeq;
    return {
      syncVersion: this.syncVersion,
      paused: this.paused,
      pauseVersion: this.pauseVersion,
      export: { enabled: this.exportEnabled, cursorSeq, batchSeqs: this.batchSeqs },
      import: { enabled: this.importEnabled, events: this.events },
      intervalMs: INTERVAL_MS,
      jitterMs: JITTER_MS,
      passesAtOnce: this.passesAtOnce,
      bulkTaskQueue: this.taskQueue,
      // Skipped time counts too: a worker must not be taken for dead because days were skipped meanwhile.
      heartbeatTimeoutMs: 7 * 24 * HOUR_MS,
    };
  }

  /** When the workspace's turn to start a run comes; null: at once. */
  turnAtMs: number | null = null;

  async startRun({ status, ...input }: StartRunInput): Promise<StartRunResult> {
    if (this.deleted) return { kind: "deleted" };
    if (this.turnAtMs !== null && !input.hasTurn) return { kind: "wait", startAtMs: this.turnAtMs };
    const config = this.config(input);
    this.checkpointSeq = config.export.cursorSeq;
    const { integrationId, runId, startedAtMs } = input;
    // Like the store, which knows the requests that earlier runs served.
    const served = new Set(this.finishedRuns.flatMap((run) => run.requestIds));
    const requestIds = input.requestIds.filter((id) => !served.has(id));
    this.runs.push({
      integrationId,
      runId,
      startedAtMs,
      requestIds,
      directions: [
        ...(this.exportEnabled ? [{ direction: "export" as const, outcome: null }] : []),
        ...(this.importEnabled ? [{ direction: "import" as const, outcome: null }] : []),
      ],
      finished: null,
    });
    const nextMs = nextRunAtMs(startedAtMs, integrationId, config.intervalMs);
    const isEnabled = this.exportEnabled || this.importEnabled;
    await this.projectStatus({ ...status, integrationId, nextRunAtMs: isEnabled ? nextMs : null });
    return { kind: "started", config, requestIds, isPauseStored: true };
  }

  async finishRun({ status, ...run }: FinishRunInput) {
    await this.projectStatus({ ...status, integrationId: run.integrationId });
    this.runs.push(run);
    return { isPauseStored: true };
  }

  async aggregateExposures() {
    this.sealed += this.sealPerRun;
    const sealed = { throughSeq: this.sealed, throughMs: await this.nowMs() };
    return this.marked > 0 ? { ...sealed, resend: true as const } : sealed;
  }

  async resendRejected() {
    const retryAtMs = this.resendRetryAtMs;
    this.resendRetryAtMs = null;
    if (retryAtMs !== null) return { retryAtMs };
    this.resent += this.marked;
    this.marked = 0;
    return {};
  }

  async exportBatch({ afterSeq, throughSeq }: ExportBatchInput) {
    if (this.checkpointSeq < afterSeq || throughSeq > this.sealed)
      return { cursorSeq: this.checkpointSeq, stale: true as const };
    for (let seq = Math.max(afterSeq, this.checkpointSeq) + 1; seq <= throughSeq; seq++) {
      this.delivered.set(seq, (this.delivered.get(seq) ?? 0) + 1);
    }
    this.checkpointSeq = Math.max(this.checkpointSeq, throughSeq);
    return { cursorSeq: throughSeq };
  }

  async planImport(input: PlanImportInput) {
    const highWatermarkMs = input.highWatermarkMs ?? (await this.nowMs());
    const progress: Record<string, EventProgress> = {};
    const tasks = [];
    for (const name of this.events) {
      const checkpoint = this.progress[name] ?? NO_PROGRESS;
      const state = input.progress[name];
      let known = state === undefined ? checkpoint : earlierProgress(state, checkpoint);
      if (known.unfinished === null && (known.completeThroughMs ?? 0) < highWatermarkMs) {
        known = { ...known, unfinished: { targetMs: highWatermarkMs, position: 0, cursor: null } };
      }
      if (known.unfinished !== null) tasks.push({ events: [name], progress: known });
      progress[name] = known;
    }
    this.progress = { ...progress };
    const unfinished = { targetMs: highWatermarkMs, position: 0, cursor: null };
    const ranges = this.ranges.map(({ id, events }) => ({
      events,
      ranges: events.map(() => id),
      progress: { completeThroughMs: null, unfinished },
    }));
    const lastRangeId = Math.max(0, ...this.ranges.map(({ id }) => id));
    const isLast = ranges.length === 0 && tasks.every((task) => task.progress.unfinished?.targetMs === highWatermarkMs);
    const plan = { highWatermarkMs, lastRangeId, tasks: [...tasks, ...ranges], progress };
    return isLast ? { ...plan, isLast: true as const } : plan;
  }

  async importPage({ task }: ImportPageInput) {
    const { progress, events, ranges } = task;
    if (ranges === undefined && events.some((name) => isBehind(this.progress[name] ?? NO_PROGRESS, progress))) {
      return { progress, stale: true as const };
    }
    return { progress: this.moved(task) };
  }

  /** The progress after a page, which is also the checkpoint. */
  private moved({ progress, events, ranges }: ImportPass): EventProgress {
    const { targetMs, position } = progress.unfinished!;
    const last = position + 1 >= this.pagesPerPass;
    const next: EventProgress = last
      ? { completeThroughMs: targetMs, unfinished: null }
      : { ...progress, unfinished: { targetMs, position: position + 1, cursor: null } };
    if (ranges === undefined) for (const name of events) this.progress[name] = next;
    else if (last) this.ranges = this.ranges.filter(({ id }) => !ranges.includes(id));
    return next;
  }

  /** Ranges that are left: read when nothing else is. */
  ranges: { id: number; events: string[] }[] = [];
  readonly gaps: LeaveGapInput[] = [];
  /** What a page is, before a gap can be left; by default none can. */
  smallestPageHalvings: number | null = null;

  async leaveGap(input: LeaveGapInput): Promise<LeaveGapResult> {
    if (this.smallestPageHalvings === null) return { left: "nothing" };
    if (input.pageHalvings < this.smallestPageHalvings) return { left: "too wide" };
    this.gaps.push(input);
    return { left: "gap", progress: this.moved(input.task) };
  }

  async discoverProperties() {}

  async projectStatus(input: StatusProjection) {
    const isKnown = input.paused === null || (input.pauseVersion ?? this.pauseVersion) === this.pauseVersion;
    if (isKnown) this.paused = input.paused ?? this.paused;
    this.projection = { ...input, paused: input.paused ?? this.projection?.paused ?? null };
    return { isPauseStored: isKnown };
  }
}

/** A failure as the real activities report it. */
export function failing(kind: ErrorKind, message = `made to fail: ${kind}`): ApplicationFailure {
  return ApplicationFailure.create({ type: kind, message, nonRetryable: kind !== "transient" });
}
