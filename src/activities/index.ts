import type { ReconcileActivities, SyncActivities } from "./contract.ts";
import type { ActivityDependencies } from "./dependencies.ts";
import { connect } from "./dependencies.ts";
import { exportBatch } from "./exportBatch.ts";
import { importPage } from "./importPage.ts";
import { loadConfig } from "./loadConfig.ts";
import { planImport } from "./planImport.ts";
import { reconcile } from "./reconcile.ts";
import type { WorkflowControl } from "./reconcile.ts";
import { running } from "./wrapper.ts";
import type { Running } from "./wrapper.ts";

/** Everything that the workflows may call, bound to its dependencies. */
export function createActivities(
  dependencies: ActivityDependencies,
  control: WorkflowControl,
): SyncActivities & ReconcileActivities {
  const { store, settings } = dependencies;
  const activity = <Input, Result>(body: (input: Input, running: Running) => Promise<Result>) =>
    running(settings.heartbeatTimeoutMs, body);
  return {
    loadConfig: activity(loadConfig(dependencies)),
    aggregateExposures: activity(async ({ integrationId }: { integrationId: string }) => {
      const { connection } = await connect(dependencies, integrationId);
      return await store.exposures.seal(connection.workspaceId);
    }),
    exportBatch: activity(exportBatch(dependencies)),
    completeExport: activity(({ integrationId, bound }) => store.exports.complete(integrationId, bound.throughMs)),
    planImport: activity(planImport(dependencies)),
    importPage: activity(importPage(dependencies)),
    discoverProperties: activity(async ({ integrationId }: { integrationId: string }) => ({
      properties: await store.imports.discoverProperties(integrationId),
    })),
    recordRun: activity((input) => store.runs.record(input)),
    recordState: activity((input) => store.syncState.recordStatus(input)),
    reconcile: () => activity(reconcile(store, control))(undefined),
  };
}
