import { proxyActivities } from "@temporalio/workflow";
import type { ReconcileActivities, ReconcileResult } from "../activities/contract.ts";

const { reconcile } = proxyActivities<ReconcileActivities>({
  startToCloseTimeout: "30 minutes",
  heartbeatTimeout: "20 seconds",
  retry: { maximumAttempts: 3 },
});

/** One pass of the reconciler, started by a Temporal schedule and whenever a worker starts. */
export async function reconcilerWorkflow(): Promise<ReconcileResult> {
  return await reconcile();
}
