// Integrations: create, get, change, delete, pause and resume. Every write commits its row before it signals the
// workflow.
import pTimeout from "p-timeout";
import { workflowIdOf } from "../../client/index.ts";
import type { Integration } from "../../domain/integration.ts";
import { endpoint } from "../../http/endpoint.ts";
import type { App } from "../../http/env.ts";
import { notFound } from "../../http/problem.ts";
import type { AppDeps, WebSettings } from "../deps.ts";
import { listOf } from "../responses.ts";
import { integrationParams, pageQuery } from "../schemas.ts";
import type { ProviderSchemas } from "./providerSchemas.ts";
import { toIntegrationResponse, type IntegrationResponse } from "./responses.ts";
import { integrationRef, signalWorkflow } from "./signals.ts";

/** A status query needs a worker. The page that asks should not wait long if there is none. */
const STATUS_TIMEOUT_MS = 1_000;

type ToResponse = (row: Integration) => IntegrationResponse;

export function registerIntegrations(
  app: App,
  deps: AppDeps,
  schemas: ProviderSchemas,
  { temporalUi }: WebSettings,
): void {
  const toResponse = (row: Integration) => toIntegrationResponse(row, temporalUrlOf(temporalUi, row.id));
  registerCollection(app, deps, schemas, toResponse);
  registerOne(app, deps, schemas, toResponse);
  registerDelete(app, deps);
  registerPauseAndResume(app, deps, schemas, toResponse);
}

function registerCollection(app: App, deps: AppDeps, schemas: ProviderSchemas, toResponse: ToResponse): void {
  const { store } = deps;
  endpoint(app, {
    method: "post",
    path: "/v1/integrations",
    operationId: "createIntegration",
    summary: "Create an integration",
    description:
      "Connects a project of a provider. Both directions start switched off. A second integration of the same " +
      "project is a 409. Secrets are stored encrypted and never returned.",
    tag: "integrations",
    body: schemas.newIntegration,
    status: 201,
    response: schemas.integration,
    problems: [409],
    handler: async ({ workspaceId, body }) => {
      const row = await store.integrations.create(workspaceId, body);
      await signalConfigChanged(deps, row);
      return toResponse(row);
    },
  });
  endpoint(app, {
    method: "get",
    path: "/v1/integrations",
    operationId: "listIntegrations",
    summary: "List integrations",
    description: "Returns all integrations of the workspace with their status and counts.",
    tag: "integrations",
    query: pageQuery,
    status: 200,
    response: listOf("integrations", schemas.integration),
    handler: async ({ workspaceId, query }) => {
      const page = await store.integrations.list(workspaceId, query);
      return { integrations: page.items.map(toResponse), next: page.next };
    },
  });
}

function registerOne(app: App, deps: AppDeps, schemas: ProviderSchemas, toResponse: ToResponse): void {
  const { integrations } = deps.store;
  endpoint(app, {
    method: "get",
    path: "/v1/integrations/{id}",
    operationId: "getIntegration",
    summary: "Get an integration",
    description: "Returns one integration. While a run goes on, `doing` says what each direction does at the moment.",
    tag: "integrations",
    params: integrationParams,
    status: 200,
    response: schemas.integration,
    handler: async ({ workspaceId, params: { id } }) => {
      const row = await integrations.get(workspaceId, id);
      if (row === null) throw notFound("integration");
      return await withDoing(deps, row, toResponse(row));
    },
  });
  endpoint(app, {
    method: "patch",
    path: "/v1/integrations/{id}",
    operationId: "updateIntegration",
    summary: "Change an integration",
    description:
      "Switches directions on or off, or replaces credentials. Absent fields stay as they are. The first enabling " +
      "of the export sends all retained exposures; later it continues where it stopped.",
    tag: "integrations",
    params: integrationParams,
    body: schemas.integrationPatch,
    bodyFor: async (workspaceId, { id }) => {
      const row = await integrations.get(workspaceId, id);
      if (row === null) throw notFound("integration");
      return schemas.integrationPatchFor(row);
    },
    status: 200,
    response: schemas.integration,
    handler: async ({ workspaceId, params: { id }, body: patch }) => {
      const isEmpty = Object.values(patch).every((value) => value === undefined);
      const row = isEmpty ? await integrations.get(workspaceId, id) : await integrations.update(workspaceId, id, patch);
      if (row === null) throw notFound("integration");
      if (!isEmpty) await signalConfigChanged(deps, row);
      return toResponse(row);
    },
  });
}

