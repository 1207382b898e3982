// The last connection test, whether an event's name was seen in the project, and when a worker was last seen.
import { sql, type Kysely, type Migration } from "kysely";

/** `names` is null until the project was asked with success; `asked_at_ms` also bounds how often it is asked. */
const EVENT_NAMES = `
  alter table event_definitions add column seen boolean, add column nearest text[] not null default '{}';
  create table project_event_names (
    integration_id text primary key references integrations on delete cascade,
    asked_at_ms bigint not null,
    names text[]
  );`;

const LAST_TEST = `alter table integrations add column last_test jsonb`;

/** One row, which every worker writes now and then. */
const WORKER = `
  create table worker_signs (
    is_only boolean primary key default true check (is_only),
    at_ms bigint not null
  );`;

export const telling: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const part of [EVENT_NAMES, LAST_TEST, WORKER]) await sql.raw(part).execute(db);
  },
};
