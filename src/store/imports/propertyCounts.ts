// Counts the fields of a chunk's fresh rows, in its transaction: a row that is read again is not counted twice.
import { sql } from "kysely";
import type { PropertyType } from "../../domain/event.ts";
import { MAX_PROPERTIES_PER_EVENT } from "../../domain/limits.ts";
import type { Transaction } from "../postgres/database.ts";
import { storable } from "../postgres/text.ts";
import type { StagedRow } from "./stagingTable.ts";

/** Longer names are stored with their record, but never become a property. */
const MAX_NAME_CHARS = 255;

interface PropertyCount {
  eventId: number;
  name: string;
  counts: Record<PropertyType, number>;
  /** A record that has a value of it. Discovery reads the example from there, with all its digits. */
  exampleUuid: string | null;
}

export async function appendPropertyCounts(tx: Transaction, fresh: StagedRow[]): Promise<void> {
  const properties = [...groupByFields(fresh)].flatMap(([eventId, groups]) => countProperties(eventId, groups));
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
type FieldsGroups = Map<StagedRow["row"]["fields"], { rows: number; firstUuid: string }>;

function groupByFields(fresh: StagedRow[]): Map<number, FieldsGroups> {
  const events = new Map<number, FieldsGroups>();
  for (const { eventId, row } of fresh) {
    let groups = events.get(eventId);
    if (groups === undefined) events.set(eventId, (groups = new Map()));
    const group = groups.get(row.fields);
    if (group === undefined) groups.set(row.fields, { rows: 1, firstUuid: row.uuid });
    else group.rows++;
  }
  return events;
}

function countProperties(eventId: number, groups: FieldsGroups): PropertyCount[] {
  const properties = new Map<string, PropertyCount>();
  for (const [fields, { rows, firstUuid }] of groups) {
    for (const name in fields) {
      const type = typeOf(fields[name]);
      const property = properties.get(name) ?? addProperty(properties, eventId, name);
      if (property === null) continue;
      property.counts[type] += rows;
      if (type !== "null") property.exampleUuid ??= firstUuid;
    }
  }
  return [...properties.values()];
}

function addProperty(properties: Map<string, PropertyCount>, eventId: number, name: string): PropertyCount | null {
  if (properties.size >= MAX_PROPERTIES_PER_EVENT || name.length > MAX_NAME_CHARS) return null;
  const counts = { string: 0, number: 0, boolean: 0, array: 0, object: 0, null: 0 };
  const property = { eventId, name, counts, exampleUuid: null };
  properties.set(name, property);
  return property;
}

function typeOf(value: unknown): PropertyType {
  if (typeof value === "string") return "string";
  if (typeof value === "number" || typeof value === "bigint") return "number";
  if (typeof value === "boolean") return "boolean";
  if (value === null || value === undefined) return "null";
  return Array.isArray(value) ? "array" : "object";
}
