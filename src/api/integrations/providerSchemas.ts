// What the endpoints of integrations and events accept and return for each provider, made from the providers' specs.
import { z } from "@hono/zod-openapi";
import type { EventPatch, EventSummary, NewEvent } from "../../domain/event.ts";
import type {
  Integration,
  IntegrationPatch,
  JsonObject,
  NewIntegration,
  Project,
  Provider,
} from "../../domain/integration.ts";
import type { Field, Fields, FieldValue, ProviderSpec } from "../../providers/provider.ts";
import {
  description,
  directionSwitches,
  eventName,
  importFromDay,
  optionalDescription,
  sayUnknown,
  type NowMs,
} from "../schemas.ts";
import {
  eventFields,
  type EventResponse,
  integrationFields,
  type IntegrationResponse,
  toEventResponse,
} from "./responses.ts";

const DAY_MS = 86_400_000;

export type ProviderSchemas = ReturnType<typeof createProviderSchemas>;

/** A provider says in `provider` which body of a new integration is meant; elsewhere the integration decides. */
export function createProviderSchemas(specs: readonly ProviderSpec[], nowMs: NowMs) {
  const specOf = (provider: Provider): ProviderSpec => {
    const spec = specs.find(({ id }) => id === provider);
    if (spec === undefined) throw new Error(`This version has no provider ${provider}.`);
    return spec;
  };
  const ids = specs.map(({ id }) => JSON.stringify(id)).join(" or ");
  const newIntegrations = z
    .discriminatedUnion("provider", some(specs.map((spec) => newIntegration(spec, nowMs))), {
      error: (issue) => (issue.code === "invalid_union" ? `must be ${ids}` : undefined),
    })
    .openapi("NewIntegration", { description: "An integration to create: its provider, and the settings of that." });
  const integration: z.ZodType<unknown, IntegrationResponse> = z
    .discriminatedUnion("provider", some(specs.map(integrationOf)))
    .openapi("Integration");
  const event: z.ZodType<unknown, EventResponse> = z.union(some(specs.map(eventOf))).openapi("Event");
  return {
    newIntegration: newIntegrations.transform((body) => toNewIntegration(specOf(body["provider"]), body)),
    integrationPatch: z.union(specs.map((spec) => integrationPatch(spec, null))),
    integrationPatchFor: (row: Integration) => integrationPatch(specOf(row.provider), row),
    newEvent: z.union(specs.map(newEvent)),
    newEventFor: ({ provider }: Integration) => newEvent(specOf(provider)),
    eventPatch: z.union(specs.map(eventPatch)),
    eventPatchFor: ({ provider }: Integration) => eventPatch(specOf(provider)),
    integration,
    event,
    importCostOf: ({ provider, importFrom, createdAtMs }: Integration): string | null => {
      const days = Math.ceil((createdAtMs - Date.parse(`${importFrom}T00:00:00Z`)) / DAY_MS);
      return specOf(provider).history?.cost(Math.max(1, days)) ?? null;
    },
    toEventResponse: (row: EventSummary) => toEventResponse(row, specOf(row.provider).event.nameField),
  };
}

/** The names of components in the OpenAPI document are made from the title. */
export const componentName = ({ title }: ProviderSpec): string => title.replaceAll(/\W/g, "");

function newIntegration(spec: ProviderSpec, nowMs: NowMs) {
  const { id, title, settings, secret, history } = spec;
  return z
    .strictObject(
      {
        provider: z.literal(id).describe("The provider."),
        ...shapeOf(settings),
        ...(secret && { [secret.name]: documented(secret) }),
        importFrom: importFromDay(nowMs, history?.first)
          .optional()
          .describe(["The first day to import. Default: 30 days ago.", history?.help].join(" ").trim()),
      },
      sayUnknown(`unknown field of a ${title} integration`),
    )
    .openapi(`New${componentName(spec)}Integration`);
}

