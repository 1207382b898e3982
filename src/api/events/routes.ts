// Events to import: definitions, what was imported for them and the properties found.
import type { EventSummary, ImportedRecord } from "../../domain/event.ts";
import { z } from "@hono/zod-openapi";
import { MAX_EVENT_DEFINITIONS } from "../../domain/limits.ts";
import type { ProviderSchemas } from "../integrations/providerSchemas.ts";
import { isoTime, listOf, propertyAnswer, recordAnswer, viewEvent } from "../integrations/responses.ts";
import type { AppDeps } from "../deps.ts";
import { endpoint, type App } from "../../http/endpoint.ts";
import { notFound, Problem } from "../../http/problem.ts";
import { jsonResponse, rawList } from "../../http/rawJson.ts";
import { eventParams, eventPatch, integrationParams, pageQuery } from "../../http/schemas.ts";
import { refOf, signal } from "../integrations/signals.ts";

const LIST = "/v1/integrations/{id}/events";
const ONE = `${LIST}/{name}` as const;
const tag = "events";

export function registerEvents(app: App, deps: AppDeps, schemas: ProviderSchemas): void {
  registerCollection(app, deps, schemas);
  registerOne(app, deps, schemas);
  registerImported(app, deps);
}

function registerCollection(app: App, deps: AppDeps, schemas: ProviderSchemas): void {
  const { event: answer, newEvent, newEventFor } = schemas;
  const { events } = deps.store;
  const all = { path: LIST, tag, params: integrationParams } as const;
  const bodyFor = async (workspaceId: string, { id }: { id: string }) => {
    const integration = await deps.store.integrations.get(workspaceId, id);
    if (integration === null) throw notFound("integration");
    return newEventFor(integration);
  };
  const summary = "Add an event to import";
  const add = { ...all, method: "post", summary, body: newEvent, bodyFor, status: 201, answer } as const;
  endpoint(app, { ...add, problems: [409] }, async ({ workspaceId, params: { id }, body }) => {
    await refuseTooMany(deps, workspaceId, id);
    const row = await events.create(workspaceId, id, body);
    if (row === null) throw notFound("integration");
    await tellConfigChanged(deps, workspaceId, id);
    return toEvent(row, schemas);
  });
  const list = listOf("events", answer);
  endpoint(
    app,
    { ...all, method: "get", summary: "List events to import", query: pageQuery, status: 200, answer: list },
    async ({ workspaceId, params: { id }, query }) => {
      const page = await events.list(workspaceId, id, query);
      if (page === null) throw notFound("integration");
      return { events: page.items.map((row) => toEvent(row, schemas)), next: page.next };
    },
  );
}

function registerOne(app: App, deps: AppDeps, schemas: ProviderSchemas): void {
  const { event: answer } = schemas;
  const { events } = deps.store;
  const one = { path: ONE, tag, params: eventParams } as const;
  endpoint(
    app,
    { ...one, method: "patch", summary: "Change a description", body: eventPatch, status: 200, answer },
    async ({ workspaceId, params: { id, name }, body }) => {
      const row = await events.update(workspaceId, id, name, body);
      if (row === null) throw notFound("event");
      return toEvent(row, schemas);
    },
  );
  const summary = "Delete an event with its records";
  const remove = { ...one, method: "delete", summary, status: 204 } as const;
  endpoint(app, { ...remove, problems: [409] }, async ({ workspaceId, params: { id, name } }) => {
    if (!(await events.remove(workspaceId, id, name))) throw notFound("event");
    await tellConfigChanged(deps, workspaceId, id);
    return undefined;
  });
}

function toEvent(row: EventSummary, { eventNameField }: ProviderSchemas) {
  return viewEvent(row, eventNameField(row.provider));
}

/** All events of an integration are read together, so there is a limit on them. */
async function refuseTooMany({ store }: AppDeps, workspaceId: string, id: string): Promise<void> {
  const page = await store.events.list(workspaceId, id, { cursor: null, limit: MAX_EVENT_DEFINITIONS });
  if (page === null || page.items.length < MAX_EVENT_DEFINITIONS) return;
  throw new Problem(409, `An integration imports at most ${MAX_EVENT_DEFINITIONS} events: delete one first.`);
}

async function tellConfigChanged(deps: AppDeps, workspaceId: string, id: string): Promise<void> {
  const row = await deps.store.integrations.get(workspaceId, id);
  if (row !== null) await signal(deps, id, "configChanged", (control) => control.configChanged(refOf(row)));
}

function registerImported(app: App, deps: AppDeps): void {
  const { events } = deps.store;
  const params = eventParams;
  const records = listOf("records", recordAnswer);
  endpoint(
    app,
    {
      method: "get",
      path: `${ONE}/records`,
      summary: "What was imported",
      tag,
      params,
      query: pageQuery,
      status: 200,
      answer: records,
    },
    async ({ workspaceId, params: { id, name }, query }) => {
      const page = await events.records(workspaceId, id, name, query);
      if (page === null) throw notFound("event");
      return jsonResponse(rawList("records", page.items.map(recordText), page.next));
    },
  );
  const properties = z.object({ properties: z.array(propertyAnswer) });
  endpoint(
    app,
    {
      method: "get",
      path: `${ONE}/properties`,
      summary: "Properties found",
      tag,
      params,
      status: 200,
      answer: properties,
    },
    async ({ workspaceId, params: { id, name } }) => {
      const found = await events.properties(workspaceId, id, name);
      if (found === null) throw notFound("event");
      const texts = found.map(
        ({ example, ...rest }) => `${JSON.stringify(rest).slice(0, -1)},"example":${example ?? "null"}}`,
      );
      return jsonResponse(`{"properties":[${texts.join(",")}]}`);
    },
  );
}

/** The properties' text goes through as it is stored: JSON.parse would cost digits. */
function recordText(row: ImportedRecord): string {
  const head = JSON.stringify({ uuid: row.uuid, user_id: row.userId, timestamp: isoTime(row.timestampMs) });
  return `${head.slice(0, -1)},"properties":${row.properties}}`;
}
