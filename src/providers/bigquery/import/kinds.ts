// The kinds of values that property discovery tells apart, and which of them a column of BigQuery has.
import type { TableColumn } from "./sourceTable.ts";

/** One value of each kind. They are frozen, because rows share them. */
export const SAMPLES = {
  null: null,
  string: "",
  number: 0,
  boolean: true,
  array: Object.freeze([]),
  object: Object.freeze({}),
} as const;

export type Kind = keyof typeof SAMPLES;

const NUMERIC_TYPES = new Set(["INTEGER", "INT64", "FLOAT", "FLOAT64", "NUMERIC", "BIGNUMERIC"]);

export function kindOfColumn(shape: TableColumn): Kind {
  if (shape.mode === "REPEATED") return "array";
  if (NUMERIC_TYPES.has(shape.type)) return "number";
  if (shape.type === "BOOLEAN" || shape.type === "BOOL") return "boolean";
  return shape.type === "RECORD" || shape.type === "STRUCT" ? "object" : "string";
}
