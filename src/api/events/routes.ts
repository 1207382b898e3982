// Events to import: definitions, what was imported for them and the properties found.
import { endpointsOf } from "../../http/endpoint.ts";
import type { App } from "../../http/env.ts";
import { orNotFound, refuseMissing } from "../../http/problem.ts";
import type { AppDeps } from "../deps.ts";
import type { ProviderSchemas } from "../integrations/providerSchemas.ts";
import { signalConfigChanged } from "../integrations/signals.ts";
import { listOf, toList } from "../responses.ts";
import { checkEventName } from "./checkEventName.ts";
import { eventParams, integrationParams, pageQuery } from "../schemas.ts";

export function registerEvents(app: App, deps: AppDeps, schemas: ProviderSchemas): void {
  const endpoint = endpointsOf(app, "events");
  const { events, integrations } = deps.store;
  endpoint({
    method: "post",
    path: "/v1/integrations/{id}/events",
    operationId: "createEvent",
    summary: "Add an event",
    description:
      "Adds an event to import, from the integration's `importFrom` on. Which fields the event has depends on the " +
      "provider. A second event of the same id or name is a 409. A warning says if the project has no such event.",
    params: integrationParams,
    body: schemas.newEvent,
    bodyFor: async (workspaceId, { id }) =>
      schemas.newEventFor(orNotFound("integration", await integrations.get(workspaceId, id))),
    status: 201,
    response: schemas.event,
    problems: [409],
    handler: async ({ workspaceId, params: { id }, body }) => {
      const row = orNotFound("integration", await events.create(workspaceId, id, body));
      await signalConfigChanged(deps, await integrations.get(workspaceId, id));
      await checkEventName(deps, id, row.name);
      return schemas.toEventResponse((await events.get(workspaceId, id, row.name)) ?? row);
    },
  });
  endpoint({
    method: "get",
    path: "/v1/integrations/{id}/events",
    operationId: "listEvents",
    summary: "List events",
    description: "Returns the events that the integration imports, with counts and how far each is complete.",
    params: integrationParams,
    query: pageQuery,
    response: listOf("events", schemas.event),
    handler: async ({ workspaceId, params: { id }, query }) => {
      const page = orNotFound("integration", await events.list(workspaceId, id, query));
      return toList("events", page, schemas.toEventResponse);
    },
  });
  registerChanges(app, deps, schemas);
}

function registerChanges(app: App, deps: AppDeps, schemas: ProviderSchemas): void {
  const endpoint = endpointsOf(app, "events");
  const { events, integrations } = deps.store;
  endpoint({
    method: "patch",
    path: "/v1/integrations/{id}/events/{name}",
    operationId: "updateEvent",
    summary: "Change an event",
    description:
      "Changes the description of an event, and how its rows are read where the provider has fields for that; null " +
      "takes a value away. Everything else of an event is fixed: delete it and add another one.",
    params: eventParams,
    body: schemas.eventPatch,
    bodyFor: async (workspaceId, { id }) =>
      schemas.eventPatchFor(orNotFound("integration", await integrations.get(workspaceId, id))),
    response: schemas.event,
    handler: async ({ workspaceId, params: { id, name }, body }) => {
      const row = orNotFound("event", await events.update(workspaceId, id, name, body));
      if (body.source !== undefined) await signalConfigChanged(deps, await integrations.get(workspaceId, id));
      return schemas.toEventResponse(row);
    },
  });
  endpoint({
    method: "delete",
    path: "/v1/integrations/{id}/events/{name}",
    operationId: "deleteEvent",
    summary: "Delete an event",
    description:
      "Deletes an event with its imported records. While metrics use the event, this is a 409 that lists them.",
    params: eventParams,
    problems: [409],
    handler: async ({ workspaceId, params: { id, name } }) => {
      refuseMissing("event", await events.remove(workspaceId, id, name));
      return signalConfigChanged(deps, await integrations.get(workspaceId, id));
    },
  });
}
