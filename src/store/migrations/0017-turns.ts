// What a pass of the reconciler looks for has indexes of its own, and workspaces take turns at starting runs.
import { sql, type Kysely, type Migration } from "kysely";

const BEHIND = [
  `create index integrations_behind on integrations (changed_at_ms)
    where version > seen_version and deleted_at_ms is null`,
  `create index integrations_due on integrations (next_run_at_ms)
    where next_run_at_ms is not null and deleted_at_ms is null`,
  `create index sync_requests_queued on sync_requests (created_at_ms) where status = 'queued'`,
];

/** `ended_at_ms`: when the reconciler ended the workflow of a deleted integration. */
const ENDED = [
  `alter table integrations add column ended_at_ms bigint`,
  `create index integrations_unended on integrations (deleted_at_ms)
    where deleted_at_ms is not null and ended_at_ms is null`,
];

/** When all workflows were listed last. */
const LISTED = `alter table worker_signs add column listed_at_ms bigint not null default 0`;

/** `next_run_ms`: when the workspace's last turn ends, if no turn is free. */
const TURNS = `
  create table workspace_turns (
    workspace_id text primary key references workspaces,
    next_run_ms bigint not null
  )`;

export const turns: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const part of [...BEHIND, ...ENDED, LISTED, TURNS]) await sql.raw(part).execute(db);
  },
};
