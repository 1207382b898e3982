// Values within JSON columns and within arrays of keys and values, for property discovery: their paths and kinds.
import type { Data } from "apache-arrow";
import { MAX_LEAVES, MAX_LEAVES_BYTES } from "../../../domain/limits.ts";
import { bytesOf, offsetsOf, validity } from "./decode/data.ts";
import { jsonShape } from "./jsonShape.ts";
import { kindOfColumn, type Kind } from "./kinds.ts";
import type { TableColumn } from "./sourceTable.ts";

/** How deep a value may be in its JSON column. */
const MAX_DEPTH = 4;
const MAX_KEY_CHARS = 200;
const MAX_KNOWN_SHAPES = 10_000;

export interface Leaf {
  path: string;
  kind: Kind;
}

/** Rows with the same leaves have the same signature. */
export interface LeafSet {
  leaves: readonly Leaf[];
  signature: string;
}

export type ReadLeaves = (row: number) => LeafSet;

export const NO_LEAVES: LeafSet = { leaves: [], signature: "" };

/** Paths hold no control characters. */
function leafSet(leaves: Leaf[]): LeafSet {
  if (leaves.length === 0) return NO_LEAVES;
  return { leaves, signature: leaves.map(({ path, kind }) => `${path}\n${kind}`).join("\n") };
}

/**
 * Texts, numbers and booleans of a JSON object, as `payload.price`. Values in arrays have no path. Each shape of JSON
 * is parsed once, because parsing every row would take as long as all else.
 */
export function jsonLeaves(name: string, data: Data): ReadLeaves {
  const bytes = bytesOf(data);
  const offsets = offsetsOf(data);
  const known = new Map<number, LeafSet>();
  return (row) => {
    const [from, to] = [offsets[row]!, offsets[row + 1]!];
    if (to - from > MAX_LEAVES_BYTES || bytes[from] !== OPENING_BRACE) return NO_LEAVES;
    const shape = jsonShape(bytes, from, to);
    let found = known.get(shape);
    if (found === undefined) {
      const leaves: Leaf[] = [];
      addLeaves(leaves, name, JSON.parse(bytes.toString("utf8", from, to)) as Record<string, unknown>, 1);
      found = leafSet(leaves);
      if (known.size >= MAX_KNOWN_SHAPES) known.clear();
      known.set(shape, found);
    }
    return found;
  };
}

const OPENING_BRACE = 0x7b;

function addLeaves(leaves: Leaf[], path: string, object: Record<string, unknown>, depth: number): void {
  for (const [key, value] of Object.entries(object)) {
    if (leaves.length >= MAX_LEAVES) return;
    // A dot in a key would read like a path.
    if (key.includes(".") || !isKey(key)) continue;
    const kind = KIND_OF_VALUE[typeof value];
    if (kind !== undefined) leaves.push({ path: `${path}.${key}`, kind });
    else if (isObject(value) && depth < MAX_DEPTH) addLeaves(leaves, `${path}.${key}`, value, depth + 1);
  }
}

const KIND_OF_VALUE: Partial<Record<string, Kind>> = { string: "string", number: "number", boolean: "boolean" };

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isKey(key: string): boolean {
  return key !== "" && key.length <= MAX_KEY_CHARS && !/\p{Cc}/u.test(key);
}

/**
 * The values of an array of `STRUCT<key STRING, value …>`, as Google Analytics writes `event_params`: the value of the
 * key `price` is `event_params.price`. If `value` is a STRUCT of one field per type, the value is its first that is not
 * NULL. Null for a column that is no such array.
 */
export function keyedLeaves(name: string, data: Data, shape: TableColumn): ReadLeaves | null {
  const [key, value] = ["key", "value"].map((field) => shape.fields.findIndex((one) => one.name === field));
  const keyShape = shape.fields[key!];
  const valueShape = shape.fields[value!];
  if (shape.mode !== "REPEATED" || keyShape?.type !== "STRING" || valueShape === undefined) return null;
  if (keyShape.mode === "REPEATED" || valueShape.mode === "REPEATED") return null;
  const items = data.children[0]!;
  const childOf = (field: string) => items.children[items.type.children.findIndex((child) => child.name === field)];
  const [keys, values] = [childOf("key"), childOf("value")];
  if (keys === undefined || values === undefined) return null;
  const offsets = offsetsOf(data);
  const keyOf = textReader(keys);
  const kindOf = valueKind(values, valueShape);
  return (row) => {
    const leaves: Leaf[] = [];
    const to = Math.min(offsets[row + 1]!, offsets[row]! + MAX_LEAVES);
    for (let at = offsets[row]!; at < to; at++) {
      const kind = kindOf(at);
      const text = keyOf(at);
      if (kind === null || text === null || !isKey(text)) continue;
      const path = `${name}.${text}`;
      if (!leaves.some((leaf) => leaf.path === path)) leaves.push({ path, kind });
    }
    return leafSet(leaves);
  };
}

function textReader(data: Data): (row: number) => string | null {
  const bytes = bytesOf(data);
  const offsets = offsetsOf(data);
  const isValid = validity(data);
  return (row) => (isValid(row) ? bytes.toString("utf8", offsets[row], offsets[row + 1]) : null);
}

/** Null for NULL and for values that are no text, number or boolean. */
function valueKind(data: Data, shape: TableColumn): (row: number) => Kind | null {
  const isValid = validity(data);
  if (shape.fields.length === 0) {
    const kind = kindOfColumn(shape);
    return (row) => (isValid(row) ? kind : null);
  }
  const fields = data.children.flatMap((child, i) => {
    const field = shape.fields.find(({ name }) => name === data.type.children[i]?.name);
    const isSimple = field !== undefined && field.mode !== "REPEATED" && field.fields.length === 0;
    return isSimple ? [{ isValid: validity(child), kind: kindOfColumn(field) }] : [];
  });
  return (row) => (isValid(row) ? (fields.find((field) => field.isValid(row))?.kind ?? null) : null);
}
