// Metrics, an index of each user's imported rows, and what each user counts, kept between results.
import { sql, type Kysely, type Migration } from "kysely";

/** Names are unique in the workspace. `definition` is what the API takes, checked there. */
const METRICS = `
  create table metrics (
    id text primary key,
    ordinal bigint generated always as identity unique,
    workspace_id text not null references workspaces,
    integration_id text not null references integrations on delete cascade,
    name text not null,
    description text,
    definition jsonb not null,
    created_at_ms bigint not null default crosscurrent_now_ms(),
    updated_at_ms bigint not null default crosscurrent_now_ms(),
    unique (workspace_id, name)
  );
  create index metrics_integration on metrics (integration_id);
  alter table event_definitions add column deduplicated bigint not null default 0;`;

/** Without the time: equal keys share one entry, which keeps the index small. Byte order, as exposures have it. */
const IMPORTED_OF_USER = `create index imported_events_user on imported_events (event_id, user_id collate "C")`;

/**
 * `metric_sources`: ways to count an event's rows (property, filters, window), each with a hash of it.
 * `metric_values`: what one user counts after and before a first exposure, valid until one of its rows changes.
 * `metric_changes`: users whose rows changed, noted in the same transaction. Taking one out also takes out the user's
 * values, under the lock of the source; only values that are read after that are filled in.
 */
const VALUES = `
  create table metric_sources (
    id bigint generated always as identity primary key,
    event_id integer not null references event_definitions on delete cascade,
    key bytea not null,
    used_at_ms bigint not null default crosscurrent_now_ms(),
    unique (event_id, key)
  );
  create table metric_values (
    source_id bigint not null,
    user_id text collate "C" not null,
    anchor_ms bigint not null,
    rows bigint not null,
    numbers bigint not null,
    sum numeric not null,
    rows_before bigint not null,
    numbers_before bigint not null,
    sum_before numeric not null,
    primary key (source_id, user_id, anchor_ms)
  );
  create table metric_changes (
    source_id bigint not null,
    user_id text collate "C" not null
  );
  create index metric_changes_source on metric_changes (source_id);`;

/** Triggers, so that no way to change a row is forgotten. Without sources, which is without metrics, they do nothing. */
const CHANGES = `
  create function crosscurrent_note_users() returns trigger language plpgsql as $$ begin
    if exists (select from metric_sources) then
      insert into metric_changes select distinct s.id, c.user_id from changed c join metric_sources s on s.event_id = c.event_id;
    end if;
    return null;
  end $$;
  create function crosscurrent_note_both_users() returns trigger language plpgsql as $$ begin
    if exists (select from metric_sources) then
      insert into metric_changes
      select s.id, c.user_id from changed c join metric_sources s on s.event_id = c.event_id
      union select s.id, c.user_id from before_it c join metric_sources s on s.event_id = c.event_id;
    end if;
    return null;
  end $$;
  create trigger note_inserted after insert on imported_events referencing new table as changed
    for each statement execute function crosscurrent_note_users();
  create trigger note_deleted after delete on imported_events referencing old table as changed
    for each statement execute function crosscurrent_note_users();
  create trigger note_updated after update on imported_events referencing old table as before_it new table as changed
    for each statement execute function crosscurrent_note_both_users();`;

export const metrics: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const part of [METRICS, IMPORTED_OF_USER, VALUES, CHANGES]) await sql.raw(part).execute(db);
  },
};
