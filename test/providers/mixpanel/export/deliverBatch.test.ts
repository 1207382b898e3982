// Which events of a batch are delivered and which are rejected for good, and how many requests it costs to find out.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Bucket } from "../../../../src/domain/bucket.ts";
import { deliverBatch } from "../../../../src/providers/mixpanel/export/deliverBatch.ts";
import { createEncoder, type EncodedEvent } from "../../../../src/providers/mixpanel/export/encodeEvent.ts";
import { type ImportResponse, parseImportResponse } from "../../../../src/providers/mixpanel/export/importResponse.ts";
import { bucketOf } from "../../../support/providers/mixpanel.ts";

function eventsOf(count: number, change: (seq: number) => Partial<Bucket> = () => ({})): EncodedEvent[] {
  const encode = createEncoder("E", "w");
  return Array.from({ length: count }, (_, i) => encode(bucketOf(i + 1, change(i + 1))));
}

function respond(status: number, body: object | string, events: EncodedEvent[]): ImportResponse {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const response = parseImportResponse(status, text, events.length);
  if (response === null) throw new Error("names no event");
  return response;
}

interface Refusing {
  /** Events that are named as failed records. */
  named?: (bucket: Bucket) => boolean;
  /** Events that are accepted and not stored. */
  dropped?: (bucket: Bucket) => boolean;
  maxEvents?: number;
  /** Changes the count that an answer gives. */
  miscount?: (stored: number, request: number) => number;
}

function mixpanel({ named = () => false, dropped = () => false, maxEvents = 2_000, miscount = (n) => n }: Refusing) {
  const stored = new Set<number>();
  let requests = 0;
  const send = async (events: EncodedEvent[]) => {
    requests++;
    if (events.length > maxEvents) return respond(413, "request exceeds max limit of 2097152 bytes", events);
    const failed = [...events.entries()].filter(([, { bucket }]) => named(bucket));
    const kept = events.filter(({ bucket }) => !named(bucket) && !dropped(bucket));
    for (const { bucket } of kept) stored.add(bucket.seq);
    const num_records_imported = miscount(kept.length, requests);
    if (failed.length === 0) return respond(200, { num_records_imported }, events);
    const failed_records = failed.map(([index, { bucket }]) => ({ index, field: "f", message: `no ${bucket.seq}` }));
    return respond(400, { error: "x", failed_records, num_records_imported }, events);
  };
  return { send, stored, requests: () => requests };
}

const seqsOf = (rejected: { bucket: Bucket }[]) => rejected.map(({ bucket }) => bucket.seq).toSorted((a, b) => a - b);

test("finds exactly the events that Mixpanel names, drops or gets in too large a request", async () => {
  const picks = (max: number) => fc.uniqueArray(fc.integer({ min: 1, max }), { maxLength: 40 });
  const sizes = fc.record({ count: fc.integer({ min: 2, max: 200 }), maxEvents: fc.integer({ min: 1, max: 200 }) });
  await fc.assert(
    fc.asyncProperty(sizes, picks(200), picks(200), async ({ count, maxEvents }, failing, missing) => {
      const named = new Set(failing);
      const dropped = new Set(missing);
      const isBad = (seq: number) => named.has(seq) || dropped.has(seq);
      const bad = Array.from({ length: count }, (_, i) => i + 1).filter(isBad);
      fc.pre(bad.length < count);
      const server = mixpanel({
        named: ({ seq }) => named.has(seq),
        dropped: ({ seq }) => dropped.has(seq),
        maxEvents,
      });
      expect(seqsOf(await deliverBatch(server.send, eventsOf(count), "E"))).toEqual(bad);
      expect(server.stored.size).toBe(count - bad.length);
    }),
  );
});

test("names field and message of a failed record", async () => {
  const rejected = await deliverBatch(mixpanel({ named: ({ seq }) => seq === 2 }).send, eventsOf(3), "E");
  expect(rejected).toMatchObject([{ bucket: { seq: 2 }, reason: "f: no 2" }]);
});

