// The join rate: how many exposed users have any imported event, and by which of its ids they were found.
import { sql } from "kysely";
import type { JsonObject } from "../../domain/integration.ts";
import type { MetricSample } from "../../domain/metrics/sample.ts";
import { isUser, USER_COLUMNS } from "../events/records.ts";
import type { IdentityProperties } from "../imports/interface.ts";
import type { Transaction } from "../postgres/database.ts";

interface SearchedEvent {
  id: number;
  source: JsonObject | null;
}

/**
 * Looks each sampled user up in the indexes of every event, first among the ids that count first. The property of the
 * found row that holds the id gives it its name.
 */
export async function findSampled(
  tx: Transaction,
  events: SearchedEvent[],
  sampled: string[],
  identityProperties: IdentityProperties,
): Promise<MetricSample["joined"]> {
  const searched = JSON.stringify(events.map(({ id, source }) => ({ id, names: identityProperties(source) })));
  const byColumn = USER_COLUMNS.map((column, place) => {
    const isTheirs = sql`e.event_id = d.id and ${isUser(column, sql`s.user_id`)}`;
    return sql`(
      select e.properties, d.names, ${sql.lit(place)} as place
      from jsonb_to_recordset(${searched}::jsonb) as d (id integer, names jsonb),
        lateral (select e.properties from imported_events e where ${isTheirs} limit 1) e limit 1
    )`;
  });
  await tx.execute(sql`set local enable_seqscan = off`);
  const rows = await tx.query(sql<{ name: string | null; found: number }>`
    select one.name, count(*) as found
    from unnest(${sampled}::text[]) as s (user_id), lateral (
      select (
        select n.name from jsonb_array_elements_text(r.names) with ordinality as n (name, place)
        where r.properties ->> n.name = s.user_id order by n.place limit 1
      ) as name
      from (${sql.join(byColumn, sql` union all `)} order by place limit 1) r
    ) one group by one.name order by found desc, one.name`);
  return {
    sampled: sampled.length,
    found: rows.reduce((sum, { found }) => sum + found, 0),
    byId: Object.fromEntries(rows.flatMap(({ name, found }) => (name === null ? [] : [[name, found]]))),
  };
}
