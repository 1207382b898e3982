// The fields of a row for property discovery: names and kinds, never values. Rows with the same kinds share one object.
import type { Data } from "apache-arrow";
import { bytesOf, offsetsOf, validity } from "./decode/data.ts";
import type { TableColumn } from "./sourceTable.ts";

export type Fields = Readonly<Record<string, unknown>>;

/** One value of each kind. They are frozen, because rows share them. */
const SAMPLES = {
  null: null,
  string: "",
  number: 0,
  boolean: true,
  array: Object.freeze([]),
  object: Object.freeze({}),
} as const;
type Kind = keyof typeof SAMPLES;

const NUMERIC_TYPES = new Set(["INTEGER", "INT64", "FLOAT", "FLOAT64", "NUMERIC", "BIGNUMERIC"]);
const KIND_OF_FIRST_BYTE: Record<string, Kind> = {
  "{": "object",
  "[": "array",
  '"': "string",
  t: "boolean",
  f: "boolean",
  n: "null",
};

type Field = { name: string; kindOf: ((row: number) => Kind) | Kind };
type Node = { next: Map<Kind, Node>; fields: Fields | null };

export function fieldsReader(names: string[], columns: Data[], shapes: TableColumn[]): (row: number) => Fields {
  const known = new Map(shapes.map((shape) => [shape.name.toLowerCase(), shape]));
  const all = columns.flatMap((data, i) => fieldsOf(names[i]!, data, known.get(names[i]!.toLowerCase()), "", []));
  const constant = all.flatMap(({ name, kindOf }) => (typeof kindOf === "string" ? [[name, SAMPLES[kindOf]]] : []));
  const varying = all.flatMap(({ name, kindOf }) => (typeof kindOf === "string" ? [] : [{ name, kindOf }]));
  const root: Node = { next: new Map(), fields: null };
  return (row) => {
    let node = root;
    for (const { kindOf } of varying) {
      const kind = kindOf(row);
      let next = node.next.get(kind);
      if (next === undefined) {
        next = { next: new Map(), fields: null };
        node.next.set(kind, next);
      }
      node = next;
    }
    if (node.fields !== null) return node.fields;
    const differing = varying.map(({ name, kindOf }) => [name, SAMPLES[kindOf(row)]]);
    node.fields = Object.freeze(Object.fromEntries([...constant, ...differing])) as Fields;
    return node.fields;
  };
}

/** The column itself, and the numbers in a STRUCT as `struct.field`, because metrics need numbers. */
function fieldsOf(name: string, data: Data, shape: TableColumn | undefined, prefix: string, parents: Data[]): Field[] {
  if (shape === undefined) return [];
  const chain = [...parents, data];
  const kind = kindOfColumn(shape);
  const own: Field = { name: prefix + name, kindOf: shape.type === "JSON" && kind !== "array" ? jsonKind(data) : kind };
  if (chain.some((part) => part.nullCount > 0)) own.kindOf = nullable(chain, own.kindOf);
  if (kind !== "object") return prefix === "" || kind === "number" ? [own] : [];
  const inner = data.children.flatMap((child, i) => {
    const childName = data.type.children[i]?.name as string;
    const childShape = shape.fields.find((field) => field.name.toLowerCase() === childName.toLowerCase());
    return fieldsOf(childName, child, childShape, `${prefix}${name}.`, chain);
  });
  return prefix === "" ? [own, ...inner] : inner;
}

function kindOfColumn(shape: TableColumn): Kind {
  if (shape.mode === "REPEATED") return "array";
  if (NUMERIC_TYPES.has(shape.type)) return "number";
  if (shape.type === "BOOLEAN" || shape.type === "BOOL") return "boolean";
  return shape.type === "RECORD" || shape.type === "STRUCT" ? "object" : "string";
}

function nullable(chain: Data[], kindOf: Field["kindOf"]): Field["kindOf"] {
  const checks = chain.filter((part) => part.nullCount > 0).map(validity);
  return (row) => {
    for (const isValid of checks) if (!isValid(row)) return "null";
    return typeof kindOf === "string" ? kindOf : kindOf(row);
  };
}

/** The first character of JSON tells its kind. */
function jsonKind(data: Data): (row: number) => Kind {
  const bytes = bytesOf(data);
  const offsets = offsetsOf(data);
  return (row) => {
    let at = offsets[row]!;
    while (at < offsets[row + 1]! && bytes[at]! <= 0x20) at++;
    return KIND_OF_FIRST_BYTE[String.fromCharCode(bytes[at] ?? 0)] ?? "number";
  };
}
