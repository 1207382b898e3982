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

const access = z
  .object({
    field: z.string().openapi({ description: "The setting that names the account.", example: "accountEmail" }),
    principal: z.string().nullable().openapi({
      description: "The account of this service that customers grant access to. Null if only its operator knows it.",
      example: "sync@operator-project.iam.gserviceaccount.com",
    }),
    code: z.string().openapi({
      description: "The code of this workspace. `crosscurrent:<code>` in an account's description proves whose it is.",
      example: "7h2k9m4pqx3w5t8z",
    }),
    needsProof: z.boolean().openapi({
      description: "Whether nothing is read or written before that proof.",
      example: false,
    }),
  })
  .describe("How customers let this service act as an account of theirs, if the provider has such.");

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
    access: access.optional(),
    hasSetupScript: z.boolean().openapi({
      description: "Whether `createSetupScript` writes a script that prepares a project.",
      example: false,
    }),
    settings: z.array(field).describe("The fields of an integration."),
    event: z.array(field).describe("The fields of an event. The first is its name."),
  })
  .openapi("Provider");

export function registerProviders(app: App, { specs, connectors, store }: AppDeps): void {
  const endpoint = endpointsOf(app, "providers");
  endpoint({
    method: "get",
    path: "/v1/providers",
    operationId: "listProviders",
    summary: "List providers",
    description: "Returns the providers that integrations can have, with the fields of their settings and events.",
    response: z.object({ providers: z.array(provider).describe("All providers.") }),
    handler: async ({ workspaceId }) => {
      const accessOf = async ({ id, accountField: named }: ProviderSpec) => {
        const ownership = connectors[id]?.ownership;
        if (ownership === undefined || named === undefined) return undefined;
        const code = await store.ownership.codeOf(workspaceId);
        return { field: named, principal: await ownership.principal(), code, needsProof: ownership.needsProof };
      };
      const all = specs.map(async (spec) => ({
        ...toProvider(spec),
        access: await accessOf(spec),
        hasSetupScript: connectors[spec.id]?.setupScript !== undefined,
      }));
      return { providers: await Promise.all(all) };
    },
  });
}

function toProvider(spec: ProviderSpec): Omit<z.input<typeof provider>, "hasSetupScript"> {
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
