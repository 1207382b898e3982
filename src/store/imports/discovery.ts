// Discovery: folds the property counts of the chunks into the properties of the events, one transaction per event.
import { sql, type RawBuilder } from "kysely";
import type { JsonObject } from "../../domain/integration.ts";
import { MAX_TRACKED_PROPERTIES_PER_EVENT } from "../../domain/limits.ts";
import { propertyTotal } from "../events/records.ts";
import type { Database, Transaction } from "../postgres/database.ts";
import type { IdentityProperties } from "./interface.ts";

const EXAMPLE_CHARS = 200;

export async function discoverProperties(
  db: Database,
  integrationId: string,
  identityProperties: IdentityProperties,
): Promise<number> {
  const events = await db.query(sql<{ id: number; source: JsonObject | null }>`
    select id, source from event_definitions e where integration_id = ${integrationId} and deleted_at_ms is null
      and exists (select from property_counts t where t.event_id = e.id) order by id`);
  let changed = 0;
  for (const { id, source } of events) {
    const identities = identityProperties(source).map((name) => name.toLowerCase());
    changed += await db.transaction((tx) => foldCounts(tx, id, identities));
  }
  return changed;
}

/**
 * Adds the chunks' counts to the properties, and keeps the most frequent ones. For example, with `price` known:
 *
 *     property_counts (taken out)   summed                  properties
 *     price   numbers 3             price  numbers 5        price  numbers 10 -> 15 (its example stays)
 *     price   numbers 2             color  strings 4        color  strings 4, example "red" of record u1
 *     color   strings 4, record u1  size   numbers 1        size   numbers 1, unless too many are more frequent
 *     size    numbers 1, record u2
 */
async function foldCounts(tx: Transaction, eventId: number, identities: string[]): Promise<number> {
  // One transaction at a time per event: two must not both fill its last room, and it must not be purged meanwhile.
  await tx.execute(sql`select from event_definitions where id = ${eventId} for no key update`);
  const changed = await tx.execute(sql`
    with taken as (
      delete from property_counts where event_id = ${eventId}
      returning name, strings, numbers, booleans, arrays, objects, nulls, example_uuid
    ), summed as (
      select name, sum(strings) as strings, sum(numbers) as numbers, sum(booleans) as booleans, sum(arrays) as arrays,
        sum(objects) as objects, sum(nulls) as nulls,
        (array_agg(example_uuid) filter (where example_uuid is not null))[1] as example_uuid
      from taken group by name
    ), ranked as (
      select s.*, p.name is not null as known, p.example as known_example, ${propertyTotal("s")} as total,
        row_number() over (partition by p.name is not null order by ${propertyTotal("s")} desc, s.name) as rank
      from summed s left join properties p on p.event_id = ${eventId} and p.name = s.name
    )
    insert into properties as p (event_id, name, strings, numbers, booleans, arrays, objects, nulls, example)
    select ${eventId}, r.name, r.strings, r.numbers, r.booleans, r.arrays, r.objects, r.nulls,
      coalesce(r.known_example, ${exampleOf(eventId, identities)})
    from ranked r where r.known or r.total > 0 and r.rank <= ${MAX_TRACKED_PROPERTIES_PER_EVENT}::bigint
    on conflict (event_id, name) do update set strings = p.strings + excluded.strings,
      numbers = p.numbers + excluded.numbers, booleans = p.booleans + excluded.booleans,
      arrays = p.arrays + excluded.arrays, objects = p.objects + excluded.objects,
      nulls = p.nulls + excluded.nulls, example = excluded.example`);
  await keepMostFrequent(tx, eventId);
  return changed;
}

/** A property that no record has any more goes too. */
async function keepMostFrequent(tx: Transaction, eventId: number): Promise<void> {
  const total = propertyTotal("p");
  await tx.execute(sql`
    delete from properties where event_id = ${eventId} and name in (
      select name from (
        select name, ${total} as total, row_number() over (order by ${total} desc, name) as rank
        from properties p where event_id = ${eventId}
      ) r where total <= 0 or rank > ${MAX_TRACKED_PROPERTIES_PER_EVENT}::bigint
    )`);
}

/** JSON text of the property's value in the example record, with every digit; a long value is shortened to a string. */
function exampleOf(eventId: number, identities: string[]): RawBuilder<unknown> {
  return sql`(
  select case
    when lower(r.name) = any(${identities}::text[]) then null
    when lower(substring(r.name from '[^.]*$')) = any(${identities}::text[]) then null
    when length(v.value::text) <= ${EXAMPLE_CHARS}::integer then v.value::text
    else to_jsonb(left(v.value #>> '{}', ${EXAMPLE_CHARS}::integer - 2) || '…')::text end
  from imported_events e
  cross join lateral (select crosscurrent_property(e.properties, r.name) as value) v
  where e.event_id = ${eventId} and e.uuid = r.example_uuid
)`;
}