function toNewIntegration(spec: ProviderSpec, body: Record<string, unknown>): NewIntegration {
  const settings = pick(body, Object.keys(spec.settings));
  return {
    provider: spec.id,
    settings,
    secret: spec.secret === undefined ? null : String(body[spec.secret.name]),
    importFrom: (body["importFrom"] as string | undefined) ?? null,
    project: projectOf(spec, settings),
    account: accountOf(spec, settings),
    deliversUpdates: spec.deliversUpdates,
  };
}

/** Absent if the settings do not name one. */
function accountOf({ accountField }: ProviderSpec, settings: JsonObject): string | undefined {
  const account = accountField === undefined ? undefined : settings[accountField];
  return typeof account === "string" ? account : undefined;
}

function projectOf({ title, projectFields, settings }: ProviderSpec, values: JsonObject): Project {
  const named = projectFields.map((field) => {
    const label = settings[field]?.label ?? field;
    const value = values[field];
    return typeof value === "string" ? { value, text: `${label} ${value}` } : { value: "", text: `no ${label}` };
  });
  return {
    key: named.map(({ value }) => value).join("/"),
    name: `${title} with ${named.map(({ text }) => text).join(" and ")}`,
  };
}

/** `row` is the integration to change; null for the documentation of all bodies. */
function integrationPatch(spec: ProviderSpec, row: Integration | null): z.ZodType<IntegrationPatch> {
  const { title, settings, secret } = spec;
  return z
    .strictObject(
      {
        ...directionSwitches,
        ...Object.fromEntries(Object.entries(settings).map(([name, field]) => [name, patchField(field)])),
        ...(secret && { [secret.name]: documented(secret).optional() }),
      },
      sayUnknown(`unknown field of a ${title} integration, or one that never changes`),
    )
    .openapi(`${componentName(spec)}Patch`)
    .superRefine((body, context) => {
      const missing = missingToExport(spec, row, body);
      if (missing === null) return;
      const message =
        `cannot be on without ${missing}: this integration only imports. ` +
        `Set the ${missing} that the export is to write to; if it cannot be changed, create another integration.`;
      context.addIssue({ code: "custom", path: ["export", "enabled"], message });
    })
    .transform(({ export: exporting, import: importing, ...body }: Record<string, unknown> & Switches) => {
      const changed = pick(body, Object.keys(settings));
      const fixed = Object.entries(settings).filter(([name, { isChangeable }]) => !isChangeable && name in changed);
      const labels = Object.fromEntries(fixed.map(([name, { label }]) => [name, label]));
      return {
        exportEnabled: exporting?.enabled,
        exportUsage: exporting?.usage,
        importEnabled: importing?.enabled,
        settings: Object.keys(changed).length === 0 ? undefined : changed,
        secret: secret && (body[secret.name] as string | undefined),
        account: accountOf(spec, changed),
        fixed: fixed.length === 0 ? undefined : { labels, projectOf: (values: JsonObject) => projectOf(spec, values) },
      };
    });
}

/** The setting without which the export would be on, if there is one. */
function missingToExport(spec: ProviderSpec, row: Integration | null, body: Record<string, unknown>): string | null {
  const { export: exporting } = body as Switches;
  if (row === null || !(exporting?.enabled ?? row.export.enabled)) return null;
  const after = { ...row.settings, ...pick(body, Object.keys(spec.settings)) };
  return (
    Object.keys(spec.settings).find((name) => spec.settings[name]?.isNeededToExport && after[name] === null) ?? null
  );
}

/** What is absent stays as it is, so a patch has no defaults. */
function patchField(field: Field): z.ZodType {
  const { schema } = field;
  const given = schema instanceof z.ZodDefault ? schema.unwrap() : schema instanceof z.ZodPipe ? schema.in : schema;
  return documented({ ...field, schema: given as typeof schema }).optional();
}

type Switches = { export?: { enabled?: boolean; usage?: boolean }; import?: { enabled: boolean } };

