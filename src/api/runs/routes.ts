// What happened and what should happen next: runs, rejected records, sync requests.
import { RateLimiterMemory } from "rate-limiter-flexible";
import type { App } from "../../http/env.ts";
import { endpointsOf } from "../../http/endpoint.ts";
import { orNotFound, Problem } from "../../http/problem.ts";
import type { Integration } from "../../domain/integration.ts";
import type { AppDeps } from "../deps.ts";
import { integrationRef, signalWorkflow } from "../integrations/signals.ts";
import { listOf, toList } from "../responses.ts";
import { integrationParams, pageQuery, requestParams } from "../schemas.ts";
import { requestResponse, runResponse, syncResponse, toRunResponse, toSyncResponse } from "./responses.ts";

/** Of an integration in a minute. Its workflow knows the request by then, and a history must not grow without end. */
const SIGNALS_PER_MINUTE = 10;

export function registerRuns(app: App, deps: AppDeps): void {
  const endpoint = endpointsOf(app, "runs");
  const { runs, integrations } = deps.store;
  const signals = new RateLimiterMemory({ points: SIGNALS_PER_MINUTE, duration: 60 });
  endpoint({
    method: "get",
    path: "/v1/integrations/{id}/runs",
    operationId: "listRuns",
    summary: "List runs",
    description: "Returns the runs of an integration, newest first. A run is listed as soon as it starts.",
    params: integrationParams,
    query: pageQuery,
    response: listOf("runs", runResponse),
    handler: async ({ workspaceId, params, query }) => {
      const page = orNotFound("integration", await runs.list(workspaceId, params.id, query));
      return toList("runs", page, toRunResponse);
    },
  });
  endpoint({
    method: "post",
    path: "/v1/integrations/{id}/sync",
    operationId: "syncIntegration",
    summary: "Sync now",
    description:
      "Asks for a run that covers everything up to now. Requests that no run has taken yet are one, with one id. If " +
      "the provider had asked to wait, the run asks it again. A paused integration refuses with 409.",
    params: integrationParams,
    status: 202,
    response: requestResponse,
    problems: [409],
    handler: async ({ workspaceId, params: { id } }) => {
      const row = orNotFound("integration", await integrations.get(workspaceId, id));
      await endBlock(deps, row);
      const request = orNotFound("integration", await runs.request(workspaceId, id));
      if (request === "paused") throw new Problem(409, "The integration is paused. Resume it, then sync again.");
      const { requestId } = request;
      // A request that joins another one is signalled too: a wait of the run under way ends.
      const isSignalled = await signals.consume(id).then(
        () => true,
        () => false,
      );
      if (isSignalled)
        await signalWorkflow(deps, id, "syncNow", (control) => control.syncNow(integrationRef(row), requestId));
      return { requestId };
    },
  });
  endpoint({
    method: "get",
    path: "/v1/integrations/{id}/sync/{requestId}",
    operationId: "getSyncRequest",
    summary: "Get a sync request",
    description: "Returns how far a request is. It is done when the run that serves it has finished.",
    params: requestParams,
    response: syncResponse,
    handler: async ({ workspaceId, params: { id, requestId } }) =>
      toSyncResponse(orNotFound("sync request", await runs.getRequest(workspaceId, id, requestId))),
  });
}

/** A provider that refused a request for its rate is asked again at once. */
async function endBlock(
  { store, connectors }: AppDeps,
  { provider, settings, workspaceId }: Integration,
): Promise<void> {
  const budget = connectors[provider]?.requestBudget({ settings }) ?? null;
  if (budget !== null) await store.budgets.unblock(budget.key, workspaceId);
}