function registerDelete(app: App, deps: AppDeps): void {
  endpoint(app, {
    method: "delete",
    path: "/v1/integrations/{id}",
    operationId: "deleteIntegration",
    summary: "Delete an integration",
    description:
      "Ends the sync and deletes the integration with its events and records. The provider keeps what it was sent.",
    tag: "integrations",
    params: integrationParams,
    status: 204,
    handler: async ({ workspaceId, params: { id } }) => {
      if (!(await deps.store.integrations.remove(workspaceId, id))) throw notFound("integration");
      await signalWorkflow(deps, id, "end", (control) => control.end(id));
      return undefined;
    },
  });
}

function registerPauseAndResume(app: App, deps: AppDeps, schemas: ProviderSchemas, toResponse: ToResponse): void {
  const setPaused = async (workspaceId: string, id: string, paused: boolean) => {
    const row = await deps.store.integrations.setPaused(workspaceId, id, paused);
    if (row === null) throw notFound("integration");
    return row;
  };
  endpoint(app, {
    method: "post",
    path: "/v1/integrations/{id}/pause",
    operationId: "pauseIntegration",
    summary: "Pause an integration",
    description: "Stops the sync between two pages and keeps its progress. A paused integration stays paused.",
    tag: "integrations",
    params: integrationParams,
    status: 202,
    response: schemas.integration,
    handler: async ({ workspaceId, params: { id } }) => {
      const row = await setPaused(workspaceId, id, true);
      await signalWorkflow(deps, id, "pause", (control) => control.pause(integrationRef(row)));
      return toResponse(row);
    },
  });
  endpoint(app, {
    method: "post",
    path: "/v1/integrations/{id}/resume",
    operationId: "resumeIntegration",
    summary: "Resume an integration",
    description: "Continues the sync where the pause stopped it. Nothing happens if the integration is not paused.",
    tag: "integrations",
    params: integrationParams,
    status: 202,
    response: schemas.integration,
    handler: async ({ workspaceId, params: { id } }) => {
      const row = await setPaused(workspaceId, id, false);
      await signalWorkflow(deps, id, "resume", (control) => control.resume(integrationRef(row)));
      return toResponse(row);
    },
  });
}

async function signalConfigChanged(deps: AppDeps, row: Integration): Promise<void> {
  await signalWorkflow(deps, row.id, "configChanged", (control) => control.configChanged(integrationRef(row)));
}

function temporalUrlOf(temporalUi: WebSettings["temporalUi"], id: string): string | null {
  if (temporalUi === undefined) return null;
  return `${temporalUi.url}/namespaces/${encodeURIComponent(temporalUi.namespace)}/workflows/${workflowIdOf(id)}`;
}

/** Asks the workflow of a run that goes on what its directions do. The texts contain no data of the workspace. */
async function withDoing(
  { client }: AppDeps,
  row: Integration,
  response: IntegrationResponse,
): Promise<IntegrationResponse> {
  if (row.status !== "syncing") return response;
  const status = await pTimeout(client.status(row.id), { milliseconds: STATUS_TIMEOUT_MS }).catch(() => null);
  return {
    ...response,
    export: { ...response.export, doing: status?.operations.export ?? null },
    import: { ...response.import, doing: status?.operations.import ?? null },
  };
}
