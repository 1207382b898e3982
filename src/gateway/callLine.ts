// One log line per call: ids, codes and figures, never users, bodies or keys. The same facts for the metrics.
import type { CallOutcome, CallRecord } from "./callRecord.ts";
import type { CallMeasures } from "../domain/exposure.ts";

export function callLine(call: CallRecord, outcome: CallOutcome, figures: CallMeasures) {
  return {
    requestId: call.requestId,
    workspaceId: call.workspaceId,
    router: call.routerId,
    routerVersion: call.routerVersion,
    route: call.routeId,
    assigned: call.assignedVariantId,
    served: outcome === "served" ? (call.served?.variantId ?? null) : null,
    outcome,
    status: call.status,
    hasUser: call.userId !== null,
    failedAttempts: call.failedAttempts,
    ...figures,
  };
}

export function measured(call: CallRecord, outcome: CallOutcome, figures: CallMeasures) {
  const isServed = outcome === "served" && call.served !== null;
  return {
    outcome,
    hasUser: call.userId !== null,
    isFallback: isServed && call.served?.variantId !== call.assignedVariantId,
    failures: call.failedAttempts.map(({ reason }) => reason),
    ...figures,
  };
}
