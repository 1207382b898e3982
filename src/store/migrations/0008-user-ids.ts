// Imported rows keep all ids of their user and the time of their copy. No id is too long for an index.
import { sql, type Kysely, type Migration } from "kysely";

/**
 * `user_id` counts first, then `user_id_2`, then `user_id_3`. `version_ms`: when the source processed this copy.
 * `future`: how many rows were dated more than a day ahead when they came. `has_several_ids`: of some row.
 */
const ROWS = `
  alter table imported_events
    add column user_id_2 text, add column user_id_3 text, add column version_ms bigint, drop column updated;
  alter table event_definitions
    add column future bigint not null default 0, add column has_several_ids boolean not null default false;`;

/** Hashes, because an entry of an index must be smaller than a third of a page. */
const INDEXES = `
  drop index imported_events_user;
  create index imported_events_user on imported_events (event_id, hashtextextended(user_id, 0));
  create index imported_events_user_2 on imported_events (event_id, hashtextextended(user_id_2, 0))
    where user_id_2 is not null;
  create index imported_events_user_3 on imported_events (event_id, hashtextextended(user_id_3, 0))
    where user_id_3 is not null;`;

/**
 * Two ids that some row of the event has, of which `rival_id` counts first: where both are exposed users, the row is
 * the rival's. What is kept for a user depends on which of its rivals are exposed: `rivals` is a hash of them, or 0.
 * Only ids that an exposure can have are here.
 */
const RIVALS = `
  create table imported_user_pairs (
    event_id integer not null,
    user_id text collate "C" not null,
    rival_id text collate "C" not null,
    primary key (event_id, user_id, rival_id)
  );
  alter table metric_values add column rivals bigint not null default 0, drop constraint metric_values_pkey;
  alter table metric_values add primary key (source_id, user_id, anchor_ms, rivals);`;

/** A changed row changes what all of its users count. An exposed user's id has at most 255 bytes. */
const CHANGES = `
  create or replace function crosscurrent_note_users() returns trigger language plpgsql as $$ begin
    if exists (select from metric_sources) then
      insert into metric_changes select distinct s.id, i.user_id
        from changed c join metric_sources s on s.event_id = c.event_id
        cross join lateral (values (c.user_id), (c.user_id_2), (c.user_id_3)) i (user_id)
        where octet_length(i.user_id) <= 255;
    end if;
    return null;
  end $$;
  create or replace function crosscurrent_note_both_users() returns trigger language plpgsql as $$ begin
    if exists (select from metric_sources) then
      insert into metric_changes select distinct s.id, i.user_id
        from (
          select event_id, user_id, user_id_2, user_id_3 from changed
          union all select event_id, user_id, user_id_2, user_id_3 from before_it
        ) c join metric_sources s on s.event_id = c.event_id
        cross join lateral (values (c.user_id), (c.user_id_2), (c.user_id_3)) i (user_id)
        where octet_length(i.user_id) <= 255;
    end if;
    return null;
  end $$;`;

export const userIds: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const part of [ROWS, INDEXES, RIVALS, CHANGES]) await sql.raw(part).execute(db);
  },
};
