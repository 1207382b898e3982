// Scanning JSON as it arrives: members are where JSON.parse sees them, in any pieces, and bounds hold before a parse.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { JsonLimits } from "../../src/domain/jsonLimits.ts";
import { JsonScan } from "../../src/domain/jsonScan.ts";

const LIMITS: JsonLimits = { maxDepth: 20, maxValues: 10_000, maxMembersOfObject: 1_000 };
const NAMES = ["model", "user"];
const keys = fc.oneof(fc.constantFrom(...NAMES, 'a"\\,{', "\\"), fc.string({ unit: "binary", maxLength: 5 }));
const objects = fc.dictionary(keys, fc.jsonValue({ maxDepth: 5 }), { maxKeys: 6 });
const spaces = fc.constantFrom("", " ", "\t\r\n ");

/** JSON with white space in every place where it is allowed. */
function spaced(value: unknown, space: string): string {
  const list = (items: string[]) => `${space}${items.join(`${space},${space}`)}${space}`;
  if (Array.isArray(value)) return `[${list(value.map((item) => spaced(item, space)))}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(
    ([name, item]) => `${JSON.stringify(name)}${space}:${space}${spaced(item, space)}`,
  );
  return `${space}{${list(members)}}${space}`;
}

function scan(text: string | Uint8Array, options: ConstructorParameters<typeof JsonScan>[1] = { findsMembers: true }) {
  const scanned = new JsonScan(LIMITS, options);
  scanned.push(Buffer.from(text as string));
  return { fault: scanned.end(), found: scanned.found, isObject: scanned.isObject };
}

describe("members", () => {
  test("are where JSON.parse sees them, whatever pieces the bytes come in", () => {
    fc.assert(
      fc.property(objects, spaces, fc.integer({ min: 1, max: 9 }), (value, space, size) => {
        const bytes = Buffer.from(spaced(value, space));
        const scanned = new JsonScan(LIMITS, { findsMembers: true });
        for (let at = 0; at < bytes.length; at += size) scanned.push(bytes.subarray(at, at + size));
        expect(scanned.end()).toBeNull();
        expect(scanned.isObject).toBe(true);
        const parsed = JSON.parse(bytes.toString()) as Record<string, unknown>;
        expect(scanned.found.map(({ name }) => name)).toEqual(Object.keys(parsed));
        for (const { name, keyStart, keyEnd, start, end } of scanned.found) {
          const text = bytes.toString("utf8", start, end);
          expect(JSON.parse(bytes.toString("utf8", keyStart, keyEnd))).toBe(name);
          expect(JSON.parse(text)).toEqual(parsed[name ?? ""]);
          expect(text).toBe(text.trim());
        }
      }),
      { numRuns: 500 },
    );
  });

  test("with escapes in their names, several of one name, none within other values", () => {
    const text = '{"m\\u006fdel" : 1.50 , "x":{"model":2},"y":["model",{"model":3}], "model":[4, "}"] }';
    const models = scan(text).found.filter(({ name }) => name === "model");
    expect(models.map(({ start, end }) => text.slice(start, end))).toEqual(["1.50", '[4, "}"]']);
  });

  test.each([
    "{",
    '{"a"}',
    '{"a":}',
    '{"a" 1}',
    '{"a":1,}',
    "{,}",
    '{"a":1 "b":2',
    '{"a":[}',
    '{"a":1}}',
    '{"a":1} x',
    '{"a":"b',
  ])("%s is no object", (text) => {
    expect(() => JSON.parse(text) as unknown).toThrow(SyntaxError);
    expect(scan(text).fault).toBe("broken");
  });

  test.each(["[1]", "1", '"{}"', "", " ", "null"])("%s is not taken for an object", (text) => {
    expect(scan(text)).toMatchObject({ fault: null, isObject: false });
  });

  test("with keys that are too long to be looked for have no name", () => {
    expect(scan(`{"${"x".repeat(769)}":1,"b":2}`).found.map(({ name }) => name)).toEqual([null, "b"]);
  });
});

describe("bounds", () => {
  const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
  test("of depth, of values and of members of one object", () => {
    expect(scan(nested(20)).fault).toBeNull();
    expect(scan(nested(21)).fault).toBe("too_deep");
    expect(scan(`[${"1,".repeat(9_000)}1]`).fault).toBeNull();
    expect(scan(`[${"1,".repeat(10_000)}1]`).fault).toBe("too_many_values");
    expect(scan(`[${"{},".repeat(5_000)}1]`).fault).toBe("too_many_values");
    const members = (count: number) => Array.from({ length: count }, (_, i) => `"k${i}":0`).join(",");
    expect(scan(`{${members(1_000)}}`).fault).toBeNull();
    expect(scan(`[{"a":{${members(1_001)}}}]`).fault).toBe("too_many_members");
    expect(scan(`["${"[{,".repeat(50_000)}"]`).fault).toBeNull();
  });

  test("of NDJSON, line by line: a broken line hides none of the others", () => {
    const lines = (text: string) => scan(text, { isLines: true }).fault;
    expect(lines('{"a":1}\n\n{"a":\n"\n]]\n{"b":2}')).toBeNull();
    expect(lines(`"\n${nested(21)}\n`)).toBe("too_deep");
    expect(lines("\n".repeat(10_001))).toBe("too_many_values");
  });
});
