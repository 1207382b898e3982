// What each call tells: who was assigned what, what served, what it cost and how long it took.
import { sql, type Kysely, type Migration } from "kysely";
import { hashPartitions } from "./partitions.ts";

const MEASURES = ["input_tokens", "output_tokens", "cost_usd", "latency_ms", "ttft_ms"].map(
  (name) => `${name} numeric`,
);

/**
 * `exposures` stay what they were, served calls that name their user, so that workers of the version before can fold
 * them during an upgrade. `is_assignment`: the row is the call's assignment too, as that of a posted exposure. What is
 * no served call is in `assignments`: an assignment by itself, or a call that failed. Those rows go when they are
 * folded. `exposure_ids` finds exposures that are posted twice.
 */
const RAW = `
  alter table exposures
    add column assigned_variant_id text collate "C",
    add column router_version bigint,
    add column is_assignment boolean not null default true,
    ${MEASURES.map((column) => `add column ${column}`).join(", ")};
  create table assignments (
    workspace_id text not null,
    received_at_ms bigint not null,
    at_ms bigint not null,
    alias_id text collate "C" not null,
    route_id text collate "C" not null,
    variant_id text collate "C" not null,
    user_id text collate "C" not null,
    router_version bigint,
    is_assignment boolean not null,
    failed boolean not null,
    ${MEASURES.join(", ")}
  );
  create index assignments_oldest on assignments (workspace_id, received_at_ms);
  create table exposure_ids (
    workspace_id text not null,
    id text collate "C" not null,
    at_ms bigint not null,
    primary key (workspace_id, id)
  );
  create index exposure_ids_age on exposure_ids (at_ms);`;

/** Sums of a bucket's exposures, for exports. They stand still once the bucket is sealed. */
const BUCKET_SUMS = ["bucket_parts", "exposure_buckets"]
  .map(
    (table) => `
  alter table ${table}
    add column input_tokens numeric,
    add column output_tokens numeric,
    add column cost_usd numeric,
    add column latency_ms numeric,
    add column latencies bigint,
    add column ttft_ms numeric,
    add column ttfts bigint;`,
  )
  .join("\n");

/** What a user was assigned in an hour, by the router's version (0: not known), with sums of what became of it. */
const ASSIGNMENT_BUCKETS = `
  create table assignment_buckets (
    workspace_id text not null,
    alias_id text collate "C" not null,
    hour_ms bigint not null,
    user_id text collate "C" not null,
    route_id text collate "C" not null,
    variant_id text collate "C" not null,
    router_version bigint not null,
    first_assigned_at_ms bigint,
    assigned bigint not null,
    served bigint not null,
    failed bigint not null,
    input_tokens numeric not null,
    output_tokens numeric not null,
    cost_usd numeric not null,
    latency_ms numeric not null,
    latencies bigint not null,
    ttft_ms numeric not null,
    ttfts bigint not null,
    primary key (workspace_id, alias_id, hour_ms, user_id, route_id, variant_id, router_version)
  ) partition by hash (workspace_id);
  ${hashPartitions("assignment_buckets", " with (fillfactor = 85)")}`;

/** Of all users, and of calls without one. A sketch is its bins: `bin` is an exponent (sketches.ts). */
const USAGE = `
  create table usage_hours (
    workspace_id text not null,
    alias_id text collate "C" not null,
    hour_ms bigint not null,
    route_id text collate "C" not null,
    variant_id text collate "C" not null,
    assigned bigint not null,
    served bigint not null,
    failed bigint not null,
    fallbacks bigint not null,
    without_user bigint not null,
    input_tokens numeric not null,
    output_tokens numeric not null,
    cost_usd numeric not null,
    last_served_at_ms bigint,
    primary key (workspace_id, alias_id, hour_ms, route_id, variant_id)
  ) with (fillfactor = 85);
  create table usage_bins (
    workspace_id text not null,
    alias_id text collate "C" not null,
    hour_ms bigint not null,
    route_id text collate "C" not null,
    variant_id text collate "C" not null,
    measure text not null,
    bin integer not null,
    calls bigint not null,
    primary key (workspace_id, alias_id, hour_ms, route_id, variant_id, measure, bin)
  ) with (fillfactor = 85);`;

/**
 * Until now a user was assigned what served it. The lock keeps sealers away: what is folded by then is taken over from
 * the buckets, and the rest has higher ids.
 */
const TAKE_OVER = `
  alter table workspaces add column usage_through bigint not null default 0;
  do $$ begin perform from workspaces order by id for no key update; end $$;
  update workspaces set usage_through = folded_through;
  insert into assignment_buckets
  select workspace_id, alias_id, hour_ms, user_id, route_id, variant_id, 0, min(first_exposed_at_ms),
    sum(exposures)::bigint, sum(exposures)::bigint, 0, 0, 0, 0, 0, 0, 0, 0
  from (
    select workspace_id, alias_id, hour_ms, user_id, route_id, variant_id, first_exposed_at_ms, exposures
    from exposure_buckets
    union all
    select workspace_id, alias_id, hour_ms, user_id, route_id, variant_id, first_exposed_at_ms, exposures
    from bucket_parts
  ) b group by 1, 2, 3, 4, 5, 6;
  insert into usage_hours
  select workspace_id, alias_id, hour_ms, route_id, variant_id, sum(exposures)::bigint, sum(exposures)::bigint, 0, 0, 0,
    0, 0, 0, max(time_ms)
  from (
    select workspace_id, alias_id, hour_ms, route_id, variant_id, exposures, time_ms from exposure_buckets
    union all
    select workspace_id, alias_id, hour_ms, route_id, variant_id, exposures, time_ms from bucket_parts
  ) b group by 1, 2, 3, 4, 5;
  alter table integrations add column export_usage boolean not null default false;`;

export const calls: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const part of [RAW, BUCKET_SUMS, ASSIGNMENT_BUCKETS, USAGE, TAKE_OVER]) await sql.raw(part).execute(db);
  },
};
