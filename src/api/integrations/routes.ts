// Integrations: create, look at, change, delete, pause and resume. Every write commits its row first and signals second.
import type { Integration } from "../../domain/integration.ts";
import type { z } from "@hono/zod-openapi";
import { integrationAnswer, listOf, viewIntegration } from "./responses.ts";
import type { AppDeps, WebSettings } from "../deps.ts";
import { endpoint, type App } from "../../http/endpoint.ts";
import { integrationPatch, integrationPatchFor, newIntegration } from "./requestBodies.ts";
import { notFound } from "../../http/problem.ts";
import { integrationParams, pageQuery } from "../../http/schemas.ts";
import { refOf, signal, within } from "./signals.ts";
import { workflowIdOf } from "../../client/index.ts";

const LIST = "/v1/integrations";
const ONE = "/v1/integrations/{id}";
const tag = "integrations";
/** Without a worker nobody answers; the page that asks should not wait for one. */
const DOING_TIMEOUT_MS = 1_000;
const params = integrationParams;
const answer = integrationAnswer;

type View = (row: Integration) => z.input<typeof integrationAnswer>;

export function registerIntegrations(app: App, deps: AppDeps, { temporalUi }: WebSettings): void {
  const view = (row: Integration) => viewIntegration(row, temporalUrlOf(temporalUi, row.id));
  registerCollection(app, deps, view);
  registerOne(app, deps, view);
  registerPause(app, deps, view, "pause");
  registerPause(app, deps, view, "resume");
}

function registerCollection(app: App, deps: AppDeps, view: View): void {
  const { store } = deps;
  const body = newIntegration(() => store.nowMs());
  const summary = "Connect a project; both directions start off";
  endpoint(
    app,
    { method: "post", path: LIST, summary, tag, body, status: 201, answer, problems: [409] },
    async (call) => {
      const row = await store.integrations.create(call.workspaceId, call.body);
      await signal(deps, row.id, "configChanged", (control) => control.configChanged(refOf(row)));
      return view(row);
    },
  );
  const list = listOf("integrations", integrationAnswer);
  endpoint(
    app,
    { method: "get", path: LIST, summary: "List integrations", tag, query: pageQuery, status: 200, answer: list },
    async ({ workspaceId, query }) => {
      const page = await store.integrations.list(workspaceId, query);
      return { integrations: page.items.map(view), next: page.next };
    },
  );
}

function registerOne(app: App, deps: AppDeps, view: View): void {
  const { integrations } = deps.store;
  const one = { path: ONE, tag, params } as const;
  endpoint(
    app,
    { ...one, method: "get", summary: "Look at one", status: 200, answer },
    async ({ workspaceId, params: { id } }) => {
      const row = await integrations.get(workspaceId, id);
      if (row === null) throw notFound("integration");
      return await withDoing(deps, row, view(row));
    },
  );
  const summary = "Switch directions or change credentials";
  const bodyFor = async (workspaceId: string, { id }: { id: string }) => {
    const row = await integrations.get(workspaceId, id);
    if (row === null) throw notFound("integration");
    return integrationPatchFor(row.settings);
  };
  const change = { ...one, method: "patch", summary, body: integrationPatch, bodyFor, status: 200, answer } as const;
  endpoint(app, change, async ({ workspaceId, params: { id }, body: patch }) => {
    const isEmpty = Object.values(patch).every((value) => value === undefined);
    const row = isEmpty ? await integrations.get(workspaceId, id) : await integrations.update(workspaceId, id, patch);
    if (row === null) throw notFound("integration");
    if (!isEmpty) await signal(deps, row.id, "configChanged", (control) => control.configChanged(refOf(row)));
    return view(row);
  });
  endpoint(
    app,
    { ...one, method: "delete", summary: "Delete one", status: 204 },
    async ({ workspaceId, params: { id } }) => {
      if (!(await integrations.remove(workspaceId, id))) throw notFound("integration");
      await signal(deps, id, "end", (control) => control.end(id));
      return undefined;
    },
  );
}

function registerPause(app: App, deps: AppDeps, view: View, name: "pause" | "resume"): void {
  const paused = name === "pause";
  const summary = paused ? "Stop between pages" : "Go on from there";
  endpoint(
    app,
    { method: "post", path: `${ONE}/${name}`, summary, tag, params, status: 202, answer },
    async ({ workspaceId, params: { id } }) => {
      const row = await deps.store.integrations.setPaused(workspaceId, id, paused);
      if (row === null) throw notFound("integration");
      await signal(deps, id, name, (control) => control[name](refOf(row)));
      return view(row);
    },
  );
}

function temporalUrlOf(temporalUi: WebSettings["temporalUi"], id: string): string | null {
  if (temporalUi === undefined) return null;
  return `${temporalUi.url}/namespaces/${encodeURIComponent(temporalUi.namespace)}/workflows/${workflowIdOf(id)}`;
}

/** What the directions of a running run are doing, asked of the workflow itself; it has no data of anybody in its words. */
async function withDoing(deps: AppDeps, row: Integration, answered: ReturnType<View>): Promise<ReturnType<View>> {
  if (row.status !== "syncing") return answered;
  const status = await within(deps.client.status(row.id), DOING_TIMEOUT_MS).catch(() => null);
  return {
    ...answered,
    export: { ...answered.export, doing: status?.operations.export ?? null },
    import: { ...answered.import, doing: status?.operations.import ?? null },
  };
}
