// Cuts the buckets of an export into batches, each a gzipped file of JSON lines as load jobs take it.
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createGzip } from "node:zlib";
import { oneAhead } from "../ahead.ts";
import type { Bucket, ExportJob } from "../connector.ts";

/** Of JSON before compression: bounds the memory of a batch of the longest ids. */
const MAX_BATCH_BYTES = 96 * 1024 * 1024;
const PAGE_BUCKETS = 10_000;

export interface Batch {
  /** gzip */
  file: Buffer;
  /** Of the lines: the same buckets with the same times have the same. */
  digest: string;
  rows: number;
  cursorSeq: number;
  /** Of the buckets, the first hour and the last, epoch ms. */
  firstHourMs: number;
  lastHourMs: number;
}

/** Of whole pages, and so of at most `maxRows`. Ends with the failure of a read, after what was read before it. */
export async function* readBatches(job: ExportJob, maxRows: number): AsyncGenerator<Batch> {
  const pageRows = Math.min(PAGE_BUCKETS, maxRows);
  const pages = oneAhead(readPages(job, pageRows));
  let writer = createWriter();
  let cursorSeq = job.afterSeq;
  let failure: { error: unknown } | null = null;
  try {
    for (;;) {
      const next = await pages.next().catch((error: unknown) => ({ error }));
      if ("error" in next) failure = next;
      if ("error" in next || next.done === true) break;
      cursorSeq = next.value.at(-1)?.seq ?? cursorSeq;
      await writer.add(next.value);
      if (writer.rows() + pageRows <= maxRows && writer.bytes() < MAX_BATCH_BYTES) continue;
      yield await writer.end(cursorSeq);
      writer = createWriter();
    }
    if (writer.rows() > 0) yield await writer.end(cursorSeq);
  } finally {
    writer.drop();
    await pages.return();
  }
  if (failure !== null) throw failure.error;
}

async function* readPages(job: ExportJob, pageRows: number): AsyncGenerator<Bucket[]> {
  let afterSeq = job.afterSeq;
  for (;;) {
    job.signal.throwIfAborted();
    const page = await job.readBuckets(afterSeq, pageRows);
    job.heartbeat();
    const last = page.at(-1);
    if (last === undefined) return;
    afterSeq = last.seq;
    yield page;
  }
}

function createWriter() {
  // Level 4: twice as fast as the usual 6 for some percent more bytes.
  const gzip = createGzip({ level: 4, chunkSize: 256 * 1024 });
  const digest = createHash("sha256");
  const pieces: Buffer[] = [];
  gzip.on("data", (piece: Buffer) => pieces.push(piece));
  let rows = 0;
  let bytes = 0;
  let firstHourMs = Infinity;
  let lastHourMs = -Infinity;
  return {
    rows: () => rows,
    bytes: () => bytes,
    add: async (buckets: Bucket[]) => {
      const text = Buffer.from(buckets.map(lineOf).join(""));
      for (const { hourMs } of buckets) {
        firstHourMs = Math.min(firstHourMs, hourMs);
        lastHourMs = Math.max(lastHourMs, hourMs);
      }
      rows += buckets.length;
      bytes += text.length;
      digest.update(text);
      if (!gzip.write(text)) await once(gzip, "drain");
    },
    end: async (cursorSeq: number): Promise<Batch> => {
      gzip.end();
      await once(gzip, "end");
      const file = Buffer.concat(pieces);
      return { file, digest: digest.digest("hex").slice(0, 40), rows, cursorSeq, firstHourMs, lastHourMs };
    },
    drop: () => {
      gzip.destroy();
    },
  };
}

/** The latest exposure, late ones included: the row of a bucket follows it. */
function lineOf({ aliasId, routeId, variantId, userId, timeMs }: Bucket): string {
  const timestamp = new Date(timeMs).toISOString();
  return `${JSON.stringify({ alias_id: aliasId, route_id: routeId, variant_id: variantId, user_id: userId, timestamp })}\n`;
}
