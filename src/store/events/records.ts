// What was imported, for its owner: records page by page in the order of the primary key, and discovered properties.
import { type ImportedRecord, PROPERTY_TYPES, type Property, type PropertyType } from "../../domain/event.ts";
import type { Page, PageRequest } from "../../domain/page.ts";
import { sql } from "kysely";
import { decodeCursor, toPage, type CursorList } from "../postgres/cursors.ts";
import type { Queryable } from "../postgres/database.ts";

const FIRST_UUID = "00000000-0000-0000-0000-000000000000";

/** Properties stay text from the database to the caller: parsing them would cost digits. */
export async function readRecords(db: Queryable, eventId: number, page: PageRequest): Promise<Page<ImportedRecord>> {
  const list: CursorList = { name: "records", owner: String(eventId), shape: ["string"] };
  const key = decodeCursor(list, page.cursor);
  const after = key === null ? sql`uuid >= ${FIRST_UUID}::uuid` : sql`uuid > ${key[0]}::uuid`;
  const { rows } = await sql<ImportedRecord>`
    select uuid::text as uuid, user_id as "userId", timestamp_ms as "timestampMs", properties::text as properties
    from imported_events where event_id = ${eventId} and ${after} order by uuid limit ${page.limit + 1}`.execute(db);
  return toPage(
    list,
    rows,
    page.limit,
    (row) => [row.uuid],
    (row) => row,
  );
}

interface PropertyRow {
  name: string;
  example: string | null;
  strings: number;
  numbers: number;
  booleans: number;
  arrays: number;
  objects: number;
  nulls: number;
}

export async function readProperties(db: Queryable, eventId: number): Promise<Property[]> {
  const { rows } = await sql<PropertyRow>`
    select name, example, strings, numbers, booleans, arrays, objects, nulls
    from properties where event_id = ${eventId} order by name`.execute(db);
  return rows.map(toProperty);
}

function toProperty(row: PropertyRow): Property {
  const counts: Record<PropertyType, number> = {
    string: row.strings,
    number: row.numbers,
    boolean: row.booleans,
    array: row.arrays,
    object: row.objects,
    null: row.nulls,
  };
  const count = PROPERTY_TYPES.reduce((sum, type) => sum + counts[type], 0);
  return {
    name: row.name,
    types: PROPERTY_TYPES.filter((type) => counts[type] > 0),
    numeric: row.numbers > 0 && row.numbers + row.nulls === count,
    count,
    example: row.example,
  };
}
