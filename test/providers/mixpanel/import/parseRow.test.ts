// Lines of the raw export as rows: every digit kept, bad rows apart, and what is no row fails the page.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SyncError } from "../../../../src/domain/errors.ts";
import { emptySink, MAX_ROW_BYTES, type RowSink } from "../../../../src/providers/importChunks.ts";
import { createRowReader, type RowContext } from "../../../../src/providers/mixpanel/import/parseRow.ts";

const CONTEXT: RowContext = { wanted: new Set(["purchase"]), fromWallMs: 1_000_000, toUtcMs: (wallMs) => wallMs };

function read(...lines: string[]): RowSink {
  const sink = emptySink();
  const reader = createRowReader(CONTEXT);
  for (const line of lines) reader.line(line, sink);
  reader.end();
  return sink;
}

function rowLine(properties: Record<string, unknown>): string {
  const base = { time: 1_700_000_000_123, distinct_id: "ann", $insert_id: "i1" };
  return JSON.stringify({ event: "purchase", properties: { ...base, ...properties } });
}

const uuid = (properties: Record<string, unknown>) => read(rowLine(properties)).rows[0]?.uuid;
const users = (properties: Record<string, unknown>) => read(rowLine(properties)).rows[0]?.userIds;

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

  test("that was not asked for, or from before the import's start, is left out", () => {
    const other = rowLine({}).replace("purchase", "signup");
    expect(read(other, rowLine({ time: 999_999 }), "", "  ")).toMatchObject({ rows: [], rejected: [] });
    expect(read(rowLine({ time: 1_000_000 })).rows).toHaveLength(1);
  });

  test("with a byte-order mark before it is read", () => {
    expect(read(`\uFEFF${rowLine({})}`, rowLine({ $insert_id: "i2" })).rows).toHaveLength(2);
  });

  test("that is too long is rejected with its beginning", () => {
    const line = rowLine({ text: "x".repeat(MAX_ROW_BYTES) });
    const { rows, rejected } = read(line);
    expect(rows).toEqual([]);
    expect(rejected).toMatchObject([{ event: "purchase", record: line.slice(0, 4_000) }]);
    expect(read(line.replace("purchase", "signup")).rejected).toEqual([]);
  });

  test("has the time at which Mixpanel processed it as its version; without it, it is the oldest copy", () => {
    const version = (value: unknown) => read(rowLine({ mp_processing_time_ms: value })).rows[0]?.versionMs;
    expect([version(1_700_000_000_456), version(undefined), version("1700000000456"), version(1e300)]).toEqual([
      1_700_000_000_456, 0, 0, 0,
    ]);
  });
});

describe("the ids of a row", () => {
  test("are those of the user, of the event and from before a merge, each once and in this order", () => {
    expect(users({})).toEqual(["ann"]);
    expect(users({ distinct_id: "anon", $distinct_id_before_identity: "user-k", $user_id: "user-k" })).toEqual([
      "user-k",
      "anon",
    ]);
    expect(users({ distinct_id: "anon", $distinct_id_before_identity: "$device:d", $user_id: "user-k" })).toEqual([
      "user-k",
      "anon",
      "$device:d",
    ]);
    expect(users({ distinct_id: "user-7", $distinct_id_before_identity: "$device:d1" })).toEqual([
      "user-7",
      "$device:d1",
    ]);
  });

  test("are texts or numbers; an empty one is none", () => {
    expect([users({ distinct_id: 42 }), users({ distinct_id: "" }), users({ distinct_id: null })]).toEqual([
      ["42"],
      [],
      [],
    ]);
    expect(users({ $user_id: null, $distinct_id_before_identity: 0 })).toEqual(["ann"]);
    expect(users({ $user_id: "", $distinct_id_before_identity: "" })).toEqual(["ann"]);
  });

  test("keep every digit, also beyond 2^53", () => {
    const of = (id: string) => read(rowLine({ distinct_id: "ID" }).replace('"ID"', id)).rows[0];
    expect(of("9007199254740993")?.userIds).toEqual(["9007199254740993"]);
    expect(of("12345678901234567890")?.userIds).toEqual(["12345678901234567890"]);
    expect(of("9007199254740992")?.uuid).not.toBe(of("9007199254740993")?.uuid);
  });
});