describe("the requests that it costs to isolate", () => {
  test.each([
    ["one of 2,000", ({ seq }: Bucket) => seq === 1_234, 12],
    ["one variant of 20", ({ variantId }: Bucket) => variantId === "v7", 25],
    ["half of the variants", ({ variantId }: Bucket) => variantId.startsWith("v1"), 30],
    ["one router of 2", ({ aliasId }: Bucket) => aliasId === "alias-1", 14],
  ])("events that a filter drops together, %s", async (_what, dropped, atMost) => {
    const events = eventsOf(2_000, (seq) => ({ variantId: `v${seq % 20}`, aliasId: `alias-${seq % 2}` }));
    const server = mixpanel({ dropped });
    const bad = events.map(({ bucket }) => bucket).filter(dropped);
    expect(seqsOf(await deliverBatch(server.send, events, "E"))).toEqual(bad.map(({ seq }) => seq));
    expect(server.requests()).toBeLessThanOrEqual(atMost);
  });

  test("a random half: at most 1.5 requests for each rejected event", async () => {
    let state = 42;
    const random = () => (state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff) / 0x7fffffff;
    const half = new Set(Array.from({ length: 2_000 }, (_, i) => i + 1).filter(() => random() < 0.5));
    const server = mixpanel({ dropped: ({ seq }) => half.has(seq) });
    expect(await deliverBatch(server.send, eventsOf(2_000), "E")).toHaveLength(half.size);
    expect(server.requests()).toBeLessThanOrEqual(1.5 * half.size);
  });
});

test("counts that cannot be true are not relied on: the other half is sent", async () => {
  const server = mixpanel({ dropped: ({ seq }) => seq === 3, miscount: (stored, i) => (i === 1 ? 1 : stored) });
  expect(seqsOf(await deliverBatch(server.send, eventsOf(8), "E"))).toEqual([3]);
});

test("a project that drops everything fails the direction after one request, and rejects no event", async () => {
  const server = mixpanel({ dropped: () => true });
  await expect(deliverBatch(server.send, eventsOf(2_000), "E")).rejects.toMatchObject({ kind: "schema" });
  expect(server.requests()).toBe(1);
});

test("a single event that is accepted and not stored is rejected", async () => {
  const rejected = await deliverBatch(mixpanel({ dropped: () => true }).send, eventsOf(1), "E");
  expect(rejected).toMatchObject([{ bucket: { seq: 1 }, reason: expect.stringContaining("drop filter") }]);
});

test("a single event that is too large fails the request", async () => {
  const sending = deliverBatch(mixpanel({ maxEvents: 0 }).send, eventsOf(1), "E");
  await expect(sending).rejects.toMatchObject({ kind: "schema", message: expect.stringContaining("413") });
});

test("the rest is sent again if an entry names no event", async () => {
  let calls = 0;
  const send = async (events: EncodedEvent[]) => {
    calls++;
    if (calls > 1) return respond(200, { num_records_imported: events.length }, events);
    const failed_records = [{ index: 1, message: "bad" }, { index: 99, message: "?" }, "text"];
    return respond(400, { failed_records, num_records_imported: 1 }, events);
  };
  expect(await deliverBatch(send, eventsOf(4), "E")).toMatchObject([{ bucket: { seq: 2 } }]);
  expect(calls).toBe(2);
});

test("a 200 that does not say how many events were stored is not understood", () => {
  for (const body of ["1", "", "<html>", '{"status":"OK"}', '{"num_records_imported":"3"}']) {
    expect(parseImportResponse(200, body, 3)).toBeNull();
  }
  const accepted = '{"code":200,"error":null,"num_records_imported":3,"status":1}';
  expect(parseImportResponse(200, accepted, 3)).toEqual({ kind: "accepted", stored: 3 });
});

describe("a project that drops all events", () => {
  const dropsAll = { dropped: () => true };

  test("fails the request also if an event is named, or if the request is split: no event is rejected", async () => {
    for (const more of [{ named: ({ seq }: Bucket) => seq === 3 }, { maxEvents: 8 }]) {
      const delivery = deliverBatch(mixpanel({ ...dropsAll, ...more }).send, eventsOf(20), "E");
      await expect(delivery).rejects.toMatchObject({
        kind: "schema",
        message: expect.stringMatching(/Lexicon/) as string,
      });
    }
  });

  test("refuses again what is sent again, so that it does not stand in the way of what is new", async () => {
    expect(seqsOf(await deliverBatch(mixpanel(dropsAll).send, eventsOf(3), "E", true))).toEqual([1, 2, 3]);
  });
});
