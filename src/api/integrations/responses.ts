// How the API shows integrations and events: the fields that all providers share, and responses made from rows.
import { z } from "@hono/zod-openapi";
import { workflowIdOf } from "../../client/index.ts";
import { ARRIVAL_AGE_HOURS } from "../../domain/arrivals.ts";
import type { EventSummary } from "../../domain/event.ts";
import type { Integration } from "../../domain/integration.ts";
import { OWNERSHIP_STATUSES } from "../../domain/ownership.ts";
import { eventWarnings, integrationWarnings, type LastTest } from "../../domain/warnings.ts";
import { count, errorState, isoTime, isoTimeOrNull, time, toErrorField, warnings } from "../responses.ts";
import { lastRunResponse, toLastRun } from "../runs/responses.ts";

const HOUR_MS = 3_600_000;

const doing = z.string().nullable().optional().openapi({
  description: "What the direction does, while a run goes on. Null if the workflow does not answer. Absent in lists.",
  example: "delivering buckets 1 to 1000 of 5000",
});

export const testSteps = z
  .array(
    z.object({
      name: z.string().describe("What was checked."),
      ok: z.boolean().describe("Whether it succeeded."),
      message: z
        .string()
        .optional()
        .describe("What is wrong and what to do about it; of a step that is ok, a warning, or why it was not tested."),
      warning: z.literal(true).optional().describe("Set if the step is ok and its message is a warning."),
    }),
  )
  .describe("The steps in order, up to the one after which no other makes sense.");

const lastTest = z.object({
  at: time.describe("When the connection was tested."),
  ok: z.boolean().describe("Whether all steps succeeded."),
  steps: testSteps,
});

const ownership = z
  .object({
    status: z.enum(OWNERSHIP_STATUSES).openapi({
      description:
        "`proven`: the account's description holds the code. `claimed`: this workspace was the first that could use " +
        "the account. `elsewhere`: another workspace holds it, so nothing of it is read or written. `unproven`: " +
        "no workspace is known to hold it.",
      example: "claimed",
    }),
    code: z.string().openapi({
      description: "Written into the account's description as `crosscurrent:<code>`, it proves whose the account is.",
      example: "7h2k9m4pqx3w5t8z",
    }),
  })
  .describe("Whose the account is that the sync acts as, if the provider has such.");

const completeThrough = time.nullable().describe("Everything before this time is synced. Null if nothing is.");

/** The settings of its provider stand beside these fields. */
export const integrationFields = z.object({
  id: z.string().openapi({ description: "The id of the integration.", example: "int_8ca58d2699" }),
  importFrom: z.string().openapi({ description: "The first day that is imported.", example: "2026-01-31" }),
  importCost: z.string().nullable().openapi({
    description: "What the first import of an event costs at the provider. Null if it is not limited.",
    example: null,
  }),
  createdAt: time.describe("When the integration was created."),
  status: z.enum(["idle", "syncing", "paused", "attention"]).openapi({
    description: "`attention` means that an error waits for the owner of the project.",
    example: "idle",
  }),
  overdue: z.boolean().openapi({
    description: "Whether a run should have started some time ago, or no worker goes on with the run.",
    example: false,
  }),
  nextRunAt: time.nullable().describe("When the next run starts. Null if none is planned."),
  workflowId: z.string().openapi({ description: "The id of the workflow.", example: "integration-int_8ca58d2699" }),
  temporalUrl: z.string().nullable().openapi({
    description: "The page of the workflow in Temporal's UI. Null if the operator does not say where that is.",
    example: null,
  }),
  lastRun: lastRunResponse.nullable().describe("The run that started last. Null before the first."),
  lastTest: lastTest.nullable().openapi({
    description: "The last connection test. Null if there was none since settings or credentials were changed.",
    example: null,
  }),
  projectFixed: z.boolean().openapi({
    description: "Whether rows were sent or stored, so that the fields that identify the project cannot be changed.",
    example: true,
  }),
  ownership: ownership.optional(),
  warnings,
  export: z
    .object({
      enabled: z.boolean().openapi({ description: "Whether exposures are exported.", example: true }),
      usage: z.boolean().openapi({
        description: "Whether exposures go with the tokens, cost and times of their calls.",
        example: false,
      }),
      completeThrough,
      sent: count.openapi({
        description: "Buckets that were delivered. Those that are to be sent again count as pending until they are.",
        example: 4000,
      }),
      rejected: count.openapi({ description: "Buckets that the provider rejected.", example: 0 }),
      pending: count.openapi({ description: "Sealed buckets that are not delivered yet.", example: 1000 }),
      late: count.openapi({ description: "Buckets with exposures that arrived after they were sealed.", example: 0 }),
      doing,
      error: errorState.optional(),
    })
    .describe("Exposures to the provider."),
  import: z
    .object({
      enabled: z.boolean().openapi({ description: "Whether events are imported.", example: true }),
      doing,
      error: errorState.optional(),
    })
    .describe("Events from the provider."),
});

