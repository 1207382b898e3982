// Users who share rows of an event: where several of a row's ids are exposed users, the row is that of the first id.
import { sql, type RawBuilder } from "kysely";
import type { Transaction } from "../postgres/database.ts";

/**
 * Fills `metric_rivals`: for each user of `metric_users`, the others that stand before it in some row of an event. What
 * the user counts there depends on them, so their hash is a part of the key of its values. For example, where u1 and
 * u2 are exposed, and u3 is not:
 *
 *     ids of a row   imported_user_pairs       metric_rivals
 *     u1, u2         u2, rival u1              u2: rivals [u1]
 *     u3, u1         u1, rival u3              -
 *
 * Returns the events that have such users.
 */
export async function gatherRivals(tx: Transaction, eventIds: number[]): Promise<ReadonlySet<number>> {
  await tx.execute(sql`truncate metric_rivals`);
  await tx.execute(sql`
    insert into metric_rivals
    select event_id, user_id, hashtextextended(rival_ids::text, 0), rival_ids from (
      select p.event_id, p.user_id, array_agg(p.rival_id order by p.rival_id) as rival_ids
      from imported_user_pairs p
        join metric_users u on u.user_id = p.user_id join metric_users r on r.user_id = p.rival_id
      where p.event_id = any(${eventIds}::integer[]) group by p.event_id, p.user_id
    ) found`);
  const found = await tx.query(sql<{ id: number }>`select distinct event_id as id from metric_rivals`);
  return new Set(found.map(({ id }) => id));
}

interface RivalsSql {
  join: RawBuilder<unknown>;
  /** 0 for a user without rivals. */
  hash: RawBuilder<number>;
  ids: RawBuilder<string[] | null>;
}

/** Joins the rivals of a user `u` of metric_users under the name `name`, if the event has any. */
export function rivalsOf(eventId: number, withRivals: ReadonlySet<number>, name: string): RivalsSql {
  if (!withRivals.has(eventId)) return { join: sql``, hash: sql`0::bigint`, ids: sql`null::text[]` };
  const of = (column: string) => sql.ref(`${name}.${column}`);
  return {
    join: sql`left join metric_rivals ${sql.ref(name)}
      on ${of("event_id")} = ${eventId} and ${of("user_id")} = u.user_id`,
    hash: sql`coalesce(${of("rivals")}, 0)`,
    ids: sql`${of("rival_ids")}`,
  };
}
