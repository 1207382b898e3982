// Cuts the buckets of an export into batches, each a gzipped file of JSON lines as load jobs take it.
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createGzip } from "node:zlib";
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

/** Ends with the failure of a read, after what was read before it. */
export async function* readBatches(job: ExportJob, maxRows: number): AsyncGenerator<Batch> {
  let writer = createWriter();
  let cursorSeq = job.afterSeq;
  let failure: { error: unknown } | null = null;
  try {
    while (failure === null) {
      job.signal.throwIfAborted();
      const next = await readPage(job, cursorSeq, Math.min(PAGE_BUCKETS, maxRows - writer.rows()));
      if ("error" in next) failure = next;
      else if (next.cursorSeq === null) break;
      else {
        cursorSeq = next.cursorSeq;
        await writer.add(next.page);
        if (writer.rows() < maxRows && writer.bytes() < MAX_BATCH_BYTES) continue;
        yield await writer.end(cursorSeq);
        writer = createWriter();
      }
    }
    if (writer.rows() > 0) yield await writer.end(cursorSeq);
  } finally {
    writer.drop();
  }
  if (failure !== null) throw failure.error;
}

type Page = { page: Bucket[]; cursorSeq: number | null } | { error: unknown };

/** A failure to read takes its place in the line: what came before it still counts. */
async function readPage(job: ExportJob, afterSeq: number, limit: number): Promise<Page> {
  try {
    const page = await job.readBuckets(afterSeq, limit);
    job.heartbeat();
    return { page, cursorSeq: page.at(-1)?.seq ?? null };
  } catch (error) {
    return { error };
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
