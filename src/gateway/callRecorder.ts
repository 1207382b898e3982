// Keeps what the gateway tells of its calls: assignments and answers as rows, calls without a user as sums.
import type { CallDetails, CallMeasures, Exposure } from "../domain/exposure.ts";
import { costUsd } from "../domain/tokenPrice.ts";
import type { AnonymousSums } from "./anonymousSums.ts";
import type { CallOutcome, CallRecord, CallRecorder } from "./callRecord.ts";
import type { ExposureRecorder } from "./recorder.ts";

export interface CallRecorderDeps {
  rows: ExposureRecorder;
  sums: AnonymousSums;
  /** Once per call: for log and metrics. */
  onFinished: (call: CallRecord, outcome: CallOutcome, figures: CallMeasures) => void;
  /** The rows of a call were not committed, or that is unknown. */
  onLost: (error: unknown) => void;
}

export function createCallRecorder({ rows, sums, onFinished, onLost }: CallRecorderDeps): CallRecorder {
  /** Commits of assignments that may be under way. */
  const assignments = new WeakMap<CallRecord, Promise<void>>();
  return {
    check: () => rows.check(),

    assigned(call) {
      if (call.userId === null) return;
      const committed = rows.record(call.workspaceId, assignmentOf(call, call.userId));
      committed.catch(() => undefined);
      assignments.set(call, committed);
    },

    finished(call, outcome) {
      const figures = figuresOf(call);
      onFinished(call, outcome, figures);
      if (call.userId === null) {
        if (outcome !== "left") sums.add(call, figures);
        return Promise.resolve();
      }
      const parts = [assignments.get(call) ?? Promise.resolve()];
      if (outcome !== "left") {
        parts.push(rows.record(call.workspaceId, answerOf(call, call.userId, { outcome, figures })));
      }
      const committed = Promise.all(parts).then(() => undefined);
      committed.catch(onLost);
      return committed;
    },
  };
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

function answerOf(
  call: CallRecord,
  userId: string,
  { outcome, figures }: { outcome: CallOutcome; figures: CallMeasures },
): Exposure {
  const failed = outcome !== "served" || call.served === null;
  const variantId = failed ? call.assignedVariantId : (call.served?.variantId ?? call.assignedVariantId);
  const details: CallDetails = { ...detailsOf(call), tells: "answer", ...figures, failed };
  return { ...idsOf(call, userId), variantId, call: details };
}

function idsOf({ routerId, routeId }: CallRecord, userId: string) {
  return { aliasId: routerId, routeId, userId, exposedAtMs: null };
}

function detailsOf({ assignedVariantId, routerVersion }: CallRecord) {
  return { id: null, assignedVariantId, routerVersion, failed: false };
}