export type IntegrationResponse = z.input<typeof integrationFields> & { provider: string };

const gapResponse = z
  .object({
    from: z.string().openapi({ format: "date", description: "The first day of the gap.", example: "2026-01-05" }),
    to: z.string().openapi({ format: "date", description: "The last day of the gap.", example: "2026-01-05" }),
    ...errorState.shape,
  })
  .openapi("Gap", {
    example: {
      from: "2026-01-05",
      to: "2026-01-05",
      kind: "transient",
      message: "The provider failed at the export of events (status 500).",
      since: "2026-01-31T08:00:00.000Z",
    },
  });

/** The event's name, and its source at the provider, stand beside these fields. */
export const eventFields = z.object({
  description: z.string().nullable().openapi({ description: "Free text for people.", example: "Paid orders" }),
  createdAt: time.describe("When the event was added."),
  imported: count.openapi({ description: "Records that were imported.", example: 1200 }),
  rejected: count.openapi({ description: "Records that were rejected.", example: 0 }),
  completeThrough,
  gaps: z.array(gapResponse).describe("Days that cannot be read now. Each run tries them again."),
  arrivalAges: z
    .array(
      z.object({
        belowHours: z.number().nullable().describe("The rows were younger than this. Null: older than all others."),
        count: count.describe("How many rows."),
      }),
    )
    .openapi({
      description:
        "How old new rows were when the run that first saw them began, without the first import and days that were " +
        "read again. Each group begins where the one before ends. Empty before the first such row.",
      example: [
        { belowHours: 1, count: 120 },
        { belowHours: null, count: 0 },
      ],
    }),
  reading: z
    .object({
      lookbackHours: z.number().nullable().describe("How long after its time a row may arrive. Null: not limited."),
      runBytes: count.nullable().describe("What reading in the last run scans. Events of one table are read together."),
      sourceBytes: count.nullable().describe("The size of the whole table."),
    })
    .openapi({
      description: "What runs read of the event's source. Values are null if they are not known.",
      example: { lookbackHours: 72, runBytes: 52428800, sourceBytes: 1073741824 },
    }),
  warnings,
  error: errorState.optional(),
});

export type EventResponse = z.input<typeof eventFields>;

const NOT_SAID = { temporalUrl: null, importCost: null };

/** `temporalUrl` is the page of its workflow in Temporal's UI, if there is one. The secret is not part of a row. */
export function toIntegrationResponse(
  row: Integration,
  { temporalUrl, importCost }: { temporalUrl: string | null; importCost: string | null } = NOT_SAID,
): IntegrationResponse {
  const { lastRun } = row;
  const facts = { ...row, hasRun: lastRun !== null };
  const { enabled, usage, sent, rejected, pending, late, completeThroughMs, error } = row.export;
  return {
    ...row.settings,
    id: row.id,
    provider: row.provider,
    importFrom: row.importFrom,
    importCost,
    createdAt: isoTime(row.createdAtMs),
    status: row.status,
    overdue: row.overdue,
    nextRunAt: isoTimeOrNull(row.nextRunAtMs),
    workflowId: workflowIdOf(row.id),
    temporalUrl,
    lastRun: lastRun && toLastRun(lastRun),
    lastTest: row.lastTest && toLastTest(row.lastTest),
    projectFixed: row.projectFixed,
    ...(row.ownership && { ownership: { status: row.ownership.status, code: row.ownership.code } }),
    warnings: integrationWarnings(facts),
    export: {
      enabled,
      usage,
      completeThrough: isoTimeOrNull(completeThroughMs),
      sent,
      rejected,
      pending,
      late,
      ...toErrorField(error),
    },
    import: { enabled: row.import.enabled, ...toErrorField(row.import.error) },
  };
}

function toLastTest({ atMs, ok, steps }: LastTest): z.input<typeof lastTest> {
  return { at: isoTime(atMs), ok, steps };
}

/** `nameField` is what the provider calls the name of an event. */
export function toEventResponse(row: EventSummary, nameField: string): EventResponse {
  return {
    ...row.source,
    [nameField]: row.name,
    description: row.description,
    createdAt: isoTime(row.createdAtMs),
    imported: row.imported,
    rejected: row.rejected,
    completeThrough: isoTimeOrNull(row.completeThroughMs),
    gaps: row.gaps.map(({ fromDay, toDay, error: { kind, message, sinceMs } }) => ({
      from: fromDay,
      to: toDay,
      kind,
      message,
      since: isoTime(sinceMs),
    })),
    arrivalAges: row.arrivalAges.map((of, i) => ({ belowHours: ARRIVAL_AGE_HOURS[i] ?? null, count: of })),
    reading: {
      lookbackHours: row.lookbackMs === null ? null : row.lookbackMs / HOUR_MS,
      runBytes: row.runBytes,
      sourceBytes: row.sourceBytes,
    },
    warnings: eventWarnings(row),
    ...toErrorField(row.error),
  };
}
