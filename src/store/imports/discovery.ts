// Discovery: folds the property counts of the chunks into the properties of the events, one transaction per event.
import { sql } from "kysely";
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
): Promise<void> {
  const events = await db.query(sql<{ id: number; source: JsonObject | null }>`
    select id, source from event_definitions e where integration_id = ${integrationId} and deleted_at_ms is null
      and exists (select from property_counts t where t.event_id = e.id) order by id`);
  for (const { id, source } of events) {
    const identities = identityProperties(source).map((name) => name.toLowerCase());
    await db.transaction(async (tx) => {
      const added = await foldCounts(tx, id);
      await keepMostFrequent(tx, id);
      await addExamples(
        tx,
        id,
        added.filter(({ name }) => !identities.includes(name.toLowerCase())),
      );
    });
  }
}

/** A property without an example, and a record that has a value of it. */
interface WithoutExample {
  name: string;
  uuid: string;
}

/**
 * Adds the chunks' counts to the properties, and keeps the most frequent ones. For example, with `price` known:
 *
 *     property_counts (taken out)   summed                  properties
 *     price   numbers 3             price  numbers 5        price  numbers 10 -> 15
 *     price   numbers 2             color  strings 4        color  strings 4, whose example record u1 has
 *     color   strings 4, record u1  size   numbers 1        size   numbers 1, unless too many are more frequent
 *     size    numbers 1, record u2
 */
async function foldCounts(tx: Transaction, eventId: number): Promise<WithoutExample[]> {
  // One transaction at a time per event: two must not both fill its last room, and it must not be purged meanwhile.
  await tx.execute(sql`select from event_definitions where id = ${eventId} for no key update`);
  return await tx.query(sql<WithoutExample>`
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
    ), kept as (
      select * from ranked r where r.known or r.total > 0 and r.rank <= ${MAX_TRACKED_PROPERTIES_PER_EVENT}::bigint
    ), stored as (
      insert into properties as p (event_id, name, strings, numbers, booleans, arrays, objects, nulls)
      select ${eventId}, k.name, k.strings, k.numbers, k.booleans, k.arrays, k.objects, k.nulls from kept k
      on conflict (event_id, name) do update set strings = p.strings + excluded.strings,
        numbers = p.numbers + excluded.numbers, booleans = p.booleans + excluded.booleans,
        arrays = p.arrays + excluded.arrays, objects = p.objects + excluded.objects,
        nulls = p.nulls + excluded.nulls
    )
    select name, example_uuid as uuid from kept where known_example is null and example_uuid is not null`);
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

/**
 * An example is JSON text of a value with every digit; a long one is shortened to a string. A record is taken apart
 * once, however many properties it is the example of.
 */
async function addExamples(tx: Transaction, eventId: number, properties: WithoutExample[]): Promise<void> {
  if (properties.length === 0) return;
  const nested = properties.filter(({ name }) => name.includes("."));
  const textOf = (list: WithoutExample[], key: keyof WithoutExample) => list.map((property) => property[key]);
  await tx.execute(sql`
    with found as (
      select distinct on (f.key) f.key as name, f.value
      from unnest(${[...new Set(textOf(properties, "uuid"))]}::uuid[]) w (uuid)
      join imported_events e on e.event_id = ${eventId} and e.uuid = w.uuid
      cross join lateral jsonb_each(e.properties) f
      where f.key = any(${textOf(properties, "name")}::text[]) and f.value <> 'null'
      union all
      -- A name with dots may name a field within a field.
      select w.name, e.properties #> string_to_array(w.name, '.')
      from unnest(${textOf(nested, "name")}::text[], ${textOf(nested, "uuid")}::uuid[]) w (name, uuid)
      join imported_events e on e.event_id = ${eventId} and e.uuid = w.uuid
      where not e.properties ? w.name
    )
    update properties p set example = case
      when length(f.value::text) <= ${EXAMPLE_CHARS}::integer then f.value::text
      else to_jsonb(left(f.value #>> '{}', ${EXAMPLE_CHARS}::integer - 2) || '…')::text end
    from found f where p.event_id = ${eventId} and p.name = f.name`);
}
