// Imported records, page by page in the order of the primary key, and discovered properties.
import { sql, type RawBuilder } from "kysely";
import { type ImportedRecord, PROPERTY_TYPES, type PropertyList, type PropertyType } from "../../domain/event.ts";
import { MAX_PROPERTIES_PER_EVENT } from "../../domain/limits.ts";
import type { Page, PageRequest } from "../../domain/page.ts";
import { decodeCursor, toPart, type CursorList } from "../postgres/cursors.ts";
import type { Queryable } from "../postgres/database.ts";
import { storable } from "../postgres/text.ts";

/** The columns of a row's ids. The first one counts first. Each has an index of its hashes. */
export const USER_COLUMNS = [sql.ref("e.user_id"), sql.ref("e.user_id_2"), sql.ref("e.user_id_3")] as const;

/** Whether the id in the column is `userId`, looked up by the column's index. */
export function isUser(column: RawBuilder<unknown>, userId: RawBuilder<unknown>): RawBuilder<boolean> {
  return sql`hashtextextended(${column}, 0) = hashtextextended(${userId}, 0) and ${column} collate "C" = ${userId}`;
}

interface RecordsOf {
  eventId: number;
  /** Only records that have this id among theirs. */
  userId?: string | null | undefined;
}

/** A page has at least one record, and ends with the record that brings it to this size. */
const MAX_PAGE_BYTES = 8 * 1024 * 1024;

type RecordRow = ImportedRecord & { found: number };

/**
 * Properties stay text from the database to the caller: parsing them would cost digits. The identities of a page are
 * found first. Its records are then read one by one, so that PostgreSQL reads none beyond the end of the page.
 */
export async function readRecords(
  db: Queryable,
  { eventId, userId }: RecordsOf,
  { cursor, limit, maxBytes = MAX_PAGE_BYTES }: PageRequest & { maxBytes?: number | undefined },
): Promise<Page<ImportedRecord>> {
  const owner = JSON.stringify([eventId, userId ?? null]);
  const list: CursorList = { name: "records", owner, shape: ["uuid"] };
  const key = decodeCursor(list, cursor);
  const after = key === null ? sql`true` : sql`e.uuid > ${key[0]}::uuid`;
  const found =
    typeof userId === "string"
      ? uuidsOfUser(eventId, userId, after, limit + 1)
      : sql`select e.uuid from imported_events e where e.event_id = ${eventId} and ${after}
          order by e.uuid limit ${limit + 1}`;
  const rows = await db.query(sql<RecordRow>`
    with recursive found as materialized (select array(${found}) as uuids),
    page as (
      select 0 as number, 0::bigint as bytes, null::uuid as uuid, null::bigint as timestamp_ms,
        null::text as properties, null::text[] as user_ids
      union all
      select page.number + 1, page.bytes + octet_length(record.properties), record.*
      from page cross join found cross join lateral (
        select e.uuid, e.timestamp_ms, e.properties::text as properties,
          array_remove(array[nullif(e.user_id, ''), e.user_id_2, e.user_id_3], null) as user_ids
        from imported_events e
        where e.event_id = ${eventId} and e.uuid = found.uuids[page.number + 1]
        offset 0
      ) record
      where page.number < ${limit}::integer and page.bytes < ${maxBytes}::bigint
    )
    select uuid::text as uuid, timestamp_ms as "timestampMs", properties, user_ids as "userIds",
      (select cardinality(uuids) from found) as found
    from page where number > 0 order by number`);
  const hasMore = rows.length < (rows[0]?.found ?? 0);
  return toPart(list, rows, hasMore, (row) => [row.uuid], toRecord);
}

function toRecord({ uuid, userIds, timestampMs, properties }: RecordRow): ImportedRecord {
  return { uuid, userIds, timestampMs, properties };
}

/** A record is found once, because its ids differ. All are found before they are sorted: no index has that order. */
function uuidsOfUser(eventId: number, userId: string, after: RawBuilder<unknown>, limit: number): RawBuilder<unknown> {
  const user = sql`${storable(userId)}::text`;
  const byColumn = USER_COLUMNS.map((column) => {
    const found = sql`e.event_id = ${eventId} and ${isUser(column, user)} and ${after}`;
    return sql`select e.uuid from imported_events e where ${found}`;
  });
  return sql`
    with found as materialized (${sql.join(byColumn, sql` union all `)})
    select uuid from found order by uuid limit ${limit}`;
}

interface PropertyRow {
  name: string;
  example: string | null;
  counts: Record<PropertyType, number>;
}

/** Of a row `table` of property counts: how many records have the property. */
export function propertyTotal(table: string): RawBuilder<number> {
  const columns = ["strings", "numbers", "booleans", "arrays", "objects", "nulls"];
  return sql`(${sql.join(
    columns.map((column) => sql.ref(`${table}.${column}`)),
    sql` + `,
  )})`;
}

/** One property more than are listed shows that there are more. */
export async function readProperties(db: Queryable, eventId: number): Promise<PropertyList> {
  const rows = await db.query(sql<PropertyRow>`
    select p.name, p.example, json_build_object('string', p.strings, 'number', p.numbers, 'boolean', p.booleans,
      'array', p.arrays, 'object', p.objects, 'null', p.nulls) as counts
    from properties p where p.event_id = ${eventId}
    order by ${propertyTotal("p")} desc, p.name limit ${MAX_PROPERTIES_PER_EVENT + 1}`);
  const listed = rows.slice(0, MAX_PROPERTIES_PER_EVENT).map(({ name, example, counts }) => {
    const count = PROPERTY_TYPES.reduce((sum, type) => sum + counts[type], 0);
    const nonNumeric = count - counts.number - counts.null;
    return {
      name,
      types: PROPERTY_TYPES.filter((type) => counts[type] > 0),
      numeric: counts.number > 0 && nonNumeric === 0,
      count,
      nonNumeric,
      example,
    };
  });
  const properties = listed.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return { properties, truncated: rows.length > listed.length };
}
