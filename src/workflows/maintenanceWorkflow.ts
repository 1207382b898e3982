// One pass of what has no hurry, apart from the reconciler: a purge of minutes must not hold up repairs.
import { log, proxyActivities } from "@temporalio/workflow";
import type { MaintenanceActivities } from "../activities/contract.ts";

const activities = proxyActivities<MaintenanceActivities>({
  startToCloseTimeout: "30 minutes",
  heartbeatTimeout: "30 seconds",
  retry: { maximumAttempts: 3 },
});

export async function maintenanceWorkflow(): Promise<{ sealed: number | null; purged: number | null }> {
  const orNull = <T>(step: string, result: Promise<T>) =>
    result.catch((): null => {
      log.warn("a step of the maintenance failed; the next pass tries again", { step });
      return null;
    });
  const [sealed, , purged] = await Promise.all([
    orNull("seal", activities.sealAbandoned()),
    orNull("accounts", activities.lookAtAccounts()),
    orNull("purge", activities.purge()),
  ]);
  return { sealed, purged };
}
