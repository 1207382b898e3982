// What was imported for an event: its records, and the properties that they have.
import { z } from "@hono/zod-openapi";
import { PROPERTY_TYPES, type Property } from "../../domain/event.ts";
import { MAX_PROPERTIES_PER_EVENT } from "../../domain/limits.ts";
import { endpointsOf } from "../../http/endpoint.ts";
import { callerOf, type App } from "../../http/env.ts";
import { orNotFound } from "../../http/problem.ts";
import type { AppDeps } from "../deps.ts";
import { jsonResponse } from "../rawJson.ts";
import { count, listOf, time } from "../responses.ts";
import { eventParams, pageQuery, storableText } from "../schemas.ts";
import { streamRecords, type PartRequest } from "./streamRecords.ts";

const recordResponse = z
  .object({
    uuid: z.string().openapi({ description: "The identity of the record, which is stored once.", example: "9f1c2e" }),
    user_id: z.string().openapi({
      description: "The first of the ids of the record's user; empty if it has none.",
      example: "user-17",
    }),
    user_ids: z.array(z.string()).openapi({
      description:
        "All ids of the record's user, as the provider merged them. A metric counts the record for the user with the " +
        "first of these ids that was exposed.",
      example: ["user-17", "anon-5"],
    }),
    timestamp: time.describe("When the event happened."),
    properties: z.record(z.string(), z.unknown()).openapi({
      description: "All properties of the source, with all digits of numbers.",
      example: { amount: 12.5, currency: "EUR" },
    }),
  })
  .openapi("ImportedRecord");

const propertyResponse = z
  .object({
    name: z.string().describe("The name of the property."),
    types: z.array(z.enum(PROPERTY_TYPES)).describe("The JSON types that its values have."),
    numeric: z.boolean().describe("Whether all values that are not null are numbers."),
    count: count.describe("How many records have the property."),
    nonNumeric: count.describe("How many of them have a value that is neither a number nor null."),
    example: z.unknown().openapi({ description: "A value; null if the property identifies users." }),
  })
  .openapi("Property", {
    example: { name: "amount", types: ["number"], numeric: true, count: 1200, nonNumeric: 0, example: 12.5 },
  });

const MAX_USER_CHARS = 1_000;
const recordsQuery = pageQuery.extend({
  user: storableText(MAX_USER_CHARS)
    .optional()
    .transform((user) => user ?? null)
    .describe("Only records that have this id among those of their user. Default: all records."),
});

export function registerImported(app: App, { store: { events }, logger }: AppDeps): void {
  const endpoint = endpointsOf(app, "events");
  endpoint({
    method: "get",
    path: "/v1/integrations/{id}/events/{name}/records",
    turns: "reports",
    operationId: "listImportedRecords",
    summary: "List imported records",
    description:
      "Returns what was imported for an event. The records contain user ids. A page ends early once it has about 8 " +
      "MB: go on with `next` until it is null.",
    params: eventParams,
    query: recordsQuery,
    response: listOf("records", recordResponse),
    handler: async ({ workspaceId, params: { id, name }, query: { user, ...page } }, c) => {
      const read = async (asked: PartRequest) =>
        orNotFound("event", await events.records(workspaceId, id, name, { ...asked, userId: user }));
      const caller = callerOf(c);
      const { bytes, turns } = c.get("admission");
      return await streamRecords(page, read, {
        caller,
        hold: bytes.hold(workspaceId),
        onFailure: (err) => logger.error({ err }, "a page of records broke off"),
        inTurn: (work) => turns.reports.run(workspaceId, caller, work),
      });
    },
  });
  endpoint({
    method: "get",
    path: "/v1/integrations/{id}/events/{name}/properties",
    operationId: "listProperties",
    summary: "List properties",
    description:
      `Returns the properties of an event's imported records, at most ${MAX_PROPERTIES_PER_EVENT}: those that most ` +
      "records have. Numeric ones can be measured by metrics.",
    params: eventParams,
    response: z.object({
      properties: z.array(propertyResponse).describe("The properties by name."),
      truncated: z.boolean().openapi({
        description: "Whether the records have further properties, which are not listed.",
        example: false,
      }),
    }),
    handler: async ({ workspaceId, params: { id, name } }) => {
      const { properties, truncated } = orNotFound("event", await events.properties(workspaceId, id, name));
      return jsonResponse(`{"properties":[${properties.map(propertyText).join(",")}],"truncated":${truncated}}`);
    },
  });
}

function propertyText({ example, ...rest }: Property): string {
  return `${JSON.stringify(rest).slice(0, -1)},"example":${example ?? "null"}}`;
}
