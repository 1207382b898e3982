// Counts the fields of a chunk's rows, in its transaction: a row counts once, with the fields of the copy that stands.
import { sql } from "kysely";
import type { PropertyType } from "../../domain/event.ts";
import { MAX_TRACKED_PROPERTIES_PER_EVENT } from "../../domain/limits.ts";
import type { Transaction } from "../postgres/database.ts";
import { storable } from "../postgres/text.ts";
import type { StoredRows } from "./stagingTable.ts";
import { type Fields, type KnownLeaves, readKnownLeaves, storedFields } from "./storedFields.ts";

/** Longer names are stored with their record, but never become a property. */
const MAX_NAME_CHARS = 255;

interface PropertyCount {
  eventId: number;
  name: string;
  /** Negative where more copies with it were replaced than came. */
  counts: Record<PropertyType, number>;
  /** A record that has a value of it. Discovery reads the example from there, with all its digits. */
  exampleUuid: string | null;
}

export async function appendPropertyCounts(tx: Transaction, stored: StoredRows): Promise<void> {
  const leaves = await readKnownLeaves(tx, stored.replaced);
  const groups = groupByFields(stored, leaves);
  const properties = [...groups].flatMap(([eventId, ofEvent]) => countProperties(eventId, ofEvent));
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

function groupByFields(
  { fresh, replaced }: StoredRows,
  leaves: ReadonlyMap<number, KnownLeaves>,
): Map<number, FieldsGroups> {
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
    add(eventId, storedFields(before, fields, leaves.get(eventId) ?? new Map()), -1, null);
  }
  return events;
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
