// Lines of the raw export as rows: every digit kept, the key of Mixpanel's deduplication, bad rows apart.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SyncError } from "../../../../src/domain/errors.ts";
import { emptySink, MAX_ROW_BYTES, type RowSink } from "../../../../src/providers/importChunks.ts";
import { readLine, type RowContext } from "../../../../src/providers/mixpanel/import/parseRow.ts";

const CONTEXT: RowContext = { wanted: new Set(["purchase"]), fromWallMs: 1_000_000, toUtcMs: (wallMs) => wallMs };

function read(...lines: string[]): RowSink {
  const sink = emptySink();
  for (const line of lines) readLine(line, CONTEXT, sink);
  return sink;
}

function rowLine(properties: Record<string, unknown>): string {
  const base = { time: 1_700_000_000_123, distinct_id: "ann", $insert_id: "i1" };
  return JSON.stringify({ event: "purchase", properties: { ...base, ...properties } });
}

describe("a row", () => {
  test("keeps its properties' text as it is, whatever the form of the line", () => {
    const properties =
      '{"time":1700000000123,"distinct_id":"ann","big":12345678901234567890.1200,"s":"\\ud800\\u0000"}';
    const lines = [
      `{"event":"purchase","properties":${properties}}`,
      `{"properties":${properties},"event":"purchase"}`,
      ` { "event" : "pur\\u0063hase", "properties" : ${properties} , "x": [{"properties": 1}] }\r`,
    ];
    const { rows, rejected } = read(...lines);
    expect(rejected).toEqual([]);
    expect(rows.map((row) => row.properties)).toEqual([properties, properties, properties]);
    expect(new Set(rows.map((row) => row.uuid)).size).toBe(1);
    expect(rows[0]?.fields["s"]).toBe("\ud800\u0000");
  });

  test("is known again by event, time, identity and $insert_id, and by nothing else", () => {
    const uuid = (properties: Record<string, unknown>): string | undefined => read(rowLine(properties)).rows[0]?.uuid;
    const first = uuid({});
    expect(first).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(uuid({ amount: 5, mp_processing_time_ms: 9 })).toBe(first);
    expect(uuid({ $insert_id: "i2" })).not.toBe(first);
    expect(uuid({ time: 1_700_000_000_124 })).not.toBe(first);
    expect(uuid({ distinct_id: "bob" })).not.toBe(first);
    // An identity merge changes distinct_id and leaves the old one behind.
    expect(uuid({ distinct_id: "merged", $distinct_id_before_identity: "ann" })).toBe(first);
    expect(uuid({ $distinct_id_before_identity: 0 })).toBe(first);
    expect(uuid({ $distinct_id_before_identity: "" })).toBe(first);
  });

  test("without an $insert_id is known by all of its text", () => {
    const uuid = (amount: number): string | undefined => read(rowLine({ $insert_id: undefined, amount })).rows[0]?.uuid;
    expect(uuid(1)).toBe(uuid(1));
    expect(uuid(1)).not.toBe(uuid(2));
  });

  test("is matched by distinct_id; a number counts, none is nobody", () => {
    const user = (distinct_id: unknown): string | undefined =>
      read(rowLine({ distinct_id, $distinct_id_before_identity: "before" })).rows[0]?.userId;
    expect([user("ann"), user(42), user(""), user(undefined), user(null)]).toEqual(["ann", "42", "", "", ""]);
  });

  test("that nobody asked for, or from before the import's start, is left out", () => {
    const other = rowLine({}).replace("purchase", "signup");
    expect(read(other, rowLine({ time: 999_999 }), "", "  ")).toMatchObject({ rows: [], rejected: [] });
    expect(read(rowLine({ time: 1_000_000 })).rows).toHaveLength(1);
  });

  test("that is broken is rejected alone, under a key that stays the same", () => {
    const broken = [
      '{"event":"purchase","properties":{"time":1',
      "[1]",
      '{"event":"purchase"}',
      rowLine({ time: "x" }),
      rowLine({ time: 1e300 }),
    ];
    const { rows, rejected } = read(rowLine({}), ...broken, rowLine({ $insert_id: "i9" }));
    expect(rows).toHaveLength(2);
    expect(rejected.map((row) => [row.event, row.record])).toEqual([
      [null, broken[0]],
      [null, broken[1]],
      [null, broken[2]],
      ["purchase", broken[3]],
      ["purchase", broken[4]],
    ]);
    expect(read(broken[0] ?? "").rejected[0]?.key).toBe(rejected[0]?.key);
    expect(new Set(rejected.map((row) => row.key)).size).toBe(5);
  });

  test("that is too long is rejected with its beginning", () => {
    const line = rowLine({ text: "x".repeat(MAX_ROW_BYTES) });
    const { rows, rejected } = read(line);
    expect(rows).toEqual([]);
    expect(rejected).toMatchObject([{ event: "purchase", record: line.slice(0, 4_000) }]);
    expect(read(line.replace("purchase", "signup")).rejected).toEqual([]);
  });

  test("that is no row but the end of a broken answer fails the page", () => {
    for (const line of [
      "terminated early",
      "export terminated early",
      '{"error":"internal"}',
      "<html><body>502</body></html>",
    ]) {
      expect(() => read(line)).toThrow(expect.objectContaining({ kind: "transient" }));
      expect(() => read(line)).toThrow(SyncError);
    }
    // The same words inside a row are data.
    expect(read(rowLine({ note: "terminated early" })).rows).toHaveLength(1);
  });
});

test("any row survives: fields parse to what the text says", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (extra) => {
      const properties = JSON.stringify({ ...extra, time: 1_700_000_000_000, distinct_id: "a" });
      const { rows, rejected } = read(`{"event":"purchase","properties":${properties}}`);
      expect(rejected).toEqual([]);
      expect(rows[0]?.properties).toBe(properties);
      expect(rows[0]?.fields).toEqual(JSON.parse(properties));
    }),
  );
});
