// GET /v1/providers: the providers of this server, with all that a page needs to ask for settings and events.
import { z } from "@hono/zod-openapi";
import { EVENT_NAME } from "../../domain/event.ts";
import { endpointsOf } from "../../http/endpoint.ts";
import type { App } from "../../http/env.ts";
import type { Field, Fields, ProviderSpec } from "../../providers/provider.ts";
import type { AppDeps } from "../deps.ts";

const field = z
  .object({
    name: z.string().openapi({ description: "Its name in the bodies of the API.", example: "projectId" }),
    label: z.string().openapi({ description: "What people call it.", example: "Project ID" }),
    help: z.string().optional().describe("What to enter, and where to find it."),
    kind: z
      .enum(["text", "multiline", "number", "secret", "select"])
      .openapi({ description: "How to ask for it.", example: "text" }),
    options: z
      .array(
        z.object({ value: z.string().describe("The value to send."), label: z.string().describe("What people read.") }),
      )
      .optional()
      .describe("The choices of a select."),
    pattern: z.string().optional().describe("What a text must match: a regular expression of JavaScript, flag `u`."),
    message: z.string().optional().describe("What to say about a text that does not match."),
    required: z.boolean().openapi({ description: "Whether it must be given.", example: true }),
    default: z.string().optional().describe("The value if it is absent."),
    advanced: z.boolean().openapi({ description: "Whether the default is right for most people.", example: false }),
    changeable: z.boolean().openapi({
      description: "Whether it can always be changed later. Other settings: until a row was sent or stored.",
      example: false,
    }),
    neededToExport: z.boolean().openapi({ description: "Whether export needs it.", example: false }),
    suggest: z
      .object({
        list: z.enum(["datasets", "tables", "columns"]).describe("The list of the integration's project."),
        types: z.array(z.string()).optional().describe("The types of columns that fit."),
      })
      .optional()
      .describe("Where suggestions come from."),
  })
  .openapi("ProviderField");

const provider = z
  .object({
    id: z.string().openapi({ description: "The value of `provider` in integrations.", example: "acme" }),
    title: z.string().openapi({ description: "The name of the provider.", example: "Acme" }),
    summary: z.string().openapi({ description: "What is synced.", example: "Exposures become rows." }),
    titlePrefix: z.string().openapi({ description: "Stands before a project's name.", example: "Project " }),
    projectFields: z
      .array(z.string())
      .openapi({ description: "The settings that distinguish projects.", example: ["projectId"] }),
    historyHelp: z.string().optional().describe("What a long import costs."),
    settings: z.array(field).describe("The fields of an integration."),
    event: z.array(field).describe("The fields of an event. The first is its name."),
  })
  .openapi("Provider");

export function registerProviders(app: App, { specs }: Pick<AppDeps, "specs">): void {
  const endpoint = endpointsOf(app, "providers");
  const providers = specs.map(toProvider);
  endpoint({
    method: "get",
    path: "/v1/providers",
    operationId: "listProviders",
    summary: "List providers",
    description: "Returns the providers that integrations can have, with the fields of their settings and events.",
    response: z.object({ providers: z.array(provider).describe("All providers.") }),
    handler: async () => ({ providers }),
  });
}

export function toProvider(spec: ProviderSpec): z.input<typeof provider> {
  const { id, title, summary, titlePrefix = "", projectFields, history, secret, event } = spec;
  return {
    id,
    title,
    summary,
    titlePrefix,
    projectFields: [...projectFields],
    historyHelp: history?.help,
    settings: [...toFields(spec.settings), ...(secret ? [toField(secret.name, secret, "secret")] : [])],
    event: [
      toField(event.nameField, { ...event, schema: z.string(), rule: eventNameRule(event.otherNamesRemedy) }),
      {
        ...toField("description", { ...event, schema: z.string(), label: "Description", help: event.descriptionHelp }),
        kind: "multiline",
        required: false,
      },
      ...toFields(event.source),
    ],
  };
}

const eventNameRule = (remedy = "") => ({
  pattern: EVENT_NAME,
  message: `Only letters, numbers, underscores, and hyphens. ${remedy}`.trim(),
});

const toFields = (fields: Fields) => Object.entries(fields).map(([name, one]) => toField(name, one));

function toField(name: string, one: Field, kind?: "secret"): z.input<typeof field> {
  const { label, help, schema, choices, rule, suggest } = one;
  const absent = schema.safeParse(undefined);
  return {
    name,
    label,
    help,
    kind: kind ?? (choices ? "select" : one.isNumeric ? "number" : "text"),
    options: choices && Object.entries(choices).map(([value, text]) => ({ value, label: text })),
    pattern: rule?.pattern.source,
    message: rule?.message,
    required: !absent.success,
    default: absent.data?.toString(),
    advanced: one.isAdvanced ?? false,
    changeable: one.isChangeable ?? kind === "secret",
    neededToExport: one.isNeededToExport ?? false,
    suggest: suggest && { ...suggest, types: suggest.list === "columns" ? [...suggest.types] : undefined },
  };
}
