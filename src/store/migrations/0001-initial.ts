// The first schema. Times are epoch milliseconds (`_ms`); ids that leave the database are text, the rest are numbers.
import { sql, type Kysely, type Migration } from "kysely";
import { hashPartitions } from "./partitions.ts";

/** The one clock: redefining it moves time for a database. Workspaces that share a lock key only wait for another. */
const CLOCK = `
  create function crosscurrent_now() returns timestamptz language sql volatile as 'select clock_timestamp()';
  create function crosscurrent_now_ms() returns bigint language sql volatile as
    'select floor(extract(epoch from crosscurrent_now()) * 1000)::bigint';
  create function crosscurrent_ingest_lock(workspace_id text) returns bigint language sql immutable as
    'select hashtextextended(workspace_id, 7315002)';`;

/**
 * The one sealer changes these. Every exposure up to `folded_through` is in a bucket or a part of one. Buckets have
 * places up to `placed_seq`, of which readers see those up to `last_seal_seq`. `pass_through` and `pass_due_ms`: the
 * last id, and the end of the hours, of the pass under way. No bucket is of an hour after `newest_hour_ms`.
 */
const WORKSPACES = `
  create table workspaces (
    id text primary key,
    name text not null,
    created_at_ms bigint not null default crosscurrent_now_ms(),
    folded_through bigint not null default 0,
    pass_through bigint not null default 0,
    pass_due_ms bigint not null default 0,
    newest_hour_ms bigint not null default -1,
    placed_seq bigint not null default 0,
    placed_buckets bigint not null default 0,
    last_seal_seq bigint not null default 0,
    sealed_buckets bigint not null default 0,
    late_buckets bigint not null default 0
  );
  create table api_keys (
    hash bytea primary key,
    workspace_id text not null references workspaces,
    created_at_ms bigint not null default crosscurrent_now_ms()
  );`;

/** `project_key` exists once per workspace and provider. A removed row keeps its id until its rows are purged. */
const INTEGRATIONS = `
  create table integrations (
    id text primary key,
    ordinal bigint generated always as identity unique,
    workspace_id text not null references workspaces,
    provider text not null,
    project_key text not null,
    settings jsonb not null,
    secret bytea,
    secret_key_id text,
    import_from text not null,
    created_at_ms bigint not null default crosscurrent_now_ms(),
    deleted_at_ms bigint,
    version bigint not null default 1,
    sync_version bigint not null default 1,
    seen_version bigint not null default 0,
    changed_at_ms bigint not null default crosscurrent_now_ms(),
    paused boolean not null default false,
    next_cycle_at_ms bigint,
    export_enabled boolean not null default false,
    export_cursor_seq bigint not null default 0,
    export_through_ms bigint,
    export_sent bigint not null default 0,
    export_rejected bigint not null default 0,
    export_error jsonb,
    import_enabled boolean not null default false,
    import_error jsonb
  );
  create unique index integrations_project on integrations (workspace_id, provider, project_key)
    where deleted_at_ms is null;
  create index integrations_workspace on integrations (workspace_id, ordinal) where deleted_at_ms is null;
  create index integrations_deleted on integrations (id) where deleted_at_ms is not null;
  create table removed_integrations (
    workspace_id text not null,
    id text not null,
    removed_at_ms bigint not null default crosscurrent_now_ms(),
    primary key (workspace_id, id)
  );
  create table event_definitions (
    id integer generated always as identity primary key,
    integration_id text not null references integrations,
    name text not null,
    description text,
    created_at_ms bigint not null default crosscurrent_now_ms(),
    deleted_at_ms bigint,
    complete_through_ms bigint,
    unfinished jsonb,
    imported bigint not null default 0,
    rejected bigint not null default 0,
    error jsonb
  );
  create unique index event_definitions_name on event_definitions (integration_id, name) where deleted_at_ms is null;
  create index event_definitions_deleted on event_definitions (id) where deleted_at_ms is not null;
  create index event_definitions_integration on event_definitions (integration_id, id);
  create table runs (
    integration_id text not null references integrations,
    id text not null,
    started_at_ms bigint not null,
    finished_at_ms bigint,
    outcome text,
    legs jsonb not null,
    export_records bigint not null default 0,
    export_rejected bigint not null default 0,
    import_records bigint not null default 0,
    import_rejected bigint not null default 0,
    primary key (integration_id, id)
  );
  create index runs_newest on runs (integration_id, started_at_ms desc, id desc);
  create index runs_finished on runs (finished_at_ms) where finished_at_ms is not null;
  create index runs_unfinished on runs (integration_id) where finished_at_ms is null;
  create table sync_requests (
    integration_id text not null references integrations,
    id text not null,
    created_at_ms bigint not null default crosscurrent_now_ms(),
    status text not null default 'queued',
    cycle_id text,
    primary key (integration_id, id)
  );
  create index sync_requests_open on sync_requests (integration_id, created_at_ms) where status <> 'done';
  create index sync_requests_done on sync_requests (created_at_ms) where status = 'done';
  create table rejected_records (
    id bigint generated always as identity primary key,
    integration_id text not null references integrations,
    event_id integer,
    leg text not null,
    key_hash bytea not null,
    seq bigint,
    reason text not null,
    record text not null,
    at_ms bigint not null default crosscurrent_now_ms(),
    unique (integration_id, key_hash)
  );
  create index rejected_records_page on rejected_records (integration_id, id);
  create index rejected_records_event on rejected_records (event_id) where event_id is not null;
  create index rejected_records_seq on rejected_records (integration_id, seq) where seq is not null;`;

