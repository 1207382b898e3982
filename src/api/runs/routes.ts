// What happened and what should happen next: runs, rejected records, sync requests.
import type { RejectedRecord } from "../../domain/run.ts";
import { z } from "@hono/zod-openapi";
import {
  isoTime,
  listOf,
  rejectedAnswer,
  runAnswer,
  syncAnswer,
  viewRun,
  viewSync,
} from "../integrations/responses.ts";
import type { AppDeps } from "../deps.ts";
import { endpoint, type App } from "../../http/endpoint.ts";
import { notFound, Problem } from "../../http/problem.ts";
import { asJsonValue, jsonResponse, rawList } from "../../http/rawJson.ts";
import { integrationParams, pageQuery, requestParams } from "../../http/schemas.ts";
import { refOf, signal } from "../integrations/signals.ts";

const ONE = "/v1/integrations/{id}";
const tag = "runs";
const params = integrationParams;
const query = pageQuery;

export function registerRuns(app: App, deps: AppDeps): void {
  const { runs } = deps.store;
  const runList = listOf("runs", runAnswer);
  endpoint(
    app,
    {
      method: "get",
      path: `${ONE}/runs`,
      summary: "Runs, newest first",
      tag,
      params,
      query,
      status: 200,
      answer: runList,
    },
    async (call) => {
      const page = await runs.list(call.workspaceId, call.params.id, call.query);
      if (page === null) throw notFound("integration");
      return { runs: page.items.map(viewRun), next: page.next };
    },
  );
  const rejectedList = listOf("rejected", rejectedAnswer);
  const summary = "Records the provider refused for good";
  endpoint(
    app,
    { method: "get", path: `${ONE}/rejected`, summary, tag, params, query, status: 200, answer: rejectedList },
    async (call) => {
      const page = await runs.rejected(call.workspaceId, call.params.id, call.query);
      if (page === null) throw notFound("integration");
      return jsonResponse(rawList("rejected", page.items.map(rejectedText), page.next));
    },
  );
  registerSync(app, deps);
}

function rejectedText(row: RejectedRecord): string {
  const { id, direction, event, reason } = row;
  const head = JSON.stringify({ id, direction, ...(event !== null && { event }), reason, at: isoTime(row.atMs) });
  return `${head.slice(0, -1)},"record":${asJsonValue(row.record)}}`;
}

function registerSync(app: App, deps: AppDeps): void {
  const { runs, integrations } = deps.store;
  const path = `${ONE}/sync` as const;
  const requested = z.object({ requestId: z.string() });
  endpoint(
    app,
    { method: "post", path, summary: "Sync now", tag, params, status: 202, answer: requested, problems: [409] },
    async ({ workspaceId, params: { id } }) => {
      const row = await integrations.get(workspaceId, id);
      const request = await runs.request(workspaceId, id);
      if (row === null || request === null) throw notFound("integration");
      if (request === "paused") throw new Problem(409, "The integration is paused: resume it, then ask again.");
      await signal(deps, id, "syncNow", (control) => control.syncNow(refOf(row), request.requestId));
      return { requestId: request.requestId };
    },
  );
  endpoint(
    app,
    {
      method: "get",
      path: `${path}/{requestId}`,
      summary: "How far it is",
      tag,
      params: requestParams,
      status: 200,
      answer: syncAnswer,
    },
    async ({ workspaceId, params: { id, requestId } }) => {
      const request = await runs.getRequest(workspaceId, id, requestId);
      if (request === null) throw notFound("sync request");
      return viewSync(request);
    },
  );
}
