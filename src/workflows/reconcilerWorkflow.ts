// One pass of the reconciler. A Temporal schedule starts it, and each worker at its own start.
import { proxyActivities } from "@temporalio/workflow";
import type { ReconcileActivities, ReconcileResult } from "../activities/contract.ts";

const { reconcile } = proxyActivities<ReconcileActivities>({
  startToCloseTimeout: "10 minutes",
  heartbeatTimeout: "30 seconds",
  retry: { maximumAttempts: 3 },
});

export async function reconcilerWorkflow(): Promise<ReconcileResult> {
  return await reconcile();
}
