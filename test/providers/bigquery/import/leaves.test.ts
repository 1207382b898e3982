// Values within JSON columns and within arrays of keys and values are discovered by path, bounded in depth and number.
import { Bool, type Data, Field, Float64, Int64, List, Struct, Utf8, vectorFromArray } from "apache-arrow";
import { expect, test } from "vitest";
import { fieldsReader } from "../../../../src/providers/bigquery/import/fields.ts";
import type { TableColumn } from "../../../../src/providers/bigquery/import/sourceTable.ts";
import { columnOf } from "../../../support/providers/bigqueryImport.ts";

/** What discovery hears of each row of one column. */
function fieldsOf(data: Data, shape: TableColumn): Record<string, unknown>[] {
  const read = fieldsReader([shape.name], [data], [shape]);
  return Array.from({ length: data.length }, (_, row) => ({ ...read(row) }));
}

const jsonFields = (...texts: (string | null)[]) =>
  fieldsOf(vectorFromArray(texts, new Utf8()).data[0]!, columnOf("payload", "JSON"));

test("numbers, texts and booleans in JSON, at any depth up to four", () => {
  expect(
    jsonFields(
      '{"price":12345678901234567890.10,"currency":"EUR","paid":true,"none":null}',
      '{"a":{"b":{"c":{"d":1,"e":{"f":1}}}}}',
      null,
      "[1,2]",
      "7",
    ),
  ).toEqual([
    { payload: {}, "payload.price": 0, "payload.currency": "", "payload.paid": true },
    { payload: {}, "payload.a.b.c.d": 0 },
    { payload: null },
    { payload: [] },
    { payload: 0 },
  ]);
});

test("rows of the same kinds share one object", () => {
  const read = fieldsReader(
    ["payload"],
    [vectorFromArray(['{"a":1}', '{"a":2}', '{"a":"x"}'], new Utf8()).data[0]!],
    [columnOf("payload", "JSON")],
  );
  expect(read(0)).toBe(read(1));
  expect(read(0)).not.toBe(read(2));
});

test("no key that would read like a path or is too long, no more than a hundred, and no JSON of any size", () => {
  const many = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`k${i}`, i]));
  const [odd, hundred, large] = jsonFields(
    JSON.stringify({ "a.b": 1, "": 2, "x\ny": 3, ["k".repeat(300)]: 4, ok: 5 }),
    JSON.stringify(many),
    JSON.stringify({ text: "x".repeat(100_000), n: 1 }),
  );
  expect(odd).toEqual({ payload: {}, "payload.ok": 0 });
  expect(Object.keys(hundred!)).toHaveLength(101);
  expect(large).toEqual({ payload: {} });
});

test("JSON within a STRUCT", () => {
  const type = new Struct([new Field("data", new Utf8(), true)]);
  const data = vectorFromArray([{ data: '{"n":1}' }, { data: null }, null], type).data[0]!;
  const shape = columnOf("st", "RECORD", { fields: [columnOf("data", "JSON")] });
  expect(fieldsOf(data, shape)).toEqual([{ st: {}, "st.data.n": 0 }, { st: {} }, { st: null }]);
});

const VALUE = [
  new Field("string_value", new Utf8(), true),
  new Field("int_value", new Int64(), true),
  new Field("float_value", new Float64(), true),
  new Field("double_value", new Float64(), true),
];
const VALUE_SHAPE = columnOf("value", "RECORD", {
  fields: [
    columnOf("string_value", "STRING"),
    columnOf("int_value", "INTEGER"),
    columnOf("float_value", "FLOAT"),
    columnOf("double_value", "FLOAT"),
  ],
});

function keyed(rows: unknown[], value: Field = new Field("value", new Struct(VALUE), true), shape = VALUE_SHAPE) {
  const item = new Struct([new Field("key", new Utf8(), true), value]);
  const data = vectorFromArray(rows, new List(new Field("item", item, true))).data[0]!;
  return fieldsOf(
    data,
    columnOf("event_params", "RECORD", { mode: "REPEATED", fields: [columnOf("key", "STRING"), shape] }),
  );
}

const NONE = { string_value: null, int_value: null, float_value: null, double_value: null };

test("Google Analytics' event_params: each key is a property, with the one of its values that is set", () => {
  expect(
    keyed([
      [
        { key: "price", value: { ...NONE, double_value: 12.5 } },
        { key: "quantity", value: { ...NONE, int_value: 2n } },
        { key: "page", value: { ...NONE, string_value: "/" } },
        { key: "nothing", value: NONE },
        { key: "price", value: { ...NONE, string_value: "twice" } },
      ],
      [],
      null,
      [{ key: null, value: { ...NONE, int_value: 1n } }],
    ]),
  ).toEqual([
    { event_params: [], "event_params.price": 0, "event_params.quantity": 0, "event_params.page": "" },
    { event_params: [] },
    { event_params: null },
    { event_params: [] },
  ]);
});

test("keys with plain values; an array of other fields is left alone", () => {
  const plain = new Field("value", new Float64(), true);
  expect(keyed([[{ key: "a.b", value: 1.5 }]], plain, columnOf("value", "FLOAT"))).toEqual([
    { event_params: [], "event_params.a.b": 0 },
  ]);
  const type = new List(
    new Field("item", new Struct([new Field("k", new Utf8(), true), new Field("v", new Bool(), true)]), true),
  );
  const shape = columnOf("ar", "RECORD", {
    mode: "REPEATED",
    fields: [columnOf("k", "STRING"), columnOf("v", "BOOLEAN")],
  });
  expect(fieldsOf(vectorFromArray([[{ k: "x", v: true }]], type).data[0]!, shape)).toEqual([{ ar: [] }]);
});
