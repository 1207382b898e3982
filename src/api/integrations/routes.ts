// Integrations: create, get, change, delete, pause, resume. Every write commits its row before it signals the workflow.
import { z } from "@hono/zod-openapi";
import pTimeout from "p-timeout";
import { workflowIdOf } from "../../client/index.ts";
import type { Integration } from "../../domain/integration.ts";
import { endpointsOf } from "../../http/endpoint.ts";
import type { App } from "../../http/env.ts";
import { orNotFound, refuseMissing } from "../../http/problem.ts";
import type { AppDeps, WebSettings } from "../deps.ts";
import { listOf, toList } from "../responses.ts";
import { integrationParams, pageQuery } from "../schemas.ts";
import { checkOwnership } from "./checkOwnership.ts";
import type { ProviderSchemas } from "./providerSchemas.ts";
import { toIntegrationResponse, type IntegrationResponse } from "./responses.ts";
import { integrationRef, signalConfigChanged, signalWorkflow } from "./signals.ts";

/** A status query needs a worker. The page that asks should not wait long if there is none. */
const STATUS_TIMEOUT_MS = 1_000;

const forceQuery = z.object({
  force: z
    .string()
    .regex(/^(?:true|false)?$/, "must be `true` or `false`")
    .optional()
    .transform((text) => text === "true")
    .describe("`true` deletes the metrics that use its events too. Default: `false`."),
});

type ToResponse = (row: Integration) => IntegrationResponse;

export function registerIntegrations(app: App, deps: AppDeps, schemas: ProviderSchemas, web: WebSettings): void {
  const endpoint = endpointsOf(app, "integrations");
  const { integrations } = deps.store;
  const toResponse = (row: Integration) =>
    toIntegrationResponse(row, {
      temporalUrl: temporalUrlOf(web.temporalUi, row.id),
      importCost: schemas.importCostOf(row),
    });
  endpoint({
    method: "post",
    path: "/v1/integrations",
    operationId: "createIntegration",
    summary: "Create an integration",
    description:
      "Connects a project of a provider. Both directions start switched off. A second integration of the same " +
      "project is a 409. Secrets are stored encrypted and never returned. While `ownership` is `elsewhere` or " +
      "`unproven`, nothing of the project is read or written.",
    body: schemas.newIntegration,
    status: 201,
    response: schemas.integration,
    problems: [409],
    handler: async ({ workspaceId, body }) => {
      const row = await integrations.create(workspaceId, body);
      await signalConfigChanged(deps, row);
      return toResponse(await checkOwnership(deps, row));
    },
  });
  endpoint({
    method: "get",
    path: "/v1/integrations",
    operationId: "listIntegrations",
    summary: "List integrations",
    description: "Returns all integrations of the workspace with their status and counts.",
    query: pageQuery,
    response: listOf("integrations", schemas.integration),
    handler: async ({ workspaceId, query }) =>
      toList("integrations", await integrations.list(workspaceId, query), toResponse),
  });
  endpoint({
    method: "get",
    path: "/v1/integrations/{id}",
    operationId: "getIntegration",
    summary: "Get an integration",
    description: "Returns one integration. While a run goes on, `doing` says what each direction does at the moment.",
    params: integrationParams,
    response: schemas.integration,
    handler: async ({ workspaceId, params: { id } }) => {
      const row = orNotFound("integration", await integrations.get(workspaceId, id));
      return await withDoing(deps, row, toResponse(row));
    },
  });
  registerChanges(app, deps, schemas, toResponse);
  registerPause(app, deps, schemas, toResponse);
}

function registerChanges(app: App, deps: AppDeps, schemas: ProviderSchemas, toResponse: ToResponse): void {
  const endpoint = endpointsOf(app, "integrations");
  const { integrations } = deps.store;
  endpoint({
    method: "patch",
    path: "/v1/integrations/{id}",
    operationId: "updateIntegration",
    summary: "Change an integration",
    description:
      "The first enabling of the export sends all retained exposures; later it goes on where it stopped. Fields that " +
      "identify the project can be changed until a row was sent or stored, not during a run; the sync then restarts.",
    params: integrationParams,
    problems: [409],
    body: schemas.integrationPatch,
    bodyFor: async (workspaceId, { id }) =>
      schemas.integrationPatchFor(orNotFound("integration", await integrations.get(workspaceId, id))),
    response: schemas.integration,
    handler: async ({ workspaceId, params: { id }, body: patch }) => {
      const isEmpty = Object.values(patch).every((value) => value === undefined);
      if (isEmpty) return toResponse(orNotFound("integration", await integrations.get(workspaceId, id)));
      const row = orNotFound("integration", await integrations.update(workspaceId, id, patch));
      await signalConfigChanged(deps, row);
      return toResponse(patch.settings === undefined ? row : await checkOwnership(deps, row));
    },
  });
  endpoint({
    method: "delete",
    path: "/v1/integrations/{id}",
    operationId: "deleteIntegration",
    summary: "Delete an integration",
    description:
      "Ends the sync and deletes the integration with its events and records. The provider keeps what it was sent. " +
      "While metrics use its events, this is a 409 that lists them, unless `force` is true.",
    params: integrationParams,
    query: forceQuery,
    problems: [409],
    handler: async ({ workspaceId, params: { id }, query: { force } }) => {
      refuseMissing("integration", await integrations.remove(workspaceId, id, { force }));
      return signalWorkflow(deps, id, "end", (control) => control.end(id));
    },
  });
}

function registerPause(app: App, deps: AppDeps, schemas: ProviderSchemas, toResponse: ToResponse): void {
  const endpoint = endpointsOf(app, "integrations");
  const { integrations } = deps.store;
  const setPaused = async (workspaceId: string, id: string, isPaused: boolean) => {
    const row = orNotFound("integration", await integrations.setPaused(workspaceId, id, isPaused));
    const signal = isPaused ? "pause" : "resume";
    await signalWorkflow(deps, id, signal, (control) => control[signal](integrationRef(row), row.version));
    return toResponse(row);
  };
  endpoint({
    method: "post",
    path: "/v1/integrations/{id}/pause",
    operationId: "pauseIntegration",
    summary: "Pause an integration",
    description: "Stops the sync between two pages and keeps its progress. A paused integration stays paused.",
    params: integrationParams,
    status: 202,
    response: schemas.integration,
    handler: async ({ workspaceId, params: { id } }) => setPaused(workspaceId, id, true),
  });
  endpoint({
    method: "post",
    path: "/v1/integrations/{id}/resume",
    operationId: "resumeIntegration",
    summary: "Resume an integration",
    description: "Continues the sync where the pause stopped it. Nothing happens if the integration is not paused.",
    params: integrationParams,
    status: 202,
    response: schemas.integration,
    handler: async ({ workspaceId, params: { id } }) => setPaused(workspaceId, id, false),
  });
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
