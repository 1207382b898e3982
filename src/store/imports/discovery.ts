// Discovery: folds what the chunks saw of their fields into the properties of the events, in one transaction per event.
import type { JsonObject } from "../../domain/integration.ts";
import { sql, type RawBuilder } from "kysely";
import { MAX_PROPERTIES_PER_EVENT } from "../../domain/limits.ts";
import type { Queryable } from "../postgres/database.ts";
import type { IdentityProperties } from "./interface.ts";

const EXAMPLE_CHARS = 200;

/** Returns how many properties changed. */
export async function discoverProperties(
  db: Queryable,
  integrationId: string,
  identityProperties: IdentityProperties,
): Promise<number> {
  const { rows } = await sql<{ id: number; source: JsonObject | null }>`
    select id, source from event_definitions e where integration_id = ${integrationId} and deleted_at_ms is null
      and exists (select from property_tallies t where t.event_id = e.id) order by id`.execute(db);
  let changed = 0;
  for (const { id, source } of rows) {
    const hidden = identityProperties(source).map((name) => name.toLowerCase());
    changed += await db.transaction().execute((tx) => foldTallies(tx, id, hidden));
  }
  return changed;
}

async function foldTallies(tx: Queryable, eventId: number, hidden: string[]): Promise<number> {
  // One at a time per event, so that two never both fill its last free places; and not while it is purged.
  await sql`select from event_definitions where id = ${eventId} for no key update`.execute(tx);
  const { numAffectedRows = 0n } = await sql`
    with taken as (
      delete from property_tallies where event_id = ${eventId}
      returning name, strings, numbers, booleans, arrays, objects, nulls, example_uuid
    ), summed as (
      select name, sum(strings) as strings, sum(numbers) as numbers, sum(booleans) as booleans, sum(arrays) as arrays,
        sum(objects) as objects, sum(nulls) as nulls, (array_agg(example_uuid) filter (where example_uuid is not null))[1] as example_uuid
      from taken group by name
    ), ranked as (
      select s.*, p.name is not null as known, p.example as known_example,
        row_number() over (partition by p.name is not null order by s.strings + s.numbers + s.booleans + s.arrays + s.objects + s.nulls desc, s.name) as nth
      from summed s left join properties p on p.event_id = ${eventId} and p.name = s.name
    )
    insert into properties as p (event_id, name, strings, numbers, booleans, arrays, objects, nulls, example)
    select ${eventId}, r.name, r.strings, r.numbers, r.booleans, r.arrays, r.objects, r.nulls, coalesce(r.known_example, ${exampleOf(eventId, hidden)})
    from ranked r
    where r.known or r.nth <= ${MAX_PROPERTIES_PER_EVENT}::bigint - (select count(*) from properties where event_id = ${eventId})
    on conflict (event_id, name) do update set strings = p.strings + excluded.strings, numbers = p.numbers + excluded.numbers,
      booleans = p.booleans + excluded.booleans, arrays = p.arrays + excluded.arrays, objects = p.objects + excluded.objects,
      nulls = p.nulls + excluded.nulls, example = excluded.example`.execute(tx);
  return Number(numAffectedRows);
}

/** JSON text of the property's value in the example record: every digit kept, a long one as a shortened string. */
function exampleOf(eventId: number, hidden: string[]): RawBuilder<unknown> {
  return sql`(
  select case
    when lower(r.name) = any(${hidden}::text[]) then null
    when length(v.value::text) <= ${EXAMPLE_CHARS}::integer then v.value::text
    else to_jsonb(left(v.value #>> '{}', ${EXAMPLE_CHARS}::integer - 2) || '…')::text end
  from imported_events e
  -- A name with dots may be that of a field within fields.
  cross join lateral (select coalesce(e.properties -> r.name, e.properties #> string_to_array(r.name, '.')) as value) v
  where e.event_id = ${eventId} and e.uuid = r.example_uuid
)`;
}
