// Members of a JSON object as text: always what JSON.parse sees, and nothing else changes.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { replaceMember, sliceMember } from "../../src/domain/rawJson.ts";

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

describe("replaceMember", () => {
  test("changes the value at the top and not one character else", () => {
    fc.assert(
      fc.property(objects, spaces, fc.string(), (object, space, model) => {
        const text = spaced({ ...object, model: "MARKED" }, space);
        const changed = replaceMember(text, "model", JSON.stringify(model));
        expect(JSON.parse(changed)).toEqual(JSON.parse(JSON.stringify({ ...object, model })));
        expect(changed).toBe(text.replace('"MARKED"', () => JSON.stringify(model)));
      }),
      { numRuns: 500 },
    );
  });

  test("replaces every member of the name", () => {
    expect(replaceMember('{"m":1 ,"n":{"m":2},"\\u006d":[3]\n}', "m", '"x"')).toBe(
      '{"m":"x" ,"n":{"m":2},"\\u006d":"x"\n}',
    );
  });

  test.each(["{}", " { } ", '{"a":1}', '{"a":{"model":1}}', '{"a":["model",{"model":2}]}'])(
    "leaves %s as it is",
    (text) => {
      expect(replaceMember(text, "model", '"x"')).toBe(text);
    },
  );
});

test("text that is no JSON ends the search too", () => {
  for (const text of [',"x"{"a"', '{"a"},"b"', '{"a"', '{"a" "b"', "{", "", "<html>"]) {
    expect(() => sliceMember(text, "b")).not.toThrow();
  }
});
