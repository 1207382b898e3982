// Cuts the buckets of an export into requests that keep Mixpanel's limits, reading one page ahead.
import type { Bucket, RejectedBucket } from "../../../domain/bucket.ts";
import type { ExportJob } from "../../connector.ts";
import { isBlockedDistinctId } from "./encodeEvent.ts";
import type { EncodedEvent } from "./encodeEvent.ts";

const MAX_BATCH_EVENTS = 2_000;
/** Mixpanel's limit is 10 MB before compression; its documents do not say of which kind. */
const MAX_BATCH_BYTES = 9_500_000;
const PAGE_BUCKETS = 10_000;

export interface EventBatch {
  events: EncodedEvent[];
  /** Buckets of this stretch that Mixpanel would never take. */
  blocked: RejectedBucket[];
  /** Everything up to this seq is in this batch or an earlier one. */
  cursorSeq: number;
}

export async function* readEventBatches(
  job: ExportJob,
  encode: (bucket: Bucket) => EncodedEvent,
): AsyncGenerator<EventBatch> {
  let batch: EventBatch = { events: [], blocked: [], cursorSeq: job.afterSeq };
  let bytes = 2;
  for await (const page of readPages(job)) {
    for (const bucket of page) {
      const event = isBlockedDistinctId(bucket.userId) ? null : encode(bucket);
      const eventBytes = event === null ? 0 : Buffer.byteLength(event.text) + 1;
      const isFull = batch.events.length + batch.blocked.length >= MAX_BATCH_EVENTS;
      if (isFull || bytes + eventBytes > MAX_BATCH_BYTES) {
        yield batch;
        batch = { events: [], blocked: [], cursorSeq: batch.cursorSeq };
        bytes = 2;
      }
      if (event === null) {
        batch.blocked.push({
          bucket,
          reason: "distinct_id: Mixpanel takes no events of a user with this id",
        });
      } else {
        batch.events.push(event);
        bytes += eventBytes;
      }
      batch.cursorSeq = bucket.seq;
    }
  }
  // Sequence numbers have gaps: when nothing is left, the stretch is complete to its very end.
  yield { ...batch, cursorSeq: job.throughSeq };
}

async function* readPages(job: ExportJob): AsyncGenerator<Bucket[]> {
  let pending = readPage(job, job.afterSeq);
  for (;;) {
    const page = await pending;
    const last = page.at(-1);
    if (last === undefined) return;
    const isLast = last.seq >= job.throughSeq;
    if (!isLast) pending = readPage(job, last.seq);
    yield page;
    if (isLast) return;
  }
}

function readPage(job: ExportJob, afterSeq: number): Promise<Bucket[]> {
  const page = job.readBuckets(afterSeq, PAGE_BUCKETS);
  // A failure of the page ahead shows when it is awaited; if that never happens, it must not end the process.
  page.catch(() => undefined);
  return page;
}
