// Integrations: create, look at, change, delete, pause and resume. Every write commits its row first and signals second.
import { integrationAnswer, listOf, viewIntegration } from "../answers.ts";
import type { AppDeps } from "../deps.ts";
import { endpoint, type App } from "../endpoint.ts";
import { integrationPatch, integrationPatchFor, newIntegration } from "../bodies.ts";
import { notFound } from "../problem.ts";
import { integrationParams, pageQuery } from "../schemas.ts";
import { refOf, signal } from "../signals.ts";

const LIST = "/v1/integrations";
const ONE = "/v1/integrations/{id}";
const tag = "integrations";
const params = integrationParams;
const answer = integrationAnswer;

export function registerIntegrations(app: App, deps: AppDeps): void {
  registerCollection(app, deps);
  registerOne(app, deps);
  registerPause(app, deps, "pause", true);
  registerPause(app, deps, "resume", false);
}

function registerCollection(app: App, deps: AppDeps): void {
  const { store } = deps;
  const body = newIntegration(() => store.nowMs());
  const summary = "Connect a project; both legs start off";
  endpoint(
    app,
    { method: "post", path: LIST, summary, tag, body, status: 201, answer, problems: [409] },
    async (call) => {
      const row = await store.integrations.create(call.workspaceId, call.body);
      await signal(deps, row.id, "configChanged", (control) => control.configChanged(refOf(row)));
      return viewIntegration(row);
    },
  );
  const list = listOf("integrations", integrationAnswer);
  endpoint(
    app,
    { method: "get", path: LIST, summary: "List integrations", tag, query: pageQuery, status: 200, answer: list },
    async ({ workspaceId, query }) => {
      const page = await store.integrations.list(workspaceId, query);
      return { integrations: page.items.map(viewIntegration), next: page.next };
    },
  );
}

function registerOne(app: App, deps: AppDeps): void {
  const { integrations } = deps.store;
  const one = { path: ONE, tag, params } as const;
  endpoint(
    app,
    { ...one, method: "get", summary: "Look at one", status: 200, answer },
    async ({ workspaceId, params: { id } }) => {
      const row = await integrations.get(workspaceId, id);
      if (row === null) throw notFound("integration");
      return viewIntegration(row);
    },
  );
  const summary = "Switch legs or change credentials";
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
    return viewIntegration(row);
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

function registerPause(app: App, deps: AppDeps, name: "pause" | "resume", paused: boolean): void {
  const summary = paused ? "Stop between pages" : "Go on from there";
  endpoint(
    app,
    { method: "post", path: `${ONE}/${name}`, summary, tag, params, status: 202, answer },
    async ({ workspaceId, params: { id } }) => {
      const row = await deps.store.integrations.setPaused(workspaceId, id, paused);
      if (row === null) throw notFound("integration");
      await signal(deps, id, name, (control) => control[name](refOf(row)));
      return viewIntegration(row);
    },
  );
}
