// The rows of an event that count for a user: by any of the row's ids, unless the row is a rival's.
import { sql, type RawBuilder } from "kysely";
import { isUser, USER_COLUMNS } from "../events/records.ts";

interface Strategy {
  /** Looks each user up by the indexes, instead of reading all rows once. */
  byUser: boolean;
  /** Some rows of the event have several ids. */
  hasSeveralIds: boolean;
}

/** Joins rows `e` to users `u` of metric_missing. It ends within the join's condition, so that more can follow. */
export function rowsOfUser(eventId: number, { byUser, hasSeveralIds }: Strategy): RawBuilder<unknown> {
  const ofEvent = sql`e.event_id = ${eventId}`;
  if (!hasSeveralIds) {
    const isTheirs = byUser ? isUser(USER_COLUMNS[0], sql`u.user_id`) : sql`e.user_id collate "C" = u.user_id`;
    return sql`imported_events e on ${ofEvent} and ${isTheirs}`;
  }
  const columns = sql`e.timestamp_ms, e.properties, e.user_id, e.user_id_2`;
  const isNotRivals = sql`(e.place = 1 or u.rival_ids is null or e.user_id <> all(u.rival_ids)
    and (e.place = 2 or e.user_id_2 <> all(u.rival_ids)))`;
  if (!byUser) {
    return sql`(
        select ${columns}, unnest(array[${sql.join(USER_COLUMNS)}]) as matched, unnest(array[1, 2, 3]) as place
        from imported_events e where ${ofEvent}
      ) e on e.matched collate "C" = u.user_id and ${isNotRivals}`;
  }
  const arms = USER_COLUMNS.map(
    (column, i) => sql`select ${columns}, ${sql.lit(i + 1)} as place from imported_events e
      where ${ofEvent} and ${isUser(column, sql`u.user_id`)}`,
  );
  return sql`lateral (${sql.join(arms, sql` union all `)}) e on ${isNotRivals}`;
}
