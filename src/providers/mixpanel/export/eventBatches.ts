// Cuts the buckets of an export into batches that keep Mixpanel's limits: each batch is one request.
import type { Bucket } from "../../../domain/bucket.ts";
import { readBucketPages } from "../../bucketPages.ts";
import type { ExportJob } from "../../connector.ts";
import type { EncodedEvent } from "./encodeEvent.ts";

const MAX_BATCH_EVENTS = 2_000;
/** Mixpanel's limit is 10 MB before compression. Its documents do not say whether a MB has 2^20 bytes. */
const MAX_BATCH_BYTES = 9_500_000;
const PAGE_BUCKETS = 10_000;

export interface EventBatch {
  events: EncodedEvent[];
  /** All buckets up to this seq are in this batch or an earlier one. */
  cursorSeq: number;
}

export async function* readEventBatches(
  job: ExportJob,
  encode: (bucket: Bucket) => EncodedEvent,
): AsyncGenerator<EventBatch> {
  let batch: EventBatch = { events: [], cursorSeq: job.afterSeq };
  let bytes = 2;
  for await (const page of readBucketPages(job, PAGE_BUCKETS)) {
    for (const bucket of page) {
      const event = encode(bucket);
      const eventBytes = Buffer.byteLength(event.text) + 1;
      if (batch.events.length >= MAX_BATCH_EVENTS || bytes + eventBytes > MAX_BATCH_BYTES) {
        yield batch;
        batch = { events: [], cursorSeq: batch.cursorSeq };
        bytes = 2;
      }
      batch.events.push(event);
      bytes += eventBytes;
      batch.cursorSeq = bucket.seq;
    }
  }
  // Sequence numbers have gaps. After the last bucket the whole range is complete.
  yield { ...batch, cursorSeq: job.throughSeq };
}
