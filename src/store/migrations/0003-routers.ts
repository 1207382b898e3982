// Routers with their routes and variants, and the exposures of each hour, counted as buckets get their places.
import { sql, type Kysely, type Migration } from "kysely";

/** Ids are the customer's own. The first route by `position` that matches serves. Keys of variants are encrypted. */
const ROUTERS = `
  create table routers (
    workspace_id text not null references workspaces,
    id text collate "C" not null,
    description text,
    created_at_ms bigint not null default crosscurrent_now_ms(),
    updated_at_ms bigint not null default crosscurrent_now_ms(),
    primary key (workspace_id, id)
  );
  create table routes (
    workspace_id text not null,
    router_id text collate "C" not null,
    id text collate "C" not null,
    position integer not null,
    conditions jsonb not null,
    fallback_variant_id text collate "C",
    primary key (workspace_id, router_id, id),
    foreign key (workspace_id, router_id) references routers on delete cascade
  );
  create table variants (
    workspace_id text not null,
    router_id text collate "C" not null,
    route_id text collate "C" not null,
    id text collate "C" not null,
    ordinal bigint generated always as identity,
    weight double precision not null,
    base_url text not null,
    model text not null,
    secret bytea,
    secret_key_id text,
    primary key (workspace_id, router_id, route_id, id),
    foreign key (workspace_id, router_id, route_id) references routes on delete cascade
  );
  create index variants_secret on variants (secret_key_id) where secret_key_id is not null;
  alter table routes add constraint routes_fallback foreign key (workspace_id, router_id, id, fallback_variant_id)
    references variants on delete set null (fallback_variant_id);`;

/**
 * Counts of `exposure_buckets`, where one user has one bucket, so that buckets are users. Triggers count: workers of
 * the version before, which go on during an upgrade, count too. No other transaction changes them under the sealer's lock.
 */
const EXPOSURE_HOURS = `
  create table exposure_hours (
    workspace_id text not null,
    alias_id text collate "C" not null,
    hour_ms bigint not null,
    route_id text collate "C" not null,
    variant_id text collate "C" not null,
    exposures bigint not null,
    users bigint not null,
    primary key (workspace_id, alias_id, hour_ms, route_id, variant_id)
  ) with (fillfactor = 85);
  create function crosscurrent_count_fresh() returns trigger language plpgsql as $$ begin
    insert into exposure_hours as h
    select workspace_id, alias_id, hour_ms, route_id, variant_id, sum(exposures), count(*) from fresh group by 1, 2, 3, 4, 5
    on conflict (workspace_id, alias_id, hour_ms, route_id, variant_id)
      do update set exposures = h.exposures + excluded.exposures, users = h.users + excluded.users;
    return null;
  end $$;
  create function crosscurrent_count_grown() returns trigger language plpgsql as $$ begin
    update exposure_hours h set exposures = h.exposures + d.grown
    from (
      select workspace_id, alias_id, hour_ms, route_id, variant_id, sum(exposures)::bigint as grown from (
        select workspace_id, alias_id, hour_ms, route_id, variant_id, exposures from after_it
        union all
        select workspace_id, alias_id, hour_ms, route_id, variant_id, -exposures from before_it
      ) both_of_it group by 1, 2, 3, 4, 5
    ) d
    where h.workspace_id = d.workspace_id and h.alias_id = d.alias_id and h.hour_ms = d.hour_ms
      and h.route_id = d.route_id and h.variant_id = d.variant_id;
    return null;
  end $$;
  create trigger count_fresh after insert on exposure_buckets referencing new table as fresh
    for each statement execute function crosscurrent_count_fresh();
  create trigger count_grown after update on exposure_buckets referencing old table as before_it new table as after_it
    for each statement execute function crosscurrent_count_grown();
  insert into exposure_hours
  select workspace_id, alias_id, hour_ms, route_id, variant_id, sum(exposures), count(*)
  from exposure_buckets group by 1, 2, 3, 4, 5;`;

export const routers: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql.raw(ROUTERS).execute(db);
    await sql.raw(EXPOSURE_HOURS).execute(db);
  },
};
