// The export direction: sends several batches at once and reports progress in their order, without gaps.
import type { Connection } from "../../../domain/connection.ts";
import type { ExportJob, ExportProgress } from "../../connector.ts";
import { withHeartbeat } from "../../http.ts";
import type { MixpanelContext } from "../options.ts";
import { deliverBatch } from "./deliverBatch.ts";
import { createEncoder } from "./encodeEvent.ts";
import { type EventBatch, readEventBatches } from "./eventBatches.ts";
import { createSender } from "./importRequest.ts";

const MAX_REQUESTS_IN_FLIGHT = 8;

type Outcome = PromiseSettledResult<ExportProgress>;

/** The outcome is a value, so that an error is thrown only after the batches before it are reported. */
interface InFlight {
  outcome: Promise<Outcome>;
  settled: Outcome | null;
}

export async function* exportBuckets(
  context: MixpanelContext,
  connection: Connection,
  job: ExportJob,
): AsyncGenerator<ExportProgress> {
  const stop = new AbortController();
  const signal = AbortSignal.any([job.signal, stop.signal]);
  const { exportEventName } = context.options;
  const send = createSender({ context, connection, signal });
  const batches = readEventBatches(job, createEncoder(exportEventName, connection.workspaceId));
  const deliver = async ({ events, cursorSeq }: EventBatch): Promise<ExportProgress> => {
    const rejected = await deliverBatch(send, events, exportEventName, job.isResend);
    return { cursorSeq, sent: events.length - rejected.length, rejected };
  };
  const inFlight: InFlight[] = [];
  let isReading = true;
  try {
    for (;;) {
      while (isReading && inFlight.length < MAX_REQUESTS_IN_FLIGHT && !inFlight.some(hasFailed)) {
        const next = await sendNext(batches, deliver);
        if (next === null) isReading = false;
        else inFlight.push(next);
      }
      const first = inFlight.shift();
      if (first === undefined) return;
      const outcome = await withHeartbeat(() => job.heartbeat(), first.outcome);
      // The abort's reason comes before the errors that the abort causes.
      if (outcome.status === "rejected") throw job.signal.aborted ? job.signal.reason : outcome.reason;
      const progress = outcome.value;
      for (let next = inFlight[0]?.settled; next?.status === "fulfilled"; next = inFlight[0]?.settled) {
        progress.sent += next.value.sent;
        progress.rejected.push(...next.value.rejected);
        progress.cursorSeq = next.value.cursorSeq;
        inFlight.shift();
      }
      yield progress;
    }
  } finally {
    stop.abort();
    await Promise.all(inFlight.map(({ outcome }) => outcome));
  }
}

/** Returns null if no batch is left. A read error is an outcome too, because the batches before it still count. */
async function sendNext(
  batches: AsyncGenerator<EventBatch>,
  deliver: (batch: EventBatch) => Promise<ExportProgress>,
): Promise<InFlight | null> {
  try {
    const next = await batches.next();
    return next.done === true ? null : track(deliver(next.value));
  } catch (error) {
    return track(Promise.reject(error));
  }
}

function track(delivery: Promise<ExportProgress>): InFlight {
  const outcome = Promise.allSettled([delivery]).then(([settled]) => settled);
  const request: InFlight = { outcome, settled: null };
  void outcome.then((settled) => {
    request.settled = settled;
  });
  return request;
}

const hasFailed = ({ settled }: InFlight): boolean => settled?.status === "rejected";
