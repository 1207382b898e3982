// Members of a JSON object as text: always what JSON.parse sees, and nothing else changes.
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonicalObject, escapeControlCharacters, scanObject, sliceMember } from "../../src/domain/rawJson.ts";

const keys = fc.oneof(
  fc.constantFrom("model", "properties", 'a"\\,{', "\\"),
  fc.string({ unit: "binary", maxLength: 5 }),
);
const objects = fc.dictionary(keys, fc.jsonValue(), { maxKeys: 6 });
const spaces = fc.constantFrom("", " ", "\t\r\n ");

/** JSON with white space in every place where it is allowed. */
function spaced(value: unknown, space: string): string {
  if (Array.isArray(value))
    return `[${space}${value.map((item) => spaced(item, space)).join(`${space},${space}`)}${space}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(
    ([name, item]) => `${JSON.stringify(name)}${space}:${space}${spaced(item, space)}`,
  );
  return `${space}{${space}${members.join(`${space},${space}`)}${space}}${space}`;
}

describe("sliceMember", () => {
  test("returns the text that JSON.parse reads as the member's value", () => {
    fc.assert(
      fc.property(objects, spaces, (value, space) => {
        const text = spaced(value, space);
        const parsed = JSON.parse(text) as Record<string, unknown>;
        for (const name of Object.keys(parsed)) {
          const slice = sliceMember(text, name);
          expect(JSON.parse(slice ?? "")).toEqual(parsed[name]);
          expect(slice).toBe(slice?.trim());
        }
        expect(sliceMember(text, "no such member")).toBeNull();
      }),
      { numRuns: 500 },
    );
  });

  test("keeps every digit, and takes the last of several members as JSON.parse does", () => {
    const text = '{"p":{"a":1},"q":"}\\\\","\\u0070":[12345678901234567890.50]}';
    expect(sliceMember(text, "p")).toBe("[12345678901234567890.50]");
    expect(JSON.parse(text)).toEqual({ p: [Number("12345678901234567890.50")], q: "}\\" });
  });
});

describe("canonicalObject", () => {
  test("is the same for any order of members and any white space, and tells other values apart", () => {
    fc.assert(
      fc.property(objects, objects, spaces, (value, other, space) => {
        const canonical = canonicalObject(JSON.stringify(value));
        expect(canonicalObject(spaced(reversed(value), space))).toBe(canonical);
        expect(JSON.parse(canonical)).toEqual(JSON.parse(JSON.stringify(value)));
        const isSame = canonicalObject(JSON.stringify(other)) === canonical;
        expect(isSame).toBe(isDeepStrictEqual(JSON.parse(JSON.stringify(other)), JSON.parse(JSON.stringify(value))));
      }),
      { numRuns: 300 },
    );
  });

  test("leaves members out at the top alone, and takes the last of several", () => {
    expect(canonicalObject('{"b":1,"a":{"b":2},"b":3,"c":1.50}', new Set(["c"]))).toBe('{"a":{"b":2},"b":3}');
    expect(canonicalObject('{"b":1,"a":{"b":2}}', new Set(["b"]))).toBe('{"a":{"b":2}}');
  });
});

/** The same value with its members in another order, at any depth. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([name, item]) => [name, reversed(item)]),
  );
}

describe("scanObject", () => {
  const scan = (text: string) => scanObject(text, { open: [], isInString: false });

  test("sees where an object ends, and every cut of it", () => {
    fc.assert(
      fc.property(objects, spaces, (value, space) => {
        const text = spaced(value, space).trim();
        expect(scan(`${text}${space}`)).toBe("closed");
        expect(scan(`${text}x`)).toBe("followed");
        for (let end = 1; end < text.length; end++) expect(scan(text.slice(0, end))).toMatch(/^open/);
      }),
      { numRuns: 50 },
    );
  });

  test("goes on where it stands", () => {
    const text = '{"a":"x \\\\ \\" y","b":[1]}';
    for (let cut = 6; cut < 14; cut++) {
      if (text.charAt(cut - 1) === "\\") continue;
      const state = { open: [], isInString: false };
      expect(scanObject(text.slice(0, cut), state)).toBe("open_string");
      expect(scanObject(text.slice(cut), state)).toBe("closed");
    }
  });

  test("tells brackets that do not match", () => {
    expect([scan('{"a":[1}'), scan('{"a":1]}'), scan('{"a":"}]"}')]).toEqual(["broken", "broken", "closed"]);
  });
});

test("escapeControlCharacters changes raw control characters within strings alone", () => {
  const text = '{\t"a\u0001b" :\r\n"x\ty\\\\", "c":"\u0000"}';
  expect(escapeControlCharacters(text)).toBe('{\t"a\\u0001b" :\r\n"x\\ty\\\\", "c":"\\u0000"}');
  fc.assert(
    fc.property(objects, spaces, (value, space) => {
      const valid = spaced(value, space);
      expect(escapeControlCharacters(valid)).toBe(valid);
    }),
  );
});

test("text that is no JSON ends the search too", () => {
  for (const text of [',"x"{"a"', '{"a"},"b"', '{"a"', '{"a" "b"', "{", "", "<html>"]) {
    expect(() => sliceMember(text, "b")).not.toThrow();
  }
});
