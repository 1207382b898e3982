// Metrics, and what their results need of the imported rows: the rows of one user, and how many were read more than once.
import { sql, type Kysely, type Migration } from "kysely";

/** Names are unique in the workspace. `definition` is what the API takes, checked there. */
const METRICS = `
  create table metrics (
    id text primary key,
    ordinal bigint generated always as identity unique,
    workspace_id text not null references workspaces,
    integration_id text not null references integrations,
    name text not null,
    description text,
    definition jsonb not null,
    created_at_ms bigint not null default crosscurrent_now_ms(),
    updated_at_ms bigint not null default crosscurrent_now_ms(),
    unique (workspace_id, name)
  );
  create index metrics_integration on metrics (integration_id);
  alter table event_definitions add column deduplicated bigint not null default 0;`;

/** Without the time: equal keys share one entry, which keeps the index a fraction of the table. */
const IMPORTED_OF_USER = "create index imported_events_user on imported_events (event_id, user_id)";

export const metrics: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql.raw(METRICS).execute(db);
    await sql.raw(IMPORTED_OF_USER).execute(db);
  },
};
