// Counts the fields of a chunk's rows, in its transaction: a row counts once, with the fields of the copy that stands.
import { sql } from "kysely";
import type { PropertyType } from "../../domain/event.ts";
import { MAX_TRACKED_PROPERTIES_PER_EVENT } from "../../domain/limits.ts";
import type { Transaction } from "../postgres/database.ts";
import { storable } from "../postgres/text.ts";
import type { StagedRow, StoredRows } from "./stagingTable.ts";

/** Longer names are stored with their record, but never become a property. */
const MAX_NAME_CHARS = 255;
/** How a number that JSON cannot write stands in the properties. */
const NUMBERS_AS_TEXT = new Set<unknown>(["NaN", "Infinity", "-Infinity"]);

type Fields = StagedRow["row"]["fields"];

interface PropertyCount {
  eventId: number;
  name: string;
  /** Negative where more copies with it were replaced than came. */
  counts: Record<PropertyType, number>;
  /** A record that has a value of it. Discovery reads the example from there, with all its digits. */
  exampleUuid: string | null;
}

export async function appendPropertyCounts(tx: Transaction, stored: StoredRows): Promise<void> {
  const properties = [...groupByFields(stored)].flatMap(([eventId, groups]) => countProperties(eventId, groups));
  if (properties.length === 0) return;
  const column = (type: PropertyType) => sql`${properties.map(({ counts }) => counts[type])}::bigint[]`;
  await tx.execute(sql`
    insert into property_counts (event_id, name, strings, numbers, booleans, arrays, objects, nulls, example_uuid)
    select * from unnest(${properties.map(({ eventId }) => eventId)}::integer[],
      ${properties.map(({ name }) => storable(name))}::text[], ${column("string")}, ${column("number")},
      ${column("boolean")}, ${column("array")}, ${column("object")}, ${column("null")},
      ${properties.map(({ exampleUuid }) => exampleUuid)}::uuid[])`);
}

/** Rows by their object of fields: a connector may let similar rows share one, which is then looked at once. */
type FieldsGroups = Map<Fields, { rows: number; exampleUuid: string | null }>;

function groupByFields({ fresh, replaced }: StoredRows): Map<number, FieldsGroups> {
  const events = new Map<number, FieldsGroups>();
  const add = (eventId: number, fields: Fields, rows: number, exampleUuid: string | null) => {
    let groups = events.get(eventId);
    if (groups === undefined) events.set(eventId, (groups = new Map()));
    const group = groups.get(fields);
    if (group === undefined) groups.set(fields, { rows, exampleUuid });
    else group.rows += rows;
  };
  for (const { eventId, row } of fresh) add(eventId, row.fields, 1, row.uuid);
  for (const { eventId, row, before } of replaced) {
    const { fields } = row;
    add(eventId, fields, 1, row.uuid);
    add(eventId, fieldsOf(before, fields), -1, null);
  }
  return events;
}

/** The fields of a stored copy, as they were counted. `like`: those of the copy that replaced it. */
function fieldsOf(properties: string, like: Fields): Fields {
  const stored = JSON.parse(properties) as Fields;
  const fields = { ...stored };
  for (const name in like) {
    if (typeof like[name] === "number" && NUMBERS_AS_TEXT.has(stored[name])) fields[name] = 0;
    if (!name.includes(".") || Object.hasOwn(stored, name)) continue;
    // Fields within a field are counted under their path, unless the stored copy has none of that path.
    const value = valueAt(stored, name);
    if (value !== undefined) fields[name] = value;
  }
  return fields;
}

/** As `crosscurrent_property` finds it. */
function valueAt(stored: Fields, name: string): unknown {
  const dot = name.indexOf(".");
  const outer = stored[name.slice(0, dot)];
  const value = Array.isArray(outer) ? keyedValue(outer, name.slice(dot + 1)) : fieldAt(stored, name.split("."));
  return NUMBERS_AS_TEXT.has(value) ? 0 : value;
}

function fieldAt(stored: Fields, path: string[]): unknown {
  let value: unknown = stored;
  for (const name of path) {
    value = typeof value === "object" && value !== null ? (value as Fields)[name] : null;
  }
  return value;
}

/** The value of a key in an array of keys and values: itself, or its first field that is not null. */
function keyedValue(items: unknown[], key: string): unknown {
  const item = items.find((one) => typeof one === "object" && one !== null && (one as Fields)["key"] === key);
  const value = (item as Fields | undefined)?.["value"];
  if (typeof value !== "object" || value === null) return value;
  return Object.values(value).find((field) => field !== null);
}

function countProperties(eventId: number, groups: FieldsGroups): PropertyCount[] {
  const properties = new Map<string, PropertyCount>();
  for (const [fields, { rows, exampleUuid }] of groups) {
    for (const name in fields) {
      if (name.length > MAX_NAME_CHARS) continue;
      const type = typeOf(fields[name]);
      const property = properties.get(name) ?? addProperty(properties, eventId, name);
      property.counts[type] += rows;
      if (type !== "null") property.exampleUuid ??= exampleUuid;
    }
  }
  const counted = [...properties.values()].filter(({ counts }) => Object.values(counts).some((count) => count !== 0));
  if (counted.length <= MAX_TRACKED_PROPERTIES_PER_EVENT) return counted;
  const byCount = counted.map((property) => ({ property, count: totalOf(property) }));
  return byCount
    .toSorted((a, b) => b.count - a.count)
    .slice(0, MAX_TRACKED_PROPERTIES_PER_EVENT)
    .map(({ property }) => property);
}

function addProperty(properties: Map<string, PropertyCount>, eventId: number, name: string): PropertyCount {
  const counts = { string: 0, number: 0, boolean: 0, array: 0, object: 0, null: 0 };
  const property = { eventId, name, counts, exampleUuid: null };
  properties.set(name, property);
  return property;
}

function totalOf({ counts }: PropertyCount): number {
  return Object.values(counts).reduce((sum, count) => sum + Math.abs(count), 0);
}

function typeOf(value: unknown): PropertyType {
  if (typeof value === "string") return "string";
  if (typeof value === "number" || typeof value === "bigint") return "number";
  if (typeof value === "boolean") return "boolean";
  if (value === null || value === undefined) return "null";
  return Array.isArray(value) ? "array" : "object";
}
