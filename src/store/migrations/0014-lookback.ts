// How late the rows of events arrive, how far back runs look for them, and how much runs read.
import { sql, type Kysely, type Migration } from "kysely";

/**
 * Of the rows that increments found, once each. `arrival_ages`: how many by age, as of ARRIVAL_AGE_HOURS. `near_edge`:
 * how many were almost too old to be found, the last of them at `near_edge_at_ms`. `newest_ages_ms`: the age of the
 * newest row of each of the last runs with rows, the last one of which is `newest_run_id`; and when that was.
 * `run_bytes` is what the events' pass of the run `bytes_run_id` reads.
 */
const EVENTS = `
  alter table event_definitions
    add column arrival_ages bigint[] not null default '{}',
    add column near_edge bigint not null default 0,
    add column near_edge_at_ms bigint,
    add column newest_ages_ms bigint[] not null default '{}',
    add column newest_at_ms bigint[] not null default '{}',
    add column newest_run_id text,
    add column lookback_ms bigint,
    add column is_local_time boolean not null default false,
    add column source_bytes bigint,
    add column run_bytes bigint,
    add column bytes_run_id text`;

/** Null if the provider does not say how much it reads. */
const RUNS = `alter table runs add column import_bytes bigint`;

export const lookback: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const part of [EVENTS, RUNS]) await sql.raw(part).execute(db);
  },
};
