// Days that are read again, what connectors learn about projects, and shares of a request budget.
import { sql, type Kysely, type Migration } from "kysely";

export const importRanges: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`
      create table import_ranges (
        id bigint generated always as identity primary key,
        event_id integer not null references event_definitions on delete cascade,
        purpose text not null,
        from_day text not null,
        to_day text not null,
        unfinished jsonb,
        error jsonb
      )`.execute(db);
    await sql`create index import_ranges_event on import_ranges (event_id)`.execute(db);
    await sql`
      create unique index import_ranges_reread on import_ranges (event_id, from_day, to_day)
        where purpose = 'reread'`.execute(db);
    await sql`alter table integrations add column learned jsonb not null default '{}'`.execute(db);
    // Rows that were stored before today as UTC are dated anew if another zone is chosen.
    await sql`
      update integrations set learned = '{"datedAs": "UTC"}' where settings ->> 'projectTime' = 'utc'`.execute(db);
    await sql`alter table budget_leases add column id bigint generated always as identity`.execute(db);
    await sql`alter table budget_leases add column workspace_id text`.execute(db);
    await sql`
      create table budget_workspaces (
        key text not null references budgets,
        workspace_id text not null,
        asked_at_ms bigint not null,
        primary key (key, workspace_id)
      )`.execute(db);
  },
};
