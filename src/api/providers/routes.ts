// The providers that this server has, with all that a page needs to ask for their settings and events.
import { z } from "@hono/zod-openapi";
import { EVENT_NAME } from "../../domain/event.ts";
import { endpoint, type App } from "../../http/endpoint.ts";
import type { Field, Fields, ProviderSpec } from "../../providers/provider.ts";
import type { AppDeps } from "../deps.ts";

const field = z
  .object({
    name: z.string().openapi({ description: "As in the bodies of the API.", example: "projectId" }),
    label: z.string().openapi({ example: "Project ID" }),
    help: z.string().optional(),
    kind: z.enum(["text", "number", "secret", "select"]),
    options: z.array(z.object({ value: z.string(), label: z.string() })).optional(),
    pattern: z.string().optional().openapi({ description: "Of JavaScript, with the flag `u`." }),
    message: z.string().optional().openapi({ description: "What to say of a text that the pattern refuses." }),
    required: z.boolean(),
    default: z.string().optional(),
    advanced: z.boolean().openapi({ description: "Its default is right for most." }),
    changeable: z.boolean().openapi({ description: "Whether it may be changed later." }),
    neededToExport: z.boolean().openapi({ description: "Without it export cannot be switched on." }),
    suggest: z
      .object({ list: z.enum(["datasets", "tables", "columns"]), types: z.array(z.string()).optional() })
      .optional()
      .openapi({ description: "Which list of the project offers values; columns of these types." }),
  })
  .openapi("ProviderField");

const provider = z
  .object({
    id: z.string().openapi({ description: "As in `provider` of an integration." }),
    title: z.string(),
    summary: z.string(),
    titlePrefix: z.string().openapi({ description: "Stands before a project's values in titles." }),
    projectFields: z.array(z.string()).openapi({ description: "The settings that tell projects apart." }),
    settings: z.array(field).openapi({ description: "Fields of a new integration, its secret included." }),
    event: z.array(field).openapi({ description: "Fields of a new event; the first is its name." }),
  })
  .openapi("Provider");

export function registerProviders(app: App, { specs }: Pick<AppDeps, "specs">): void {
  const providers = specs.map(toProvider);
  endpoint(
    app,
    {
      method: "get",
      path: "/v1/providers",
      summary: "List providers",
      tag: "providers",
      status: 200,
      answer: z.object({ providers: z.array(provider) }),
    },
    async () => ({ providers }),
  );
}

export function toProvider(spec: ProviderSpec): z.input<typeof provider> {
  const { id, title, summary, titlePrefix = "", projectFields, secret, event } = spec;
  return {
    id,
    title,
    summary,
    titlePrefix,
    projectFields: [...projectFields],
    settings: [...toFields(spec.settings), ...(secret ? [toField(secret.name, secret, "secret")] : [])],
    event: [
      toField(event.nameField, { ...event, schema: z.string(), rule: EVENT_NAME_RULE }),
      { ...toField("description", { ...event, schema: z.string(), label: "Description", help: event.descriptionHelp }), required: false },
      ...toFields(event.source),
    ],
  };
}

const EVENT_NAME_RULE = { pattern: EVENT_NAME, message: "Only letters, numbers, underscores, and hyphens." };

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
    default: absent.data ?? undefined,
    advanced: one.isAdvanced ?? false,
    changeable: one.isChangeable ?? kind === "secret",
    neededToExport: one.isNeededToExport ?? false,
    suggest: suggest && { ...suggest, types: suggest.list === "columns" ? [...suggest.types] : undefined },
  };
}
