// What each call tells: who was assigned what, what served, what it cost and how long it took.
import { sql, type Kysely, type Migration } from "kysely";
import { hashPartitions } from "./partitions.ts";

export const CALL_MEASURES = ["input_tokens", "output_tokens", "cost_usd", "latency_ms", "ttft_ms"];

/**
 * `exposures` stay what they were, served calls that name their user, so that workers of the version before can fold
 * them during an upgrade. What is no served call is in `assignments`: an assignment by itself, or a call that failed.
 * Those rows go when they are folded. `told_variant_id`: of a call that failed the variant that began to answer, whose
 * tokens these are. `exposure_ids` finds exposures that are posted twice.
 */
const RAW = `
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
    told_variant_id text collate "C",
    ${CALL_MEASURES.map((name) => `${name} numeric`).join(", ")}
  );
  create index assignments_oldest on assignments (workspace_id, received_at_ms);
  create table exposure_ids (
    workspace_id text not null,
    id text collate "C" not null,
    at_ms bigint not null,
    primary key (workspace_id, id)
  );
  create index exposure_ids_age on exposure_ids (at_ms);`;

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
    token_calls bigint not null,
    cost_usd numeric not null,
    cost_calls bigint not null,
    latency_ms numeric not null,
    latencies bigint not null,
    ttft_ms numeric not null,
    ttfts bigint not null,
    primary key (workspace_id, alias_id, hour_ms, user_id, route_id, variant_id, router_version)
  ) partition by hash (workspace_id);
  ${hashPartitions("assignment_buckets", " with (fillfactor = 85)")}`;

/**
 * Calls that name their user, and calls that do not, have rows of their own: those are folded by the sealer, these are
 * written by servers, and neither waits for the other. A sketch is its bins: `bin` is an exponent (sketches.ts).
 */
const USAGE = `
  create table usage_hours (
    workspace_id text not null,
    alias_id text collate "C" not null,
    hour_ms bigint not null,
    route_id text collate "C" not null,
    variant_id text collate "C" not null,
    has_user boolean not null,
    assigned bigint not null,
    served bigint not null,
    failed bigint not null,
    fallbacks bigint not null,
    input_tokens numeric not null,
    output_tokens numeric not null,
    token_calls bigint not null,
    cost_usd numeric not null,
    cost_calls bigint not null,
    primary key (workspace_id, alias_id, hour_ms, route_id, variant_id, has_user)
  ) with (fillfactor = 85);
  create table usage_bins (
    workspace_id text not null,
    alias_id text collate "C" not null,
    hour_ms bigint not null,
    route_id text collate "C" not null,
    variant_id text collate "C" not null,
    has_user boolean not null,
    measure text not null,
    bin integer not null,
    calls bigint not null,
    primary key (workspace_id, alias_id, hour_ms, route_id, variant_id, has_user, measure, bin)
  ) with (fillfactor = 85);
  create table exposed_aliases (
    workspace_id text not null,
    alias_id text collate "C" not null,
    exposures bigint not null,
    last_exposed_at_ms bigint not null,
    primary key (workspace_id, alias_id)
  ) with (fillfactor = 85);`;

const EXPORT_USAGE = `alter table integrations add column export_usage boolean not null default false`;

export const calls: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const part of [RAW, ASSIGNMENT_BUCKETS, USAGE, EXPORT_USAGE]) await sql.raw(part).execute(db);
  },
};
