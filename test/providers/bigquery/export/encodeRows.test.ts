// Batches of an export: what is in the file, where they are cut, and what of them a second try finds the same.
import type { Bucket } from "../../../../src/domain/bucket.ts";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { readRowBatches, type RowBatch } from "../../../../src/providers/bigquery/export/encodeRows.ts";
import type { ExportJob } from "../../../../src/providers/connector.ts";
import { lastSeq, makeBuckets } from "../../../support/providers/contractSupport.ts";

function jobOf(buckets: Bucket[], change: Partial<ExportJob> = {}): ExportJob {
  return {
    afterSeq: 0,
    throughSeq: lastSeq(buckets) + 5,
    readBuckets: async (afterSeq, limit) => buckets.filter((bucket) => bucket.seq > afterSeq).slice(0, limit),
    signal: new AbortController().signal,
    heartbeat: () => undefined,
    ...change,
  };
}

async function read(job: ExportJob, maxRows: number): Promise<{ batches: RowBatch[]; error: unknown }> {
  const batches: RowBatch[] = [];
  try {
    for await (const batch of readRowBatches(job, maxRows)) batches.push(batch);
  } catch (error) {
    return { batches, error };
  }
  return { batches, error: undefined };
}

const linesOf = (batch: RowBatch): unknown[] =>
  gunzipSync(batch.file)
    .toString()
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as unknown);

test("a batch holds each bucket's latest time, cut by rows across pages", async () => {
  const buckets = makeBuckets(25_000);
  const { batches } = await read(jobOf(buckets), 20_000);
  expect(batches.map(({ rows, cursorSeq }) => [rows, cursorSeq])).toEqual([
    [20_000, 60_000],
    [5_000, 75_000],
  ]);
  expect(batches.flatMap(linesOf)).toEqual(
    buckets.map(({ aliasId, routeId, variantId, userId, timeMs }) => ({
      alias_id: aliasId,
      route_id: routeId,
      variant_id: variantId,
      user_id: userId,
      timestamp: new Date(timeMs).toISOString(),
    })),
  );
});

test("any ids and any time within the hour are what JSON and a Date say", async () => {
  const hourMs = Date.UTC(2026, 1, 28, 23);
  const text = fc.string({ unit: "grapheme", minLength: 1 });
  const bucket = fc.record({
    seq: fc.constant(1),
    aliasId: text,
    routeId: text,
    variantId: text,
    userId: text,
    hourMs: fc.constant(hourMs),
    sealedTimeMs: fc.constant(hourMs),
    timeMs: fc.integer({ min: hourMs, max: hourMs + 3_599_999 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(bucket, { minLength: 1, maxLength: 50 }), async (drawn) => {
      const buckets = drawn.map((one, i) => ({ ...one, seq: i + 1 }));
      const { batches } = await read(jobOf(buckets), 1_000);
      expect(batches.flatMap(linesOf)).toEqual(
        buckets.map(({ aliasId, routeId, variantId, userId, timeMs }) => ({
          alias_id: aliasId,
          route_id: routeId,
          variant_id: variantId,
          user_id: userId,
          timestamp: new Date(timeMs).toISOString(),
        })),
      );
    }),
  );
});

test("a batch is of whole pages and never above its rows", async () => {
  const { batches } = await read(jobOf(makeBuckets(25_000)), 12_000);
  expect(batches.map(({ rows }) => rows)).toEqual([10_000, 10_000, 5_000]);
});

test("the digest is that of rows and times, and of nothing else", async () => {
  const buckets = makeBuckets(50);
  const digestOf = async (changed: Bucket[]) => (await read(jobOf(changed), 100)).batches[0]?.digest;
  const digest = await digestOf(buckets);
  expect(digest).toMatch(/^[0-9a-f]{40}$/);
  expect(await digestOf(buckets.map((bucket) => ({ ...bucket, seq: bucket.seq + 1, sealedTimeMs: 1 })))).toBe(digest);
  expect(await digestOf(buckets.map((bucket) => ({ ...bucket, timeMs: bucket.timeMs - 1 })))).not.toBe(digest);
  expect(await digestOf(buckets.slice(1))).not.toBe(digest);
});

test("the days of a batch are those of its rows, in order and once each", async () => {
  const dayMs = 86_400_000;
  const buckets = makeBuckets(4).map((bucket, i) => ({
    ...bucket,
    hourMs: bucket.hourMs + [0, -80, 0, -1][i]! * dayMs,
  }));
  const [batch] = (await read(jobOf(buckets), 100)).batches;
  const today = Math.floor(buckets[0]!.hourMs / dayMs);
  expect(batch?.days).toEqual([today - 80, today - 1, today]);
});

test("buckets that are refused are in no file, and bounded in a batch", async () => {
  const buckets = makeBuckets(50_000);
  const old = new Set(buckets.slice(0, 45_000).map(({ userId }) => userId));
  const dated = buckets.map((bucket) => (old.has(bucket.userId) ? { ...bucket, hourMs: 0 } : bucket));
  const batches: RowBatch[] = [];
  for await (const batch of readRowBatches(jobOf(dated), 100_000, (hourMs) => (hourMs === 0 ? "too old" : null)))
    batches.push(batch);
  expect(batches.map(({ rows, rejected, cursorSeq }) => [rows, rejected.length, cursorSeq])).toEqual([
    [0, 20_000, 60_000],
    [0, 20_000, 120_000],
    [5_000, 5_000, 150_000],
  ]);
  expect(batches[2]?.rejected[0]).toEqual({ bucket: dated[40_000], reason: "too old" });
  expect(linesOf(batches[2]!)).toHaveLength(5_000);
  expect(batches[0]?.days).toEqual([]);
});

test("a later round has digests of its own, so that what was delivered before is delivered again", async () => {
  const digestOf = async (round: number) => (await read(jobOf(makeBuckets(5), { round }), 100)).batches[0]?.digest;
  const digests = await Promise.all([0, 1, 2].map(digestOf));
  expect(new Set(digests).size).toBe(3);
  expect(await digestOf(1)).toBe(digests[1]);
});

test("a batch of the longest ids is cut by its bytes", async () => {
  const long = "\u0001".repeat(255);
  const [bucket] = makeBuckets(1);
  const wide = Array.from({ length: 30_000 }, (_, i) => ({
    ...bucket!,
    seq: i + 1,
    aliasId: long,
    routeId: long,
    variantId: long,
    userId: long,
  }));
  const { batches } = await read(jobOf(wide), 1_000_000);
  expect(batches.map(({ rows }) => rows)).toEqual([20_000, 10_000]);
});

test("a read that fails comes after what was read before it", async () => {
  const buckets = makeBuckets(30);
  const job = jobOf(buckets, {
    readBuckets: async (afterSeq, limit) => {
      if (afterSeq >= 60) throw new Error("no buckets");
      return buckets.filter((bucket) => bucket.seq > afterSeq && bucket.seq <= 60).slice(0, limit);
    },
  });
  const { batches, error } = await read(job, 100);
  expect(error).toMatchObject({ message: "no buckets" });
  expect(batches.map(({ cursorSeq }) => cursorSeq)).toEqual([60]);
});

test("nothing to read is no batch, and being asked to stop ends it", async () => {
  expect(await read(jobOf([]), 100)).toEqual({ batches: [], error: undefined });
  const reason = new Error("stop");
  const { batches, error } = await read(jobOf(makeBuckets(5), { signal: AbortSignal.abort(reason) }), 100);
  expect([batches, error]).toEqual([[], reason]);
});
