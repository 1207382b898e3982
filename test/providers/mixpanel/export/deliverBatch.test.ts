// Which events of a batch are delivered and which are refused for good, whatever form Mixpanel's response has.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { deliverBatch } from "../../../../src/providers/mixpanel/export/deliverBatch.ts";
import { createEncoder, type EncodedEvent } from "../../../../src/providers/mixpanel/export/encodeEvent.ts";
import { type ImportResponse, parseImportResponse } from "../../../../src/providers/mixpanel/export/importResponse.ts";
import { bucketOf } from "../../../support/providers/mixpanel.ts";

type Style = "objects" | "insert_id" | "$insert_id" | "strings" | "none" | "short" | "too_large";

function eventsOf(count: number): EncodedEvent[] {
  const encode = createEncoder("E", "w");
  return Array.from({ length: count }, (_, i) => encode(bucketOf(i + 1)));
}

function respond(status: number, body: string, events: EncodedEvent[]): ImportResponse {
  const response = parseImportResponse(status, body, events);
  if (response === null) throw new Error("not a response of the import API");
  return response;
}

/** A Mixpanel that refuses the events with these seqs for good, and says so in the given style. */
function mixpanel(bad: Set<number>, style: Style) {
  const stored = new Set<number>();
  let requests = 0;
  const send = async (events: EncodedEvent[]) => {
    requests++;
    const refused = [...events.entries()].filter(([, event]) => bad.has(event.bucket.seq));
    const keepRest =
      refused.length === 0 ||
      style === "objects" ||
      style === "insert_id" ||
      style === "$insert_id" ||
      style === "short";
    const kept = keepRest ? events.filter((event) => !bad.has(event.bucket.seq)) : [];
    for (const event of kept) stored.add(event.bucket.seq);
    const body = (extra: object): string => JSON.stringify({ error: "x", num_records_imported: kept.length, ...extra });
    if (refused.length === 0 || style === "short") return respond(200, body({}), events);
    if (style === "too_large") return respond(413, "request exceeds max limit of 2097152 bytes", events);
    if (style === "none") return respond(400, "<html>", events);
    if (style === "strings") return respond(400, body({ failed_records: ["not allowed"] }), events);
    const failed_records = refused.map(([index, event]) => {
      const message = `no ${event.bucket.seq}`;
      return style === "objects" ? { index, message, field: "f" } : { [style]: event.insertId, message };
    });
    return respond(400, body({ failed_records }), events);
  };
  return { send, stored, requests: () => requests };
}

describe("deliverBatch", () => {
  test("finds exactly the events that Mixpanel refuses, in every style of response", async () => {
    const style = fc.constantFrom<Style>("objects", "insert_id", "$insert_id", "strings", "none", "short", "too_large");
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 30, max: 200 }),
        fc.array(fc.nat(199), { maxLength: 8 }),
        style,
        async (count, picks, form) => {
          const events = eventsOf(count);
          // Few enough that this cannot look like a project that refuses everything.
          const bad = new Set(picks.slice(0, 6).map((pick) => (pick % count) + 1));
          const { send, stored } = mixpanel(bad, form);
          const rejected = await deliverBatch(send, events, "E");
          expect(new Set(rejected.map(({ bucket }) => bucket.seq))).toEqual(bad);
          expect(rejected).toHaveLength(bad.size);
          expect(stored.size).toBe(count - bad.size);
        },
      ),
    );
  });

  test("names field and message of an object entry", async () => {
    const rejected = await deliverBatch(mixpanel(new Set([2]), "objects").send, eventsOf(3), "E");
    expect(rejected).toMatchObject([{ bucket: { seq: 2 }, reason: "f: no 2" }]);
  });

  test("one refused event among 2,000 costs a few dozen requests", async () => {
    const { send, requests } = mixpanel(new Set([1_234]), "strings");
    expect(await deliverBatch(send, eventsOf(2_000), "E")).toMatchObject([
      { bucket: { seq: 1_234 }, reason: "not allowed" },
    ]);
    expect(requests()).toBeLessThan(40);
  });

  test("a project that refuses everything fails the direction after a few requests, and rejects no event", async () => {
    for (const style of ["strings", "none", "short"] as const) {
      const events = eventsOf(2_000);
      const { send, requests } = mixpanel(new Set(events.map((event) => event.bucket.seq)), style);
      await expect(deliverBatch(send, events, "E")).rejects.toMatchObject({ kind: "schema" });
      expect(requests()).toBeLessThan(10);
    }
  });

  test("a single event that is refused is rejected", async () => {
    for (const style of ["strings", "none", "too_large", "objects"] as const) {
      expect(await deliverBatch(mixpanel(new Set([1]), style).send, eventsOf(1), "E")).toHaveLength(1);
    }
  });

  test("the rest is sent again if an entry names no event", async () => {
    let calls = 0;
    const send = async (events: EncodedEvent[]) => {
      calls++;
      if (calls > 1) return respond(200, JSON.stringify({ num_records_imported: events.length }), events);
      const failed_records = [
        { index: 1, message: "bad" },
        { index: 99, message: "?" },
      ];
      return respond(400, JSON.stringify({ failed_records, num_records_imported: 1 }), events);
    };
    expect(await deliverBatch(send, eventsOf(4), "E")).toMatchObject([{ bucket: { seq: 2 } }]);
    expect(calls).toBe(2);
  });
});

test("a 200 that does not say how many events were stored is not understood", () => {
  for (const body of ["1", "", "<html>", '{"status":"OK"}', '{"num_records_imported":"3"}']) {
    expect(parseImportResponse(200, body, eventsOf(3))).toBeNull();
  }
  expect(
    parseImportResponse(200, '{"code":200,"error":null,"num_records_imported":3,"status":1}', eventsOf(3)),
  ).toEqual({ kind: "stored" });
});
