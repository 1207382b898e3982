// Arrow as BigQuery serves it becomes JSON text: every type, every digit.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { readArrowBatch, schemaMessage } from "../../../../src/providers/bigquery/import/decode/arrowBatch.ts";
import { objectWriter } from "../../../../src/providers/bigquery/import/decode/column.ts";
import { JsonBytes } from "../../../../src/providers/bigquery/import/decode/jsonBytes.ts";
import { fieldsReader } from "../../../../src/providers/bigquery/import/fields.ts";
import type { TableColumn } from "../../../../src/providers/bigquery/import/sourceTable.ts";
import { columnOf } from "../../../support/providers/bigqueryImport.ts";

const fixture = JSON.parse(readFileSync(new URL("fixtures/allTypes.json", import.meta.url), "utf8")) as Record<
  "schema" | "schemaWithEnd" | "batch" | "sliced" | "empty",
  string
>;

const COLUMNS: TableColumn[] = [
  columnOf("i", "INTEGER"),
  columnOf("f", "FLOAT"),
  columnOf("f2", "FLOAT64"),
  columnOf("num", "NUMERIC"),
  columnOf("big", "BIGNUMERIC"),
  columnOf("b", "BOOLEAN"),
  columnOf("s", "STRING"),
  columnOf("y", "BYTES"),
  columnOf("d", "DATE"),
  columnOf("t", "TIME"),
  columnOf("dt", "DATETIME"),
  columnOf("ts", "TIMESTAMP"),
  columnOf("j", "JSON"),
  columnOf("g", "GEOGRAPHY"),
  columnOf("iv", "INTERVAL"),
  columnOf("r", "RANGE"),
  columnOf("st", "RECORD", {
    fields: [
      columnOf("n", "INTEGER"),
      columnOf("deep", "RECORD", {
        fields: [columnOf("d", "NUMERIC"), columnOf("tags", "STRING", { mode: "REPEATED" })],
      }),
    ],
  }),
  columnOf("ar", "RECORD", { mode: "REPEATED", fields: [columnOf("k", "STRING"), columnOf("v", "FLOAT")] }),
];

const EXPECTED: Record<string, [string, string, string]> = {
  i: ["42", "9223372036854775807", "-9223372036854775808"],
  f: ["0.1", "1.7976931348623157e+308", '"NaN"'],
  f2: ["5e-324", '"Infinity"', '"-Infinity"'],
  num: ["1.5", "99999999999999999999999999999.999999999", "-0.000000001"],
  big: ["12", `${"9".repeat(38)}.${"9".repeat(38)}`, `-0.${"0".repeat(37)}1`],
  b: ["true", "false", "true"],
  s: ['"plain"', '"q\\"b\\\\s/\\n\\r\\t\\b\\f\\u0001\u2028"', '"zoë 🎉"'],
  y: ['"YWJj"', `"${Buffer.from(Array.from({ length: 256 }, (_, i) => i)).toString("base64")}"`, '""'],
  d: ['"2026-01-02"', '"9999-12-31"', '"0001-01-01"'],
  t: ['"03:04:05.000006"', '"23:59:59.999999"', '"00:00:00.000000"'],
  dt: ['"2026-01-02T03:04:05.000006"', '"9999-12-31T23:59:59.999999"', '"0001-01-01T00:00:00.000000"'],
  ts: ['"2026-01-02T03:04:05.000006Z"', '"9999-12-31T23:59:59.999999Z"', '"0001-01-01T00:00:00.000000Z"'],
  j: ['{"a":1.10}', "[123456789012345678901234567890,null]", '"x"'],
  g: ['"POINT(1 2)"', '"LINESTRING(0 0, 1 1)"', '"GEOMETRYCOLLECTION EMPTY"'],
  iv: ['"1-2 3 4:5:6.000007"', '"-10000-0 3660000 -0:0:0.000000001"', '"0-0 -1 0:0:0"'],
  r: ['"[2026-01-01, 2026-12-31)"', '"[UNBOUNDED, 2026-01-01)"', '"[UNBOUNDED, UNBOUNDED)"'],
  st: [
    '{"n":1,"deep":{"d":2.5,"tags":["a","b\\""]}}',
    '{"n":null,"deep":null}',
    '{"n":9007199254740993,"deep":{"d":null,"tags":[]}}',
  ],
  ar: ['[{"k":"x","v":1},{"k":null,"v":2.5}]', "[]", '[{"k":"y","v":null}]'],
};