/** One partition a day, dropped whole. CACHE 1 keeps ids in order. Byte order costs a fraction of a language's. */
const EXPOSURES = `
  create table exposures (
    id bigint generated always as identity (cache 1),
    workspace_id text not null,
    received_at_ms bigint not null,
    exposed_at_ms bigint not null,
    alias_id text collate "C" not null,
    route_id text collate "C" not null,
    variant_id text collate "C" not null,
    user_id text collate "C" not null
  ) partition by range (received_at_ms);
  create index exposures_unfolded on exposures (workspace_id, id);
  create table exposures_default partition of exposures default;`;

/**
 * `bucket_parts`: hours that are not over, one row for each step that folded exposures of one; never changed.
 * `exposure_buckets`: hours that are over. Until `first_seal_seq` is published, a bucket takes exposures as if it were
 * open; afterwards they are late. `nth` counts buckets in that order. Only a revision has another `seal_seq`.
 * A workspace lies in one partition, where its sequence numbers are unique. Room in pages lets a bucket grow in place.
 */
const BUCKETS = `
  create table bucket_parts (
    workspace_id text not null,
    hour_ms bigint not null,
    user_id text collate "C" not null,
    alias_id text collate "C" not null,
    route_id text collate "C" not null,
    variant_id text collate "C" not null,
    time_ms bigint not null,
    first_exposed_at_ms bigint not null,
    exposures bigint not null
  );
  create index bucket_parts_hour on bucket_parts (workspace_id, hour_ms);
  create table exposure_buckets (
    workspace_id text not null,
    hour_ms bigint not null,
    user_id text collate "C" not null,
    alias_id text collate "C" not null,
    route_id text collate "C" not null,
    variant_id text collate "C" not null,
    time_ms bigint not null,
    first_exposed_at_ms bigint not null,
    exposures bigint not null,
    sealed_time_ms bigint not null,
    nth bigint not null,
    first_seal_seq bigint not null,
    seal_seq bigint not null,
    late boolean not null default false,
    primary key (workspace_id, hour_ms, user_id, alias_id, route_id, variant_id)
  ) partition by hash (workspace_id);
  create unique index exposure_buckets_first on exposure_buckets (workspace_id, first_seal_seq);
  create unique index exposure_buckets_revised on exposure_buckets (workspace_id, seal_seq)
    where seal_seq <> first_seal_seq;`;

/** Buckets with a place up to `through_seq`: `nth` of the last one, less those that revisions moved beyond it. */
const BUCKETS_THROUGH = `
  create function crosscurrent_buckets_through(workspace text, through_seq bigint, revisions boolean) returns bigint
  language sql stable as $$
    select coalesce((
      select nth from exposure_buckets where workspace_id = workspace and first_seal_seq <= through_seq
      order by first_seal_seq desc limit 1
    ), 0) - case when revisions then (
      select count(*) from exposure_buckets
      where workspace_id = workspace and seal_seq <> first_seal_seq
        and seal_seq > through_seq and first_seal_seq <= through_seq
    ) else 0 end
  $$;`;

/** `updated`: read again after an identity merge. It tells an insert from an update, as `xmax` cannot in partitions. */
const IMPORTED = `
  create table imported_events (
    event_id integer not null,
    uuid uuid not null,
    timestamp_ms bigint not null,
    user_id text not null,
    properties jsonb not null,
    updated boolean not null default false,
    primary key (event_id, uuid)
  ) partition by hash (event_id);
  create table property_tallies (
    event_id integer not null,
    name text not null,
    strings bigint not null,
    numbers bigint not null,
    booleans bigint not null,
    arrays bigint not null,
    objects bigint not null,
    nulls bigint not null,
    example_uuid uuid
  );
  create index property_tallies_event on property_tallies (event_id);
  create table properties (
    event_id integer not null,
    name text not null,
    strings bigint not null,
    numbers bigint not null,
    booleans bigint not null,
    arrays bigint not null,
    objects bigint not null,
    nulls bigint not null,
    example text,
    primary key (event_id, name)
  );`;

const BUDGETS = `
  create table budgets (
    key text primary key,
    blocked_until_ms bigint not null default 0
  );
  create table budget_leases (
    key text not null references budgets,
    taken_at_ms bigint not null
  );
  create index budget_leases_window on budget_leases (key, taken_at_ms);`;

export const initial: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    const parts = [
      CLOCK,
      WORKSPACES,
      INTEGRATIONS,
      EXPOSURES,
      BUCKETS,
      hashPartitions("exposure_buckets", " with (fillfactor = 85)"),
      BUCKETS_THROUGH,
      IMPORTED,
      hashPartitions("imported_events"),
      BUDGETS,
    ];
    for (const part of parts) await sql.raw(part).execute(db);
  },
};
