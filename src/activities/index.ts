// Everything that the workflows may call, bound to its dependencies.
import { aggregateExposures } from "./aggregateExposures.ts";
import { checkEventNames } from "./checkEventNames.ts";
import type { ReconcileActivities, SyncActivities } from "./contract.ts";
import { connect, type ActivityDependencies } from "./dependencies.ts";
import { exportBatch } from "./exportBatch.ts";
import { importPage } from "./importPage.ts";
import { leaveGap } from "./leaveGap.ts";
import { loadConfig } from "./loadConfig.ts";
import { planImport } from "./planImport.ts";
import { reconcile, type WorkflowControl } from "./reconcile.ts";
import { resendRejected } from "./resendRejected.ts";
import { wrapActivity, type ActivityContext } from "./wrapper.ts";

export function createActivities(
  dependencies: ActivityDependencies,
  control: WorkflowControl,
): SyncActivities & ReconcileActivities {
  const { store, settings } = dependencies;
  const activity = <Input, Result>(body: (input: Input, context: ActivityContext) => Promise<Result>) =>
    wrapActivity(settings.heartbeatTimeoutMs, body);
  return {
    loadConfig: activity(loadConfig(dependencies)),
    aggregateExposures: activity(aggregateExposures(dependencies)),
    resendRejected: activity(resendRejected(dependencies)),
    exportBatch: activity(exportBatch(dependencies)),
    completeExport: activity(({ integrationId, highWatermark }) =>
      store.exports.complete(integrationId, highWatermark),
    ),
    planImport: activity(planImport(dependencies)),
    importPage: activity(importPage(dependencies)),
    leaveGap: activity(leaveGap(dependencies)),
    discoverProperties: activity(async ({ integrationId }: { integrationId: string }) => {
      const { spec } = (await connect(dependencies, integrationId)).connector;
      await store.imports.discoverProperties(integrationId, (source) => spec.identityProperties(source));
      await checkEventNames(dependencies, integrationId);
    }),
    recordRun: activity((input) => store.runs.record(input)),
    projectStatus: activity((input) => store.syncState.recordStatus(input)),
    reconcile: () => activity(reconcile(dependencies, control))(undefined),
  };
}