describe("a row is known again", () => {
  test("by event, time, identity and $insert_id, and by nothing else", () => {
    const first = uuid({});
    expect(first).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(uuid({ amount: 5, mp_processing_time_ms: 9, $user_id: "u" })).toBe(first);
    expect(uuid({ $insert_id: "i2" })).not.toBe(first);
    expect(uuid({ time: 1_700_000_000_124 })).not.toBe(first);
    expect(uuid({ distinct_id: "bob" })).not.toBe(first);
    // An identity merge changes distinct_id and leaves the old one behind.
    expect(uuid({ distinct_id: "merged", $distinct_id_before_identity: "ann" })).toBe(first);
    expect(uuid({ $distinct_id_before_identity: 0 })).toBe(first);
    expect(uuid({ $distinct_id_before_identity: "" })).toBe(first);
  });

  test("after a merge of a numeric id", () => {
    expect(uuid({ distinct_id: "anon", $distinct_id_before_identity: 42 })).toBe(uuid({ distinct_id: 42 }));
  });

  test("by every digit of a numeric $insert_id", () => {
    const of = (id: string) => read(rowLine({ $insert_id: "ID" }).replace('"ID"', id)).rows[0]?.uuid;
    expect(of("9007199254740992")).not.toBe(of("9007199254740993"));
    expect(of("9007199254740993")).toBe(of("9007199254740993"));
  });

  test("without an $insert_id by its content: re-keyed, processed again or in another order it is the same", () => {
    const of = (properties: string) =>
      read(`{"event":"purchase","properties":{"time":1700000000123,${properties}}}`).rows[0]?.uuid;
    const first = of('"distinct_id":"ann","amount":1.50,"cart":{"a":[1,{"x":1,"y":2}],"b":null}');
    expect(of('"cart": {"b":null, "a":[1, {"y":2,"x":1}]},"amount":1.50,"distinct_id":"ann"')).toBe(first);
    expect(
      of(
        '"distinct_id":"anon","$user_id":"ann","$distinct_id_before_identity":"ann","mp_processing_time_ms":7,' +
          '"amount":1.50,"cart":{"a":[1,{"x":1,"y":2}],"b":null}',
      ),
    ).toBe(first);
    const others = [
      '"distinct_id":"ann","amount":1.51,"cart":{"a":[1,{"x":1,"y":2}],"b":null}',
      '"distinct_id":"ann","amount":1.50,"cart":{"a":[{"x":1,"y":2},1],"b":null}',
      '"distinct_id":"ann","amount":1.50,"cart":{"a":[1,{"x":2,"y":1}],"b":null}',
      '"distinct_id":"bob","amount":1.50,"cart":{"a":[1,{"x":1,"y":2}],"b":null}',
    ];
    for (const other of others) expect(of(other)).not.toBe(first);
  });

  test("without an $insert_id also where its values are nested deeper than any stack", () => {
    const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
    const line = `{"event":"purchase","properties":{"time":1700000000123,"deep":${deep}}}`;
    expect(read(line).rows[0]?.uuid).toBe(read(line).rows[0]?.uuid);
  });
});

