// A workspace with an integration, and syncs that are measured from the request to the end.
import type { NewEvent } from "../src/domain/event.ts";
import type { IntegrationPatch, NewIntegration } from "../src/domain/integration.ts";
import { setTimeout as delay } from "node:timers/promises";
import { workflowIdOf } from "../src/client/index.ts";
import type { Machine } from "./machine.ts";
import { connectClient } from "./temporalClient.ts";

const ACCOUNT = { username: "bench.abc123.mp-service-account", secret: "the-secret-of-the-bench" };
const POLL_MS = 25;

export interface Tenant {
  workspaceId: string;
  integrationId: string;
  apiKey: string;
  /** Requests a sync and waits for its end. Returns the duration in milliseconds. Rejects if it did not succeed. */
  sync(): Promise<number>;
  stop(): Promise<void>;
}

/** Without the provider's limits, which would determine the figures. */
export async function createProject(machine: Machine, projectId: string): Promise<void> {
  await machine.mixpanel.putProject(projectId, {
    serviceAccounts: [
      {
        ...ACCOUNT,
        role: "admin",
      },
    ],
    importEventsPerSecond: null,
    importBytesPerMinute: null,
    exportPerHour: null,
    exportPerSecond: null,
    queryPerHour: null,
  });
}

export function mixpanelIntegration(projectId: string, importFrom: string): NewIntegration {
  return {
    provider: "mixpanel",
    settings: { projectId, region: "us", projectTime: "utc", serviceAccountUsername: ACCOUNT.username },
    secret: ACCOUNT.secret,
    importFrom,
    project: { key: projectId, name: projectId },
    deliversUpdates: false,
  };
}

export function createTenant(
  machine: Machine,
  projectId: string,
  importFrom: string,
  directions: IntegrationPatch,
  events: string[] = [],
): Promise<Tenant> {
  const integration = mixpanelIntegration(projectId, importFrom);
  const definitions = events.map((name) => ({ name, description: null, source: null }));
  return createTenantOf(machine, integration, directions, definitions);
}

/** An integration of any provider. */
export async function createTenantOf(
  machine: Machine,
  integration: NewIntegration,
  directions: IntegrationPatch,
  events: NewEvent[] = [],
): Promise<Tenant> {
  const { store } = machine;
  const { workspaceId, apiKey } = await store.workspaces.create("bench");
  const { id: integrationId } = await store.integrations.create(workspaceId, integration);
  for (const event of events) await store.events.create(workspaceId, integrationId, event);
  await store.integrations.update(workspaceId, integrationId, directions);
  const { client, control, close } = await connectClient(machine);
  const ref = { integrationId, workspaceId, provider: integration.provider };
  const syncFailure = async (outcome: string | null) => {
    const seen = await store.integrations.get(workspaceId, integrationId);
    const message = seen?.import.error?.message ?? seen?.export.error?.message ?? "no error is shown";
    return new Error(`The sync ended as ${outcome}: ${message}`);
  };
  return {
    workspaceId,
    integrationId,
    apiKey,
    sync: async () => {
      const startedAtMs = performance.now();
      const request = await store.runs.request(workspaceId, integrationId);
      if (request === null || request === "paused") throw new Error("The integration takes no request.");
      await control.syncNow(ref, request.requestId);
      for (;;) {
        const state = await store.runs.getRequest(workspaceId, integrationId, request.requestId);
        if (state?.status === "done") {
          if (state.outcome !== "succeeded") throw await syncFailure(state.outcome);
          return performance.now() - startedAtMs;
        }
        await delay(POLL_MS);
      }
    },
    stop: async () => {
      // A worker that starts later would restart the ended workflow, which has nothing to do.
      await store.integrations.update(workspaceId, integrationId, { importEnabled: false, exportEnabled: false });
      // A running run must not write into what the next run measures.
      await control.end(integrationId);
      await client.workflow
        .getHandle(workflowIdOf(integrationId))
        .result()
        .catch(() => undefined);
      await close();
    },
  };
}
