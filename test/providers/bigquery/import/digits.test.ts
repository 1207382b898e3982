// Whatever a column holds comes out digit by digit, and a UUID never stands for two rows: checked on made-up values.
import {
  type Data,
  type DataType,
  Decimal,
  Field,
  Float64,
  Int64,
  makeData,
  RecordBatch,
  RecordBatchStreamWriter,
  Schema,
  Struct,
  TimestampMicrosecond,
  Utf8,
} from "apache-arrow";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readArrowBatch } from "../../../../src/providers/bigquery/import/decode/arrowBatch.ts";
import { valueWriter } from "../../../../src/providers/bigquery/import/decode/column.ts";
import { JsonBytes } from "../../../../src/providers/bigquery/import/decode/jsonBytes.ts";
import { rowUuid } from "../../../../src/providers/bigquery/import/rows.ts";
import { columnOf } from "../../../support/providers/bigqueryImport.ts";

/** Through Arrow's own bytes, as they come from the service. */
function texts(type: DataType, data: Data, bigQueryType: string): string[] {
  const schema = new Schema([new Field("v", type, true)]);
  const whole = makeData({ type: new Struct(schema.fields), length: data.length, children: [data] });
  const bytes = Buffer.from(RecordBatchStreamWriter.writeAll([new RecordBatch(schema, whole)]).toUint8Array(true));
  const head = 8 + bytes.readInt32LE(4);
  const batch = readArrowBatch(bytes.subarray(0, head), bytes.subarray(head));
  const out = new JsonBytes();
  const write = valueWriter(batch.columns[0]!, columnOf("v", bigQueryType), out);
  return Array.from({ length: batch.rows }, (_, row) => {
    out.at = 0;
    write(row);
    return out.buffer.toString("utf8", 0, out.at);
  });
}

function decimals(values: bigint[], bits: 128 | 256): Uint32Array {
  const words = new Uint32Array((values.length * bits) / 32);
  for (const [i, value] of values.entries()) {
    let rest = BigInt.asUintN(bits, value);
    for (let word = 0; word < bits / 32; word++, rest >>= 32n)
      words[(i * bits) / 32 + word] = Number(rest & 0xffff_ffffn);
  }
  return words;
}

/** The number times 10^scale as an integer, from its text alone. */
function unscaled(text: string, scale: number): bigint {
  const [, sign = "", whole = "", fraction = ""] = /^(-?)(\d+)(?:[.](\d+))?$/.exec(text) ?? [];
  return (sign === "-" ? -1n : 1n) * BigInt(whole + fraction.padEnd(scale, "0"));
}

describe("digits", () => {
  const small = fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n });
  test("INT64", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), small)), (values) => {
        const data = makeData({ type: new Int64(), length: values.length, data: BigInt64Array.from(values) });
        expect(texts(new Int64(), data, "INTEGER")).toEqual(values.map(String));
      }),
    );
  });

  test.each([
    ["NUMERIC", 128, 9, 10n ** 38n - 1n],
    ["NUMERIC(38)", 128, 0, 10n ** 38n - 1n],
    ["BIGNUMERIC", 256, 38, 2n ** 255n - 1n],
    ["BIGNUMERIC(60, 3)", 256, 3, 10n ** 60n],
  ] as const)("%s", (name, bits, scale, max) => {
    const type = new Decimal(scale, bits === 128 ? 38 : 76, bits);
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.bigInt({ min: -max, max }), small)), (values) => {
        const data = makeData({ type, length: values.length, data: decimals(values, bits) });
        const all = texts(type, data, name);
        expect(all.map((text) => unscaled(text, scale))).toEqual(values);
        for (const text of all) {
          expect(text).not.toMatch(/[.]$|[.]\d*0$|^-?0\d|^-0$/);
          expect(() => JSON.parse(text) as unknown).not.toThrow();
        }
      }),
    );
  });

  test("FLOAT64", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.double(), fc.integer(), fc.constant(-0))), (values) => {
        const data = makeData({ type: new Float64(), length: values.length, data: Float64Array.from(values) });
        for (const [i, text] of texts(new Float64(), data, "FLOAT").entries()) {
          const value = values[i]!;
          const parsed: unknown = JSON.parse(text);
          expect(parsed).toBe(Number.isFinite(value) ? value : String(value));
        }
      }),
    );
  });

  test("TIMESTAMP", () => {
    const micros = fc.bigInt({ min: -62_135_596_800_000_000n, max: 253_402_300_799_999_999n });
    fc.assert(
      fc.property(fc.array(micros), (values) => {
        const type = new TimestampMicrosecond("UTC");
        const data = makeData({ type, length: values.length, data: BigInt64Array.from(values) });
        for (const [i, text] of texts(type, data, "TIMESTAMP").entries()) {
          const iso = JSON.parse(text) as string;
          expect(iso).toMatch(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}[.]\d{6}Z$/);
          const seconds = BigInt(Date.parse(`${iso.slice(0, 19)}Z`)) / 1_000n;
          expect(seconds * 1_000_000n + BigInt(iso.slice(20, 26))).toBe(values[i]);
        }
      }),
    );
  });

  test("STRING", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "binary", maxLength: 300 })), (values) => {
        const encoded = values.map((value) => Buffer.from(value, "utf8"));
        const offsets = [0];
        for (const bytes of encoded) offsets.push(offsets.at(-1)! + bytes.length);
        const valueOffsets = Int32Array.from(offsets);
        const type = new Utf8();
        const data = makeData({ type, length: values.length, data: Buffer.concat(encoded), valueOffsets });
        expect(texts(type, data, "STRING").map((text) => JSON.parse(text) as unknown)).toEqual(values);
      }),
    );
  });
});

describe("event UUIDs", () => {
  const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

  test("any two strings are two rows, and the same string is always the same", () => {
    const id = fc.oneof(
      fc.string({ unit: "binary", minLength: 1 }),
      fc.uuid(),
      fc.uuid().map((text) => text.toUpperCase()),
    );
    fc.assert(
      fc.property(fc.uniqueArray(id, { maxLength: 50 }), (ids) => {
        expect(new Set(ids.map(rowUuid)).size).toBe(ids.length);
        for (const text of ids) {
          expect(rowUuid(text)).toMatch(uuid);
          expect(rowUuid(text)).toBe(rowUuid(text));
        }
      }),
    );
  });

  test("one that PostgreSQL would write the same way is kept, unless it looks like a hash of ours", () => {
    const kept = "0f8fad5b-d9cb-469f-a165-70867728950e";
    expect(rowUuid(kept)).toBe(kept);
    expect(rowUuid(kept.toUpperCase())).not.toBe(kept);
    expect(rowUuid(rowUuid("order 17"))).not.toBe(rowUuid("order 17"));
    expect(rowUuid(`{${kept}}`)).not.toBe(kept);
  });
});