describe("a row that cannot be read", () => {
  test("is rejected alone, under its event and a key that stays the same", () => {
    const broken = [
      '{"event":"purchase","properties":{"time":1700000000123,"n":NaN}}',
      '{"event":"purchase","properties":{"time":1700000000123,"list":[1}}',
      '{"properties":{"n":Infinity},"event":"purchase"}',
      '{"event":"purchase"}',
      rowLine({ time: "x" }),
      rowLine({ time: 1e300 }),
      '{"event":7,"properties":{}}',
    ];
    const { rows, rejected } = read(rowLine({}), ...broken, rowLine({ $insert_id: "i9" }));
    expect(rows).toHaveLength(2);
    expect(rejected.map((row) => [row.event, row.record])).toEqual(
      broken.map((line) => [line.startsWith('{"event":7') ? null : "purchase", line]),
    );
    expect(read(broken[0] ?? "").rejected[0]?.key).toBe(rejected[0]?.key);
    expect(new Set(rejected.map((row) => row.key)).size).toBe(broken.length);
  });

  test("is left out if its event is not asked for", () => {
    expect(read('{"event":"signup","properties":{"n":NaN}}', '{"event":"signup"}').rejected).toEqual([]);
  });

  test("but holds raw control characters is repaired", () => {
    const { rows, rejected } = read(
      rowLine({ note: "a TAB and BELL" }).replace("a TAB and BELL", "a \t and \u0007"),
      rowLine({ $insert_id: "i2", note: "RETURN" }).replace("RETURN", '\r \\"\t\\\\'),
    );
    expect(rejected).toEqual([]);
    expect(rows.map((row) => row.fields["note"])).toEqual(["a \t and \u0007", '\r "\t\\']);
    expect(rows[0]?.properties).toContain('"a \\t and \\u0007"');
  });

  test("but is cut by raw line feeds within a string is put together", () => {
    const row = rowLine({ note: "one\ntwo\n\nthree", amount: 3 });
    const lines = row.replaceAll("\\n", "\n").split("\n");
    expect(lines).toHaveLength(4);
    const { rows, rejected } = read(...lines, rowLine({ $insert_id: "i2" }));
    expect(rejected).toEqual([]);
    expect(rows.map((one) => one.fields["note"])).toEqual(["one\ntwo\n\nthree", undefined]);
    expect(rows[0]?.fields["amount"]).toBe(3);
  });
});

describe("the page fails", () => {
  const whole = rowLine({ note: "a text" });

  test.each([
    ["terminated early", /ended an export early/],
    ["export terminated early", /ended an export early/],
    ['{"error":"internal"}', /an error into the middle/],
    ['{"status":"error","error":"Internal server error","request":"/api/2.0/export"}', /an error into the middle/],
    ['{"code":500,"message":"secret of ann"}', /an error into the middle/],
    ["Internal server error. Contact support@mixpanel.com", /other text/],
    ["upstream connect error or disconnect/reset before headers", /other text/],
    ["<head><title>504 Gateway Time-out</title></head>", /web page/],
    ["<html><body>502</body></html>", /web page/],
    ["[1]", /other text/],
    ["null", /other text/],
    ['"event"', /other text/],
    [`${whole}terminated early`, /ended an export early/],
  ])("at %s, which is no row", (line, message) => {
    for (const lines of [[line], [whole, line], [whole, line, whole]]) {
      const matching: unknown = expect.objectContaining({
        kind: "transient",
        message: expect.stringMatching(message) as string,
      });
      expect(() => read(...lines)).toThrow(matching);
      expect(() => read(...lines)).toThrow(SyncError);
      expect(() => read(...lines)).not.toThrow(/ann/);
    }
  });

  test("at a row that ends too soon, wherever it is cut", () => {
    const cut = rowLine({ note: 'a \\ "text"', list: [{ a: 1 }, [2]] });
    const start = '{"event":'.length;
    for (let end = start; end < cut.length; end++) {
      expect([end, failure(() => read(cut.slice(0, end)))]).toEqual([end, "transient"]);
      expect([end, failure(() => read(cut.slice(0, end), whole, whole))]).toEqual([end, "transient"]);
    }
  });

  test("at a line that is too long and no row", () => {
    const page = `<html>${"x".repeat(MAX_ROW_BYTES)}</html>`;
    expect(() => read(page)).toThrow(expect.objectContaining({ kind: "transient" }) as Error);
    const reader = createRowReader(CONTEXT);
    const overlong = { key: "k", start: page.slice(0, 4_000) };
    expect(() => reader.overlong(overlong, emptySink())).toThrow(
      expect.objectContaining({ kind: "transient" }) as Error,
    );
  });

  test("not at the same words within a row", () => {
    expect(read(rowLine({ note: "terminated early", error: "<html>" })).rows).toHaveLength(1);
  });
});

function failure(run: () => void): string {
  try {
    run();
  } catch (error) {
    return error instanceof SyncError ? error.kind : String(error);
  }
  return "none";
}

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
