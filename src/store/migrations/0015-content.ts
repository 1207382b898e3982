// Exact counts of rejected records beside a sample of them, and what is known of the rows of an event's table.
import { sql, type Kysely, type Migration } from "kysely";

/**
 * `rejected_counts`: how many records were rejected per direction, event and reason. `rejected_keys`: a hash of each
 * rejected record of an import, so that it counts once however often it is read. Its record is kept as a sample only.
 */
const REJECTED = `
  create table rejected_counts (
    id bigint generated always as identity primary key,
    integration_id text not null references integrations on delete cascade,
    event_id integer,
    direction text not null,
    reason text not null,
    count bigint not null
  );
  create unique index rejected_counts_reason
    on rejected_counts (integration_id, direction, coalesce(event_id, 0), md5(reason));
  create table rejected_keys (
    event_id integer,
    integration_id text,
    key_hash uuid not null
  );
  create unique index rejected_keys_event on rejected_keys (event_id, key_hash) where event_id is not null;
  create unique index rejected_keys_integration on rejected_keys (integration_id, key_hash)
    where integration_id is not null;`;

const KNOWN = `
  insert into rejected_counts (integration_id, event_id, direction, reason, count)
    select integration_id, event_id, direction, reason, count(*) from rejected_records group by 1, 2, 3, 4;
  insert into rejected_keys (event_id, integration_id, key_hash)
    select event_id, case when event_id is null then integration_id end, encode(substring(key_hash for 16), 'hex')::uuid
    from rejected_records where direction = 'import' and length(key_hash) = 32 on conflict do nothing;
  delete from rejected_records r using (
    select id, row_number() over (partition by integration_id, event_id, md5(reason) order by id) as place
    from rejected_records where direction = 'import'
  ) p where p.id = r.id and p.place > 100;`;

/** Rejected buckets are all kept, because each can be sent again. Triggers count them, whatever changes them. */
const BUCKETS = `
  create function crosscurrent_count_rejected(integration text, of_reason text, change bigint) returns void
  language plpgsql as $$ begin
    update rejected_counts set count = count + change
      where integration_id = integration and direction = 'export' and coalesce(event_id, 0) = 0
        and md5(reason) = md5(of_reason);
    if not found and change > 0 then
      insert into rejected_counts as c (integration_id, direction, reason, count)
        values (integration, 'export', of_reason, change)
        on conflict (integration_id, direction, coalesce(event_id, 0), md5(reason))
        do update set count = c.count + excluded.count;
    end if;
    delete from rejected_counts where integration_id = integration and direction = 'export' and count <= 0;
  end $$;
  create function crosscurrent_count_added() returns trigger language plpgsql as $$ begin
    perform crosscurrent_count_rejected(a.integration_id, a.reason, a.count) from (
      select integration_id, reason, count(*) as count from added where direction = 'export'
      group by 1, 2 order by 1, 2) a;
    return null;
  end $$;
  create function crosscurrent_count_removed() returns trigger language plpgsql as $$ begin
    perform crosscurrent_count_rejected(r.integration_id, r.reason, -r.count) from (
      select integration_id, reason, count(*) as count from removed where direction = 'export'
      group by 1, 2 order by 1, 2) r;
    return null;
  end $$;
  create trigger rejected_added after insert on rejected_records referencing new table as added
    for each statement execute function crosscurrent_count_added();
  create trigger rejected_removed after delete on rejected_records referencing old table as removed
    for each statement execute function crosscurrent_count_removed();
  create function crosscurrent_count_changed() returns trigger language plpgsql as $$ begin
    perform crosscurrent_count_rejected(c.integration_id, c.reason, c.count::bigint) from (
      select integration_id, reason, sum(n) as count from (
        select integration_id, reason, -1 as n from removed where direction = 'export'
        union all select integration_id, reason, 1 from added where direction = 'export') both_of
      group by 1, 2 having sum(n) <> 0 order by 1, 2) c;
    return null;
  end $$;
  create trigger rejected_changed after update on rejected_records referencing old table as removed new table as added
    for each statement execute function crosscurrent_count_changed();`;

/**
 * `renamed` of `late` rows that were compared are the same as a stored row of another UUID.
 * `left_out`: columns of the table that are not copied. `source_rows`, `visible`: how many rows the table has, and
 * whether any is seen. `covered`: how
 * many of the imported rows lie before the event's progress; null if that cannot be told any more.
 */
const EVENTS = `
  alter table event_definitions
    add column late bigint not null default 0, add column renamed bigint not null default 0,
    add column left_out text[] not null default '{}',
    add column source_rows bigint, add column visible boolean, add column source_asked_at_ms bigint,
    add column covered bigint;
  alter table event_definitions alter column covered set default 0;`;

/**
 * The value of a property: a top-level one, a field within a field as `a.b`, or the value of the key `b` in an array
 * `a` of keys and values, which may be an object with a field per type.
 */
const PROPERTY = `
  create function crosscurrent_property(properties jsonb, name text) returns jsonb
  language sql immutable strict parallel safe as $$
    select coalesce(properties -> name, case when strpos(name, '.') > 0 then coalesce(
      properties #> string_to_array(name, '.'),
      case when jsonb_typeof(properties -> split_part(name, '.', 1)) = 'array' then (
        select coalesce(
          (select v.value
            from jsonb_each(case when jsonb_typeof(i.item -> 'value') = 'object' then i.item -> 'value' end)
              with ordinality v (key, value, place)
            where jsonb_typeof(v.value) <> 'null' order by place limit 1),
          nullif(i.item -> 'value', 'null'::jsonb))
        from jsonb_array_elements(properties -> split_part(name, '.', 1)) with ordinality i (item, place)
        where jsonb_typeof(i.item) = 'object' and i.item ->> 'key' = substr(name, strpos(name, '.') + 1)
        order by i.place limit 1
      ) end) end)
  $$`;

export const content: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const part of [REJECTED, KNOWN, BUCKETS, EVENTS, PROPERTY]) await sql.raw(part).execute(db);
  },
};
