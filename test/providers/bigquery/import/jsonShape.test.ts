// JSON texts share their shape if they have the same keys and kinds of values, and otherwise do not.
import fc from "fast-check";
import { expect, test } from "vitest";
import { jsonShape } from "../../../../src/providers/bigquery/import/jsonShape.ts";

function shapeOf(text: string): number {
  // Amid other bytes, as in a column.
  const bytes = Buffer.from(`x"${text}"y`);
  return jsonShape(bytes, 2, bytes.length - 2);
}

test.each([
  ['{"a":1}', '{"a":-2.5e+10}'],
  ['{"a":"x"}', '{"a":"\\"}:{,"}'],
  ['{"a":"","b":{"c":1}}', '{ "a" : "yy" , "b" : { "c" : 12 } }'],
  ['{"a":[1,2,3]}', '{"a":["]",[{"b":"["}]]}'],
])("the same: %s and %s", (a, b) => {
  expect(shapeOf(a)).toBe(shapeOf(b));
});

test.each([
  ['{"a":1}', '{"a":"1"}'],
  ['{"a":1}', '{"b":1}'],
  ['{"a":1}', '{"a":true}'],
  ['{"a":true}', '{"a":false}'],
  ['{"a":null}', '{"a":true}'],
  ['{"a":{"b":1}}', '{"a":{},"b":1}'],
  ['{"a":[1]}', '{"a":1}'],
  ['{"ab":1,"c":2}', '{"a":1,"bc":2}'],
  ['{"a":"b","c":1}', '{"a":1,"c":"b"}'],
])("not the same: %s and %s", (a, b) => {
  expect(shapeOf(a)).not.toBe(shapeOf(b));
});

/** What the shape stands for. */
function skeleton(value: unknown): unknown {
  if (Array.isArray(value)) return "array";
  if (typeof value !== "object" || value === null) {
    return typeof value === "string" || typeof value === "number" ? typeof value : value;
  }
  return Object.entries(value).map(([key, inner]) => [key, skeleton(inner)]);
}

test("any two values have the same shape exactly if they have the same skeleton", () => {
  const value = fc.dictionary(fc.constantFrom("a", "b", "ü", 'q"'), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 2 });
  fc.assert(
    fc.property(value, value, (one, other) => {
      const isSame = JSON.stringify(skeleton(one)) === JSON.stringify(skeleton(other));
      expect(shapeOf(JSON.stringify(one)) === shapeOf(JSON.stringify(other))).toBe(isSame);
    }),
    { numRuns: 2_000 },
  );
});
