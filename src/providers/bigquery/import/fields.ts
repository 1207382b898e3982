// The fields of a row for property discovery: names and kinds, never values. Rows with the same kinds share one object.
import type { Data } from "apache-arrow";
import { bytesOf, offsetsOf, validity } from "./decode/data.ts";
import { kindOfColumn, type Kind, SAMPLES } from "./kinds.ts";
import { jsonLeaves, keyedLeaves, NO_LEAVES, type ReadLeaves } from "./leaves.ts";
import type { TableColumn } from "./sourceTable.ts";

export type Fields = Readonly<Record<string, unknown>>;

const KIND_OF_FIRST_BYTE: Record<string, Kind> = {
  "{": "object",
  "[": "array",
  '"': "string",
  t: "boolean",
  f: "boolean",
  n: "null",
};

type Field = { name: string; kindOf: ((row: number) => Kind) | Kind };
type Node = { next: Map<string, Node>; fields: Fields | null };

interface Discovered {
  fields: Field[];
  /** Values within a value, which differ from row to row. */
  leaves: ReadLeaves[];
}

export function fieldsReader(names: string[], columns: Data[], shapes: TableColumn[]): (row: number) => Fields {
  const known = new Map(shapes.map((shape) => [shape.name.toLowerCase(), shape]));
  const all = columns.map((data, i) => discover(names[i]!, data, known.get(names[i]!.toLowerCase()), "", []));
  const fields = all.flatMap((one) => one.fields);
  const leaves = all.flatMap((one) => one.leaves);
  const constant = fields.flatMap(({ name, kindOf }) => (typeof kindOf === "string" ? [[name, SAMPLES[kindOf]]] : []));
  const varying = fields.flatMap(({ name, kindOf }) => (typeof kindOf === "string" ? [] : [{ name, kindOf }]));
  const root: Node = { next: new Map(), fields: null };
  return (row) => {
    let node = root;
    for (const { kindOf } of varying) node = nextNode(node, kindOf(row));
    for (const read of leaves) node = nextNode(node, read(row).signature);
    if (node.fields !== null) return node.fields;
    const differing = varying.map(({ name, kindOf }) => [name, SAMPLES[kindOf(row)]]);
    const within = leaves.flatMap((read) => read(row).leaves).map(({ path, kind }) => [path, SAMPLES[kind]]);
    node.fields = Object.freeze(Object.fromEntries([...within, ...constant, ...differing])) as Fields;
    return node.fields;
  };
}

function nextNode(node: Node, key: string): Node {
  const known = node.next.get(key);
  if (known !== undefined) return known;
  const next: Node = { next: new Map(), fields: null };
  node.next.set(key, next);
  return next;
}

/** The column itself, and the numbers in a STRUCT as `struct.field`, because metrics need numbers. */
function discover(
  name: string,
  data: Data,
  shape: TableColumn | undefined,
  prefix: string,
  parents: Data[],
): Discovered {
  if (shape === undefined) return { fields: [], leaves: [] };
  const chain = [...parents, data];
  const kind = kindOfColumn(shape);
  const isJson = shape.type === "JSON" && kind !== "array";
  const own: Field = { name: prefix + name, kindOf: isJson ? jsonKind(data) : kind };
  if (chain.some((part) => part.nullCount > 0)) own.kindOf = nullable(chain, own.kindOf);
  const leaves = leavesOf(prefix + name, data, shape, chain);
  if (kind !== "object") return { fields: prefix === "" || kind === "number" ? [own] : [], leaves };
  const inner = data.children.map((child, i) => {
    const childName = data.type.children[i]?.name as string;
    const childShape = shape.fields.find((field) => field.name.toLowerCase() === childName.toLowerCase());
    return discover(childName, child, childShape, `${prefix}${name}.`, chain);
  });
  const fields = inner.flatMap((one) => one.fields);
  return { fields: prefix === "" ? [own, ...fields] : fields, leaves: inner.flatMap((one) => one.leaves) };
}

/** Arrays of keys and values are looked into at the top level only, where a metric finds them. */
function leavesOf(name: string, data: Data, shape: TableColumn, chain: Data[]): ReadLeaves[] {
  const isTop = chain.length === 1;
  const read =
    shape.type === "JSON" && shape.mode !== "REPEATED"
      ? jsonLeaves(name, data)
      : isTop && shape.fields.length > 0
        ? keyedLeaves(name, data, shape)
        : null;
  if (read === null) return [];
  const checks = chain.filter((part) => part.nullCount > 0).map(validity);
  return [(row) => (checks.every((isValid) => isValid(row)) ? read(row) : NO_LEAVES)];
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
