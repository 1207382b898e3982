// The export direction: several batches under way at once, progress told only for what is delivered without a gap.
import type { RejectedBucket } from "../../../domain/bucket.ts";
import type { Connection } from "../../../domain/connection.ts";
import type { ExportJob, ExportProgress } from "../../connector.ts";
import { withHeartbeat } from "../../http.ts";
import type { Backoff } from "../backoff.ts";
import { readEventBatches } from "./eventBatches.ts";
import type { EventBatch } from "./eventBatches.ts";
import { deliverBatch } from "./deliverBatch.ts";
import { createEncoder } from "./encodeEvent.ts";
import { createSender } from "./importRequest.ts";
import type { SendEvents } from "./importRequest.ts";
import type { MixpanelContext } from "../options.ts";

const MAX_REQUESTS_IN_FLIGHT = 8;

/** One batch on its way; its outcome is a value, so that a failure waits for its turn. */
interface Flight {
  outcome: Promise<Outcome>;
  landed: Outcome | undefined;
}
type Outcome = { progress: ExportProgress } | { error: unknown };

export async function* exportBuckets(
  context: MixpanelContext,
  connection: Connection,
  job: ExportJob,
  backoff: Backoff,
): AsyncGenerator<ExportProgress> {
  const stop = new AbortController();
  const signal = AbortSignal.any([job.signal, stop.signal]);
  const { exportEventName } = context.options;
  const send = createSender(context, connection, backoff, signal);
  const batches = readEventBatches(job, createEncoder(exportEventName, connection.workspaceId));
  const flights: Flight[] = [];
  let isReading = true;
  try {
    for (;;) {
      while (isReading && flights.length < MAX_REQUESTS_IN_FLIGHT && !flights.some(hasFailed)) {
        const next = await nextBatch(batches);
        if (next === null) isReading = false;
        else flights.push(launch(next, send, exportEventName));
      }
      const head = flights.shift();
      if (head === undefined) return;
      const outcome = await withHeartbeat(() => job.heartbeat(), head.outcome);
      // Being asked to stop wins over the failures that stopping causes.
      if ("error" in outcome) throw job.signal.aborted ? job.signal.reason : outcome.error;
      const progress = outcome.progress;
      for (let landed = landedProgress(flights[0]); landed !== null; landed = landedProgress(flights[0])) {
        progress.sent += landed.sent;
        progress.rejected.push(...landed.rejected);
        progress.cursorSeq = landed.cursorSeq;
        flights.shift();
      }
      yield progress;
    }
  } finally {
    stop.abort();
    await Promise.all(flights.map((flight) => flight.outcome));
  }
}

type NextBatch = { batch: EventBatch } | { error: unknown };

/** A failure to read buckets takes its place in the line: what was sent before it still counts. */
async function nextBatch(batches: AsyncGenerator<EventBatch>): Promise<NextBatch | null> {
  try {
    const next = await batches.next();
    return next.done === true ? null : { batch: next.value };
  } catch (error) {
    return { error };
  }
}

function launch(next: NextBatch, send: SendEvents, eventName: string): Flight {
  const flight: Flight = { outcome: fly(next, send, eventName), landed: undefined };
  void flight.outcome.then((outcome) => {
    flight.landed = outcome;
  });
  return flight;
}

async function fly(next: NextBatch, send: SendEvents, eventName: string): Promise<Outcome> {
  if ("error" in next) return next;
  const { events, blocked, cursorSeq } = next.batch;
  try {
    const rejected: RejectedBucket[] = [...blocked, ...(await deliverBatch(send, events, eventName))];
    return {
      progress: { cursorSeq, sent: events.length + blocked.length - rejected.length, rejected },
    };
  } catch (error) {
    return { error };
  }
}

function hasFailed(flight: Flight): boolean {
  return flight.landed !== undefined && "error" in flight.landed;
}

function landedProgress(flight: Flight | undefined): ExportProgress | null {
  return flight?.landed !== undefined && "progress" in flight.landed ? flight.landed.progress : null;
}
