// Pages of buckets for an export, each read while the one before is worked on.
import type { Bucket } from "../domain/bucket.ts";
import type { ExportJob } from "./connector.ts";
import { prefetch } from "./prefetch.ts";

/** The buckets of the job in order of their sequence numbers, at most `limit` a page. */
export function readBucketPages(job: ExportJob, limit: number): AsyncGenerator<Bucket[], void> {
  return prefetch(readPages(job, limit));
}

async function* readPages(job: ExportJob, limit: number): AsyncGenerator<Bucket[], void> {
  let afterSeq = job.afterSeq;
  while (afterSeq < job.throughSeq) {
    job.signal.throwIfAborted();
    const page = await job.readBuckets(afterSeq, limit);
    job.heartbeat();
    const last = page.at(-1);
    if (last === undefined) return;
    afterSeq = last.seq;
    yield page;
  }
}
