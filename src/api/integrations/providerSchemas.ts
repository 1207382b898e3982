// What the endpoints of integrations and events accept and return for each provider, made from the providers' specs.
import { z } from "@hono/zod-openapi";
import type { EventSummary, NewEvent } from "../../domain/event.ts";
import type { Integration, IntegrationPatch, JsonObject, NewIntegration, Provider } from "../../domain/integration.ts";
import type { Field, Fields, ProviderSpec } from "../../providers/provider.ts";
import {
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
    .openapi("NewIntegration");
  const integration: z.ZodType<unknown, IntegrationResponse> = z
    .discriminatedUnion("provider", some(specs.map(integrationOf)))
    .openapi("Integration");
  const event: z.ZodType<unknown, EventResponse> = z.union(some(specs.map(eventOf))).openapi("Event");
  return {
    newIntegration: newIntegrations.transform((body) => toNewIntegration(specOf(body["provider"]), body)),
    integrationPatch: z.union(specs.map((spec) => integrationPatch(spec, {}))),
    integrationPatchFor: ({ provider, settings }: Integration) => integrationPatch(specOf(provider), settings),
    newEvent: z.union(specs.map(newEvent)),
    newEventFor: ({ provider }: Integration) => newEvent(specOf(provider)),
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
  const values = spec.projectFields.map((name) => settings[name] ?? null);
  const names = spec.projectFields.map((name, i) => {
    const label = spec.settings[name]?.label ?? name;
    return values[i] === null ? `no ${label}` : `${label} ${values[i]}`;
  });
  return {
    provider: spec.id,
    settings,
    secret: spec.secret === undefined ? null : String(body[spec.secret.name]),
    importFrom: (body["importFrom"] as string | undefined) ?? null,
    project: { key: values.map((value) => value ?? "").join("/"), name: `${spec.title} with ${names.join(" and ")}` },
    deliversUpdates: spec.deliversUpdates,
  };
}

function integrationPatch(spec: ProviderSpec, stored: JsonObject): z.ZodType<IntegrationPatch> {
  const { title, settings, secret } = spec;
  const changeable = Object.entries(settings).filter(([, { isChangeable }]) => isChangeable);
  const missing = Object.keys(settings).find((name) => settings[name]?.isNeededToExport && stored[name] === null);
  return z
    .strictObject(
      {
        ...directionSwitches,
        ...Object.fromEntries(changeable.map(([name, field]) => [name, documented(withoutDefault(field)).optional()])),
        ...(secret && { [secret.name]: documented(secret).optional() }),
      },
      sayUnknown(`unknown field of a ${title} integration, or one that never changes`),
    )
    .openapi(`${componentName(spec)}Patch`)
    .refine((body) => body.export?.enabled !== true || missing === undefined, {
      path: ["export", "enabled"],
      message:
        `cannot be switched on: this integration has no ${missing} and only imports. ` +
        `Create another integration of this project with the ${missing} that the export is to write to.`,
    })
    .transform(({ export: exporting, import: importing, ...body }: Record<string, unknown> & Switches) => {
      const names = changeable.map(([name]) => name);
      const changed = pick(body, names);
      return {
        exportEnabled: exporting?.enabled,
        importEnabled: importing?.enabled,
        settings: Object.keys(changed).length === 0 ? undefined : changed,
        secret: secret && (body[secret.name] as string | undefined),
      };
    });
}

type Switches = { export?: { enabled: boolean }; import?: { enabled: boolean } };

function newEvent(spec: ProviderSpec): z.ZodType<NewEvent> {
  const { nameField, label, example, source } = spec.event;
  const names = Object.keys(source);
  return z
    .strictObject(
      {
        [nameField]: eventName.meta({ description: `${label}.`, example }),
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

/** What a patch leaves out stays as it is. */
function withoutDefault(field: Field): Field {
  const { schema } = field;
  return schema instanceof z.ZodDefault ? { ...field, schema: schema.unwrap() as Field["schema"] } : field;
}

const shapeOf = (fields: Fields) =>
  Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, documented(field)]));

/** Responses hold what was accepted before, so they state no rules. */
const responseShapeOf = (fields: Fields) =>
  Object.fromEntries(
    Object.entries(fields).map(([name, { schema, choices, ...field }]) => {
      const value = choices === undefined ? z.string() : z.enum(Object.keys(choices));
      return [name, documented({ ...field, schema: schema.safeParse(null).success ? value.nullable() : value })];
    }),
  );

function documented({ schema, label, help, example }: Field): z.ZodType {
  return schema.meta({ description: help === undefined ? `${label}.` : `${label}: ${help}`, example });
}

/** What is absent stays absent. All values of fields are texts or null. */
function pick(body: Record<string, unknown>, names: string[]): Record<string, string | null> {
  const given = names.filter((name) => body[name] !== undefined);
  return Object.fromEntries(given.map((name) => [name, body[name] as string | null]));
}

const some = <T>(items: T[]) => items as [T, ...T[]];