function expectedRow(row: number): string {
  const values = Object.entries(EXPECTED).map(
    ([name, texts]) => `"${name}":${texts[row] ?? (name === "ar" ? "[]" : "null")}`,
  );
  return `{${values.join(",")}}`;
}

function batchOf(schema: string, part: string) {
  return readArrowBatch(schemaMessage(Buffer.from(schema, "base64")), Buffer.from(part, "base64"));
}

function decode(schema: string, part: string): string[] {
  const batch = batchOf(schema, part);
  const out = new JsonBytes();
  const write = objectWriter(batch.names, batch.columns, COLUMNS, out);
  return Array.from({ length: batch.rows }, (_, row) => {
    out.at = 0;
    write(row);
    return out.buffer.toString("utf8", 0, out.at);
  });
}

describe("decoding what pyarrow wrote", () => {
  test("every type: ordinary, extreme and odd values, and NULL", () => {
    const rows = decode(fixture.schema, fixture.batch);
    expect(rows).toEqual([0, 1, 2, 3].map(expectedRow));
    for (const row of rows) expect(() => JSON.parse(row) as unknown).not.toThrow();
  });

  test("a schema that ends in the end of a stream changes nothing", () => {
    expect(decode(fixture.schemaWithEnd, fixture.batch)).toEqual(decode(fixture.schema, fixture.batch));
  });

  test("part of a batch, and none of it", () => {
    expect(decode(fixture.schema, fixture.sliced)).toEqual([1, 2].map(expectedRow));
    expect(decode(fixture.schema, fixture.empty)).toEqual([]);
  });

  test("a column that nobody asked for is an error and no guess", () => {
    const { names, columns } = batchOf(fixture.schema, fixture.batch);
    expect(() => objectWriter(names, columns, COLUMNS.slice(1), new JsonBytes())).toThrow(/not asked for/);
  });

  test("an answer that is cut or empty is an error", () => {
    const part = Buffer.from(fixture.batch, "base64");
    const schema = schemaMessage(Buffer.from(fixture.schema, "base64"));
    for (const bytes of [0, 16, 512, part.length - 64]) {
      expect(() => readArrowBatch(schema, part.subarray(0, bytes))).toThrow(/cannot be read/);
    }
  });

  test("discovery hears of kinds: numbers are numbers whatever their value, those in a STRUCT too", () => {
    const { names, columns } = batchOf(fixture.schema, fixture.batch);
    const fields = fieldsReader(names, columns, COLUMNS);
    const strings = Object.fromEntries(["s", "y", "d", "t", "dt", "ts", "g", "iv", "r"].map((name) => [name, ""]));
    const numbers = { i: 0, f: 0, f2: 0, num: 0, big: 0 };
    const common = { ...strings, ...numbers, b: true, st: {}, ar: [] };
    expect(fields(0)).toEqual({ ...common, j: {}, "j.a": 0, "st.n": 0, "st.deep.d": 0 });
    expect(fields(1)).toEqual({ ...common, j: [], "st.n": null, "st.deep.d": null });
    expect(fields(2)).toEqual({ ...common, j: "", "st.n": 0, "st.deep.d": null });
    const nothing = Object.fromEntries(Object.keys(fields(1)).map((name) => [name, null]));
    expect(fields(3)).toEqual({ ...nothing, ar: [] });
    expect(fields(0)).toBe(fields(0));
  });
});
