// How the API shows runs, rejected records and sync requests.
import { z } from "@hono/zod-openapi";
import type { RejectedPage, RejectedRecord, Run, SyncRequest } from "../../domain/run.ts";
import { asJsonValue, rawList } from "../rawJson.ts";
import {
  count,
  direction,
  errorState,
  isoTime,
  isoTimeOrNull,
  outcome,
  time,
  toErrorField,
  listOf,
} from "../responses.ts";

export const lastRunResponse = z.object({
  id: z.string().openapi({ description: "The id of the run.", example: "run_5d2c" }),
  startedAt: time.describe("When the run started."),
  finishedAt: time.nullable().describe("When the run finished; null while it goes on."),
  outcome: outcome
    .nullable()
    .describe(
      "`failed`: all directions failed. `partial`: a direction or an event did. `nothing_to_do`: nothing was " +
        "enabled, or the import has no events. Null while the run goes on.",
    ),
});

const directionOfRun = z.object({
  direction: direction.describe("Which direction this is."),
  outcome: outcome.nullable().describe("Null while the direction goes on."),
  records: count.openapi({ description: "How many records were sent or stored.", example: 1200 }),
  rejected: count.openapi({ description: "How many records were rejected.", example: 0 }),
  estimatedBytes: count.optional().openapi({
    description:
      "What the provider reckoned that reading scans, known before rows are read. Absent if it does not say that.",
    example: 52428800,
  }),
  error: errorState.optional(),
  failedEvents: z.array(z.string()).optional().describe("The events that could not be imported."),
});
export const runResponse = lastRunResponse
  .extend({ directions: z.array(directionOfRun).describe("The directions that were enabled.") })
  .openapi("Run");

export const rejectedResponse = z
  .object({
    id: z.string().openapi({ description: "The id of the rejection.", example: "1042" }),
    direction: direction.openapi({ description: "Whether it was to be exported or imported.", example: "import" }),
    event: z.string().optional().openapi({ description: "The event that it was imported for.", example: "purchase" }),
    reason: z.string().openapi({ description: "Why it was rejected.", example: "The row has no event UUID." }),
    record: z.unknown().openapi({
      description: "The record as JSON; a string if its text is not JSON.",
      example: { event: "purchase", amount: 12.5 },
    }),
    at: time.describe("When the record was rejected."),
  })
  .openapi("RejectedRecord");

const rejectedCount = z
  .object({
    direction: direction.describe("Whether the records were to be exported or imported."),
    event: z
      .string()
      .optional()
      .openapi({ description: "The event that they were imported for.", example: "purchase" }),
    reason: z.string().openapi({ description: "Why they were rejected.", example: "The row has no event UUID." }),
    count: count.openapi({ description: "How many records were rejected for it.", example: 3 }),
  })
  .openapi("RejectedCount");

export const rejectedList = listOf("rejected", rejectedResponse).extend({
  counts: z
    .array(rejectedCount)
    .describe(
      "All rejected records by reason, whatever the page. The counts are exact, also where a sample is listed.",
    ),
});

export const requestResponse = z
  .object({ requestId: z.string().describe("Asks `getSyncRequest` how far the request is.") })
  .openapi("Requested", { example: { requestId: "req_7f3a" } });

export const syncResponse = z
  .object({
    status: z.enum(["queued", "running", "done"]).describe("How far the request is."),
    runId: z.string().optional().describe("The run that serves the request, once it started."),
    outcome: outcome.optional().describe("The outcome of that run, once it finished."),
  })
  .openapi("SyncRequest", { example: { status: "done", runId: "run_5d2c", outcome: "succeeded" } });

export function toLastRun({ id, startedAtMs, finishedAtMs, outcome: result }: Run) {
  return { id, startedAt: isoTime(startedAtMs), finishedAt: isoTimeOrNull(finishedAtMs), outcome: result };
}

export function toRunResponse(run: Run): z.input<typeof runResponse> {
  const directions = run.directions.map(({ error, ...rest }) => ({ ...rest, ...toErrorField(error) }));
  return { ...toLastRun(run), directions };
}

/** As text, because parsing the records would lose digits of their numbers. */
export function toRejectedListText({ items, counts, next }: RejectedPage): string {
  const listed = counts.map(({ event, ...rest }) => ({ ...rest, event: event ?? undefined }));
  const list = rawList("rejected", items.map(toRejectedText), next);
  return `${list.slice(0, -1)},"counts":${JSON.stringify(listed)}}`;
}

function toRejectedText({ id, direction: of, event, reason, record, atMs }: RejectedRecord): string {
  const head = JSON.stringify({ id, direction: of, event: event ?? undefined, reason, at: isoTime(atMs) });
  return `${head.slice(0, -1)},"record":${asJsonValue(record)}}`;
}

export function toSyncResponse({ status, runId, outcome: result }: SyncRequest): z.input<typeof syncResponse> {
  return { status, runId: runId ?? undefined, outcome: result ?? undefined };
}