function newEvent(spec: ProviderSpec): z.ZodType<NewEvent> {
  const { nameField, label, example, source, otherNamesRemedy } = spec.event;
  const names = Object.keys(source);
  return z
    .strictObject(
      {
        [nameField]: eventName(otherNamesRemedy).meta({ description: `${label}.`, example }),
        description: optionalDescription,
        ...shapeOf(source),
      },
      sayUnknown(`unknown field of a ${spec.title} event`),
    )
    .openapi(`New${componentName(spec)}Event`)
    .transform((body: Record<string, unknown>) => ({
      name: String(body[nameField]),
      description: body["description"] as string | null,
      source: names.length === 0 ? null : pick(body, names),
    }));
}

/** Null takes the value of a field away. */
function eventPatch(spec: ProviderSpec): z.ZodType<EventPatch> {
  const { source, example } = spec.event;
  const changeable = Object.entries(source).filter(([, { isChangeable }]) => isChangeable === true);
  return z
    .strictObject(
      {
        description: description.nullable().optional(),
        ...Object.fromEntries(changeable.map(([name, field]) => [name, clearable(field)])),
      },
      sayUnknown(`unknown field of a ${spec.title} event, or one that never changes`),
    )
    .openapi(`${componentName(spec)}EventPatch`, { example: { description: `About ${example}` } })
    .transform((body: Record<string, unknown>) => {
      const changed = pick(
        body,
        changeable.map(([name]) => name),
      );
      return {
        description: body["description"] as string | null | undefined,
        source: Object.keys(changed).length === 0 ? undefined : changed,
        isReread: Object.keys(changed).some((name) => source[name]?.isReread === true),
      };
    });
}

function clearable({ schema, ...field }: Field): z.ZodType {
  const given = schema instanceof z.ZodOptional ? schema.unwrap() : schema;
  return documented({ ...field, schema: (given as z.ZodType<FieldValue>).nullable() }).optional();
}

function integrationOf(spec: ProviderSpec) {
  return integrationFields
    .extend({ provider: z.literal(spec.id).describe("The provider."), ...responseShapeOf(spec.settings) })
    .openapi(`${componentName(spec)}Integration`);
}

function eventOf(spec: ProviderSpec) {
  const { nameField, label, example, source } = spec.event;
  const fields = { [nameField]: z.string().meta({ description: `${label}.`, example }), ...responseShapeOf(source) };
  // The fields' names are the provider's own; what is made here from a row is typed by the shared ones.
  return (eventFields.extend(fields) as unknown as typeof eventFields).openapi(`${componentName(spec)}Event`);
}

const shapeOf = (fields: Fields) =>
  Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, documented(field)]));

/** Responses hold what was accepted before, so they state no rules. */
const responseShapeOf = (fields: Fields) =>
  Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [name, documented({ ...field, schema: responseSchemaOf(field) })]),
  );

function responseSchemaOf({ schema, choices, isList = false }: Field): Field["schema"] {
  const one = choices !== undefined ? z.enum(Object.keys(choices)) : isNumber(schema) ? z.number() : z.string();
  const value = isList ? z.array(z.string()) : one;
  if (schema.safeParse(null).success) return value.nullable();
  // A field with a default is always stored.
  const absent = schema.safeParse(undefined);
  return absent.success && absent.data === undefined ? value.optional() : value;
}

const isNumber = (schema: z.ZodType): boolean => schema.safeParse(1).success;

function documented({ schema, label, help, example }: Field): z.ZodType {
  return schema.meta({ description: help === undefined ? `${label}.` : `${label}: ${help}`, example });
}

/** What is absent stays absent. */
function pick(body: Record<string, unknown>, names: string[]): Record<string, FieldGiven> {
  const given = names.filter((name) => body[name] !== undefined);
  return Object.fromEntries(given.map((name) => [name, body[name] as FieldGiven]));
}

type FieldGiven = Exclude<FieldValue, undefined>;

const some = <T>(items: T[]) => items as [T, ...T[]];
