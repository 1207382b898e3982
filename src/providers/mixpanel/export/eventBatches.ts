// Cuts the buckets of an export into batches that keep Mixpanel's limits: each batch is one request.
import type { Bucket, RejectedBucket } from "../../../domain/bucket.ts";
import { readBucketPages } from "../../bucketPages.ts";
import type { ExportJob } from "../../connector.ts";
import { type EncodedEvent, isBlockedDistinctId } from "./encodeEvent.ts";

const MAX_BATCH_EVENTS = 2_000;
/** Mixpanel's limit is 10 MB before compression. Its documents do not say whether a MB has 2^20 bytes. */
const MAX_BATCH_BYTES = 9_500_000;
const PAGE_BUCKETS = 10_000;

export interface EventBatch {
  events: EncodedEvent[];
  blocked: RejectedBucket[];
  /** All buckets up to this seq are in this batch or an earlier one. */
  cursorSeq: number;
}

export async function* readEventBatches(
  job: ExportJob,
  encode: (bucket: Bucket) => EncodedEvent,
): AsyncGenerator<EventBatch> {
  let batch: EventBatch = { events: [], blocked: [], cursorSeq: job.afterSeq };
  let bytes = 2;
  for await (const page of readBucketPages(job, PAGE_BUCKETS)) {
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
        batch.blocked.push({ bucket, reason: "distinct_id: Mixpanel accepts no events of a user with this id" });
      } else {
        batch.events.push(event);
        bytes += eventBytes;
      }
      batch.cursorSeq = bucket.seq;
    }
  }
  // Sequence numbers have gaps. After the last bucket the whole range is complete.
  yield { ...batch, cursorSeq: job.throughSeq };
}
