// What the API answers: schemas for OpenAPI and the views of the store's rows that fill them.
import { type EventSummary, PROPERTY_TYPES } from "../../domain/event.ts";
import type { Integration } from "../../domain/integration.ts";
import type { Run, SyncRequest } from "../../domain/run.ts";
import { z } from "@hono/zod-openapi";
import { workflowIdOf } from "../../client/index.ts";
import { ERROR_KINDS, type ErrorState } from "../../domain/errors.ts";

const time = z.string().openapi({ format: "date-time", example: "2026-01-31T08:00:00.000Z" });
const count = z.number().int();
const outcome = z.enum(["succeeded", "partial", "failed"]);
const direction = z.enum(["export", "import"]);
const next = z.string().nullable();
const errorState = z.object({ kind: z.enum(ERROR_KINDS), message: z.string(), since: time }).openapi("ErrorState");

const doing = z.string().nullable().optional().openapi({
  description:
    "In words, while a run runs: of one integration alone, and null where its workflow does not answer at once.",
});

/** Of every provider. */
export const integrationFields = z.object({
  id: z.string(),
  importFrom: z.string(),
  createdAt: time,
  status: z.enum(["idle", "syncing", "paused", "attention"]),
  nextRunAt: time.nullable(),
  workflowId: z.string(),
  temporalUrl: z
    .string()
    .nullable()
    .openapi({ description: "Its workflow in Temporal's UI, if the operator says where that is." }),
  lastRun: z
    .object({ id: z.string(), startedAt: time, finishedAt: time.nullable(), outcome: outcome.nullable() })
    .nullable(),
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

/** The settings of its provider stand beside these fields. */
export type IntegrationAnswer = z.input<typeof integrationFields> & { provider: string };

/** Of every provider. */
export const eventFields = z.object({
  description: z.string().nullable(),
  createdAt: time,
  imported: count,
  rejected: count,
  completeThrough: time.nullable(),
  error: errorState.optional(),
});

export type EventAnswer = z.input<typeof eventFields>;

export const propertyAnswer = z
  .object({
    name: z.string(),
    types: z.array(z.enum(PROPERTY_TYPES)),
    numeric: z.boolean(),
    count,
    example: z.unknown(),
  })
  .openapi("Property");

export const recordAnswer = z
  .object({ uuid: z.string(), user_id: z.string(), timestamp: time, properties: z.record(z.string(), z.unknown()) })
  .openapi("ImportedRecord");

export const rejectedAnswer = z
  .object({
    id: z.string(),
    direction,
    event: z.string().optional(),
    reason: z.string(),
    record: z.unknown().openapi({ description: "The record as JSON; a string where its text is no JSON." }),
    at: time,
  })
  .openapi("RejectedRecord");

export const runAnswer = z
  .object({
    id: z.string(),
    startedAt: time,
    finishedAt: time.nullable(),
    outcome: outcome.nullable(),
    directions: z.array(
      z.object({
        direction,
        outcome: outcome.nullable().openapi({ description: "Null while the direction runs." }),
        records: count,
        rejected: count,
        error: errorState.optional(),
        failedEvents: z.array(z.string()).optional(),
      }),
    ),
  })
  .openapi("Run");

export const syncAnswer = z.object({
  status: z.enum(["queued", "running", "done"]),
  runId: z.string().optional(),
  outcome: outcome.optional(),
});

export const testAnswer = z.object({
  ok: z.boolean(),
  steps: z.array(z.object({ name: z.string(), ok: z.boolean(), message: z.string().optional() })),
});

/** A list's schema, `{<plural>: […], next}`. */
export function listOf<K extends string, S extends z.ZodType>(plural: K, item: S) {
  return z.object({ [plural]: z.array(item), next } as Record<K, z.ZodArray<S>> & { next: typeof next });
}

export const isoTime = (ms: number): string => new Date(ms).toISOString();
const isoTimeOrNull = (ms: number | null): string | null => (ms === null ? null : isoTime(ms));

function viewError(error: ErrorState | null | undefined): { error?: z.input<typeof errorState> } {
  if (error === null || error === undefined) return {};
  return { error: { kind: error.kind, message: error.message, since: isoTime(error.sinceMs) } };
}

/** An integration as its owner sees it: without its secret. `temporalUrl` is where its workflow is looked at, if anywhere. */
export function viewIntegration(
  row: Integration,
  temporalUrl: string | null = null,
): IntegrationAnswer {
  const { lastRun } = row;
  return {
    ...row.settings,
    id: row.id,
    provider: row.provider,
    importFrom: row.importFrom,
    createdAt: isoTime(row.createdAtMs),
    status: row.status,
    nextRunAt: isoTimeOrNull(row.nextRunAtMs),
    workflowId: workflowIdOf(row.id),
    temporalUrl,
    lastRun: lastRun && viewRunTimes(lastRun),
    export: {
      enabled: row.export.enabled,
      completeThrough: isoTimeOrNull(row.export.completeThroughMs),
      sent: row.export.sent,
      rejected: row.export.rejected,
      pending: row.export.pending,
      late: row.export.late,
      ...viewError(row.export.error),
    },
    import: { enabled: row.import.enabled, ...viewError(row.import.error) },
  };
}

function viewRunTimes(run: Run) {
  return {
    id: run.id,
    startedAt: isoTime(run.startedAtMs),
    finishedAt: isoTimeOrNull(run.finishedAtMs),
    outcome: run.outcome,
  };
}

export function viewRun(run: Run): z.input<typeof runAnswer> {
  const directions = run.directions.map(({ error, ...rest }) => ({ ...rest, ...viewError(error) }));
  return { ...viewRunTimes(run), directions };
}

/** `nameField` is what the provider calls the name of an event. */
export function viewEvent(row: EventSummary, nameField: string): EventAnswer {
  return {
    ...row.source,
    [nameField]: row.name,
    description: row.description,
    createdAt: isoTime(row.createdAtMs),
    imported: row.imported,
    rejected: row.rejected,
    completeThrough: isoTimeOrNull(row.completeThroughMs),
    ...viewError(row.error),
  };
}

export function viewSync(request: SyncRequest): z.input<typeof syncAnswer> {
  return {
    status: request.status,
    ...(request.runId !== null && { runId: request.runId }),
    ...(request.outcome !== null && { outcome: request.outcome }),
  };
}
