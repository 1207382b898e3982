// Keeps what the gateway tells of its calls: assignments and answers as rows, calls without a user as sums.
import { TimeoutError } from "p-timeout";
import type { CallDetails, CallMeasures, Exposure } from "../domain/exposure.ts";
import { costUsd } from "../domain/tokenPrice.ts";
import type { AnonymousSums } from "./anonymousSums.ts";
import type { CallOutcome, CallRecord, CallRecorder } from "./callRecord.ts";
import { UnavailableError } from "../store/store.ts";
import type { ExposureRecorder } from "./recorder.ts";

export interface CallRecorderDeps {
  rows: ExposureRecorder;
  sums: AnonymousSums;
  /** Once per call: for log and metrics. */
  onFinished: (call: CallRecord, outcome: CallOutcome, figures: CallMeasures) => void;
  /** The rows of a call were not committed, or that is unknown. */
  onLost: (error: unknown) => void;
}

/** After SIGTERM, for what is left to be committed and summed up. */
const STOP_WITHIN_MS = 5_000;

interface Assignment {
  committed: Promise<void>;
  /** Why it is certain that it was not committed. */
  undoneBy: unknown;
}

export function createCallRecorder({ rows, sums, onFinished, onLost }: CallRecorderDeps): CallRecorder & {
  /** Once no call is under way: waits for what calls have told, but not for long. */
  stop(): Promise<void>;
} {
  const assignments = new WeakMap<CallRecord, Assignment>();
  const commit = async (call: CallRecord, userId: string, { outcome, figures }: Ending): Promise<void> => {
    const assignment = assignments.get(call);
    const again = () => rows.record(call.workspaceId, assignmentOf(call, userId));
    const isUndone = () => assignment !== undefined && assignment.undoneBy !== null;
    if (outcome === "left") {
      await assignment?.committed.catch((error: unknown) => (isUndone() ? again() : Promise.reject(error)));
      return;
    }
    const tells = isUndone() ? "both" : "answer";
    await rows.record(call.workspaceId, answerOf(call, userId, { outcome, figures, tells }));
    if (tells === "both") return;
    // The answer is complete, paid and committed: it is not cut because it is unknown what became of the assignment.
    await assignment?.committed.catch((error: unknown) => (isUndone() ? again() : onLost(error)));
  };
  return {
    check: () => rows.check(),

    assigned(call) {
      if (call.userId === null) return;
      const committed = rows.record(call.workspaceId, assignmentOf(call, call.userId));
      const assignment: Assignment = { committed, undoneBy: null };
      committed.catch((error: unknown) => {
        if (!mayHaveHappened(error)) assignment.undoneBy = error;
      });
      assignments.set(call, assignment);
    },

    finished(call, outcome) {
      const figures = figuresOf(call);
      onFinished(call, outcome, figures);
      if (call.userId === null) {
        sums.add(call, outcome, figures);
        return Promise.resolve();
      }
      const committed = commit(call, call.userId, { outcome, figures });
      committed.catch(onLost);
      return committed;
    },

    async stop() {
      await Promise.all([rows.settled(STOP_WITHIN_MS), sums.stop(STOP_WITHIN_MS)]);
    },
  };
}

interface Ending {
  outcome: CallOutcome;
  figures: CallMeasures;
}

/** A commit that hangs may come yet. Whatever is no outage was refused. */
function mayHaveHappened(error: unknown): boolean {
  return error instanceof UnavailableError ? error.mayHaveHappened : error instanceof TimeoutError;
}

function figuresOf({ startedMs, firstTokenMs, endedMs, usage, served }: CallRecord): CallMeasures {
  const since = (ms: number | null) => (ms === null ? null : Math.round((ms - startedMs) * 1000) / 1000);
  const price = served?.price ?? null;
  return {
    inputTokens: usage?.inputTokens ?? null,
    outputTokens: usage?.outputTokens ?? null,
    costUsd: usage === null || price === null ? null : Number(costUsd(usage, price).toPrecision(12)),
    latencyMs: since(endedMs),
    ttftMs: since(firstTokenMs),
  };
}

const NOTHING: CallMeasures = { inputTokens: null, outputTokens: null, costUsd: null, latencyMs: null, ttftMs: null };

function assignmentOf(call: CallRecord, userId: string): Exposure {
  const details: CallDetails = { ...detailsOf(call), tells: "assignment", ...NOTHING };
  return { ...idsOf(call, userId), variantId: call.assignedVariantId, call: details };
}

/** Times are of answers: how soon a call failed says nothing about them. */
function answerOf(
  call: CallRecord,
  userId: string,
  { outcome, figures, tells }: Ending & { tells: CallDetails["tells"] },
): Exposure {
  const failed = outcome !== "served" || call.served === null;
  const variantId = call.served?.variantId ?? call.assignedVariantId;
  const times = failed ? { latencyMs: null, ttftMs: null } : { agoMs: agoMsOf(call) };
  return { ...idsOf(call, userId), variantId, call: { ...detailsOf(call), tells, ...figures, ...times, failed } };
}

function agoMsOf({ firstTokenMs, endedMs }: CallRecord): number {
  const nowMs = performance.now();
  return Math.max(0, nowMs - (firstTokenMs ?? endedMs ?? nowMs));
}

function idsOf({ routerId, routeId }: CallRecord, userId: string) {
  return { aliasId: routerId, routeId, userId, exposedAtMs: null };
}

function detailsOf({ assignedVariantId, routerVersion }: CallRecord) {
  return { id: null, assignedVariantId, routerVersion, failed: false };
}
