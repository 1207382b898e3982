// What a chunk saw of its fresh rows' fields, appended in the chunk's own transaction: a row read again is never tallied twice.
import type { PropertyType } from "../../domain/event.ts";
import type { PoolClient } from "pg";
import { MAX_PROPERTIES_PER_EVENT } from "../../domain/limits.ts";
import type { StagedRow } from "./commitChunk.ts";
import { storable } from "../postgres/text.ts";

/** Longer names are stored with their record like any other, but never become a property. */
const MAX_NAME_CHARS = 255;

interface Tally {
  eventId: number;
  name: string;
  counts: Record<PropertyType, number>;
  /** A record that has a value of it; the example is read from there, with all its digits. */
  exampleUuid: string | null;
}

export async function appendTallies(client: PoolClient, fresh: StagedRow[]): Promise<void> {
  const tallies = tally(fresh);
  if (tallies.length === 0) return;
  const column = (type: PropertyType) => tallies.map((entry) => entry.counts[type]);
  await client.query(
    `insert into property_tallies (event_id, name, strings, numbers, booleans, arrays, objects, nulls, example_uuid)
     select * from unnest($1::integer[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[],
       $8::bigint[], $9::uuid[])`,
    [
      tallies.map((entry) => entry.eventId),
      tallies.map((entry) => storable(entry.name)),
      column("string"),
      column("number"),
      column("boolean"),
      column("array"),
      column("object"),
      column("null"),
      tallies.map((entry) => entry.exampleUuid),
    ],
  );
}

function tally(fresh: StagedRow[]): Tally[] {
  return [...groupedByFields(fresh)].flatMap(([eventId, groups]) => tallyOfEvent(eventId, groups));
}

/** Rows that share one object of fields, as a connector may let alike ones do: looked at once for all. */
interface Alike {
  rows: number;
  firstUuid: string;
}

type FieldsGroups = Map<StagedRow["row"]["fields"], Alike>;

function groupedByFields(fresh: StagedRow[]): Map<number, FieldsGroups> {
  const events = new Map<number, FieldsGroups>();
  for (const { eventId, row } of fresh) {
    let groups = events.get(eventId);
    if (groups === undefined) events.set(eventId, (groups = new Map()));
    const alike = groups.get(row.fields);
    if (alike === undefined) groups.set(row.fields, { rows: 1, firstUuid: row.uuid });
    else alike.rows++;
  }
  return events;
}

function tallyOfEvent(eventId: number, groups: FieldsGroups): Tally[] {
  const properties = new Map<string, Tally>();
  for (const [fields, { rows, firstUuid }] of groups) {
    for (const name in fields) {
      const type = typeOf(fields[name]);
      const entry = properties.get(name) ?? addTally(properties, eventId, name);
      if (entry === null) continue;
      entry.counts[type] += rows;
      if (type !== "null") entry.exampleUuid ??= firstUuid;
    }
  }
  return [...properties.values()];
}

function addTally(properties: Map<string, Tally>, eventId: number, name: string): Tally | null {
  if (properties.size >= MAX_PROPERTIES_PER_EVENT || name.length > MAX_NAME_CHARS) return null;
  const counts = { string: 0, number: 0, boolean: 0, array: 0, object: 0, null: 0 };
  const entry = { eventId, name, counts, exampleUuid: null };
  properties.set(name, entry);
  return entry;
}

function typeOf(value: unknown): PropertyType {
  switch (typeof value) {
    case "string":
      return "string";
    case "number":
    case "bigint":
      return "number";
    case "boolean":
      return "boolean";
    default:
      if (value === null || value === undefined) return "null";
      return Array.isArray(value) ? "array" : "object";
  }
}
