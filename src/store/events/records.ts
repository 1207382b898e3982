// Imported records, page by page in the order of the primary key, and discovered properties.
import { sql } from "kysely";
import { type ImportedRecord, PROPERTY_TYPES, type Property, type PropertyType } from "../../domain/event.ts";
import type { Page, PageRequest } from "../../domain/page.ts";
import { decodeCursor, toPage, type CursorList } from "../postgres/cursors.ts";
import type { Queryable } from "../postgres/database.ts";

/** Properties stay text from the database to the caller: parsing them would cost digits. */
export async function readRecords(db: Queryable, eventId: number, page: PageRequest): Promise<Page<ImportedRecord>> {
  const list: CursorList = { name: "records", owner: String(eventId), shape: ["string"] };
  const key = decodeCursor(list, page.cursor);
  const after = key === null ? sql`true` : sql`uuid > ${key[0]}::uuid`;
  const rows = await db.query(sql<ImportedRecord>`
    select uuid::text as uuid, user_id as "userId", timestamp_ms as "timestampMs", properties::text as properties
    from imported_events where event_id = ${eventId} and ${after} order by uuid limit ${page.limit + 1}`);
  const keyOf = (row: ImportedRecord) => [row.uuid];
  return toPage(list, rows, page.limit, keyOf, (row) => row);
}

interface PropertyRow {
  name: string;
  example: string | null;
  counts: Record<PropertyType, number>;
}

export async function readProperties(db: Queryable, eventId: number): Promise<Property[]> {
  const rows = await db.query(sql<PropertyRow>`
    select name, example, json_build_object('string', strings, 'number', numbers, 'boolean', booleans, 'array', arrays,
      'object', objects, 'null', nulls) as counts
    from properties where event_id = ${eventId} order by name`);
  return rows.map(({ name, example, counts }) => {
    const count = PROPERTY_TYPES.reduce((sum, type) => sum + counts[type], 0);
    return {
      name,
      types: PROPERTY_TYPES.filter((type) => counts[type] > 0),
      numeric: counts.number > 0 && counts.number + counts.null === count,
      count,
      example,
    };
  });
}
