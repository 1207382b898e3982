// How the API shows runs, rejected records and sync requests.
import { z } from "@hono/zod-openapi";
import type { RejectedRecord, Run, SyncRequest } from "../../domain/run.ts";
import { asJsonValue } from "../rawJson.ts";
import { count, direction, errorState, isoTime, isoTimeOrNull, outcome, time, toErrorField } from "../responses.ts";

const runFields = {
  id: z.string().describe("The id of the run."),
  startedAt: time.describe("When the run started."),
  finishedAt: time.nullable().describe("When the run finished; null while it goes on."),
  outcome: outcome
    .nullable()
    .describe("`failed`: all directions failed. `partial`: a direction or an event did. Null while the run goes on."),
};

/** A run as its integration shows it. */
export const lastRunResponse = z.object(runFields);

export const runResponse = z
  .object({
    ...runFields,
    directions: z
      .array(
        z.object({
          direction: direction.describe("Which direction this is."),
          outcome: outcome.nullable().describe("Null while the direction goes on."),
          records: count.describe("How many records were sent or stored."),
          rejected: count.describe("How many records were rejected."),
          error: errorState.optional(),
          failedEvents: z.array(z.string()).optional().describe("The events that could not be imported."),
        }),
      )
      .describe("The directions that were enabled."),
  })
  .openapi("Run", {
    example: {
      id: "run_5d2c",
      startedAt: "2026-01-31T08:00:00.000Z",
      finishedAt: "2026-01-31T08:02:10.000Z",
      outcome: "succeeded",
      directions: [{ direction: "export", outcome: "succeeded", records: 1200, rejected: 0 }],
    },
  });

export const rejectedResponse = z
  .object({
    id: z.string().describe("The id of the rejection."),
    direction: direction.describe("Whether the record was to be exported or imported."),
    event: z.string().optional().describe("The event that the record was imported for."),
    reason: z.string().describe("Why the record was rejected."),
    record: z.unknown().openapi({ description: "The record as JSON; a string if its text is not JSON." }),
    at: time.describe("When the record was rejected."),
  })
  .openapi("RejectedRecord", {
    example: {
      id: "1042",
      direction: "import",
      event: "purchase",
      reason: "The row has no event UUID.",
      at: "2026-01-31T08:01:00.000Z",
      record: { event: "purchase", amount: 12.5 },
    },
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

/** As text, because parsing the record would cost digits of its numbers. */
export function toRejectedText({ id, direction: of, event, reason, record, atMs }: RejectedRecord): string {
  const head = JSON.stringify({ id, direction: of, event: event ?? undefined, reason, at: isoTime(atMs) });
  return `${head.slice(0, -1)},"record":${asJsonValue(record)}}`;
}

export function toSyncResponse({ status, runId, outcome: result }: SyncRequest): z.input<typeof syncResponse> {
  return { status, runId: runId ?? undefined, outcome: result ?? undefined };
}
