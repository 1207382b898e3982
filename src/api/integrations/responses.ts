// How the API shows integrations and events: schemas, and the functions that make responses of the store's rows.
import { z } from "@hono/zod-openapi";
import { workflowIdOf } from "../../client/index.ts";
import type { EventSummary } from "../../domain/event.ts";
import type { Integration } from "../../domain/integration.ts";
import { count, errorState, isoTime, isoTimeOrNull, time, toErrorField } from "../responses.ts";
import { lastRunResponse, toLastRun } from "../runs/responses.ts";

const doing = z.string().nullable().optional().openapi({
  description:
    "In words, while a run runs: of one integration alone, and null where its workflow does not answer at once.",
});

const integration = z.object({
  id: z.string(),
  projectId: z.string(),
  importFrom: z.string(),
  createdAt: time,
  status: z.enum(["idle", "syncing", "paused", "attention"]),
  nextRunAt: time.nullable(),
  workflowId: z.string(),
  temporalUrl: z
    .string()
    .nullable()
    .openapi({ description: "Its workflow in Temporal's UI, if the operator says where that is." }),
  lastRun: lastRunResponse.nullable(),
  export: z.object({
    enabled: z.boolean(),
    completeThrough: time.nullable(),
    sent: count,
    rejected: count,
    pending: count,
    late: count,
    doing,
    error: errorState.optional(),
  }),
  import: z.object({ enabled: z.boolean(), doing, error: errorState.optional() }),
});

export const integrationResponse = z
  .discriminatedUnion("provider", [
    integration
      .extend({
        provider: z.literal("mixpanel"),
        region: z.enum(["us", "eu", "in"]),
        projectTime: z.enum(["utc", "local"]),
        serviceAccountUsername: z.string(),
      })
      .openapi("MixpanelIntegration"),
    integration
      .extend({
        provider: z.literal("bigquery"),
        datasetId: z.string().nullable(),
        serviceAccountEmail: z.string(),
        location: z.string(),
      })
      .openapi("BigQueryIntegration"),
  ])
  .openapi("Integration");

const event = z.object({
  description: z.string().nullable(),
  createdAt: time,
  imported: count,
  rejected: count,
  completeThrough: time.nullable(),
  error: errorState.optional(),
});

export const eventResponse = z
  .union([
    event.extend({ eventId: z.string() }).openapi("MixpanelEvent"),
    event
      .extend({
        eventName: z.string(),
        dataset: z.string(),
        tableName: z.string(),
        eventFieldName: z.string(),
        userIdFieldName: z.string(),
        timestampFieldName: z.string(),
        eventUuidFieldName: z.string(),
      })
      .openapi("BigQueryEvent"),
  ])
  .openapi("Event");

/**
 * An integration as its owner sees it: without its secret. `temporalUrl` is where its workflow is looked at, if
 * anywhere.
 */
export function toIntegrationResponse(
  row: Integration,
  temporalUrl: string | null = null,
): z.input<typeof integrationResponse> {
  const { settings, lastRun } = row;
  return {
    id: row.id,
    ...settings,
    importFrom: row.importFrom,
    createdAt: isoTime(row.createdAtMs),
    status: row.status,
    nextRunAt: isoTimeOrNull(row.nextRunAtMs),
    workflowId: workflowIdOf(row.id),
    temporalUrl,
    lastRun: lastRun && toLastRun(lastRun),
    export: {
      enabled: row.export.enabled,
      completeThrough: isoTimeOrNull(row.export.completeThroughMs),
      sent: row.export.sent,
      rejected: row.export.rejected,
      pending: row.export.pending,
      late: row.export.late,
      ...toErrorField(row.export.error),
    },
    import: { enabled: row.import.enabled, ...toErrorField(row.import.error) },
  };
}

export function toEventResponse(row: EventSummary): z.input<typeof eventResponse> {
  return {
    ...(row.source === null ? { eventId: row.name } : { eventName: row.name, ...row.source }),
    description: row.description,
    createdAt: isoTime(row.createdAtMs),
    imported: row.imported,
    rejected: row.rejected,
    completeThrough: isoTimeOrNull(row.completeThroughMs),
    ...toErrorField(row.error),
  };
}
