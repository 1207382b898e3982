// API keys with names, scopes, an end and their last use. A workspace can have several.
import { sql, type Kysely, type Migration } from "kysely";

/**
 * Keys that exist may do everything, as before. The defaults are for them, and for processes of the version before,
 * which go on inserting keys during an upgrade.
 */
const KEYS = `
  alter table api_keys
    add column id text not null unique default 'key_' || substr(replace(gen_random_uuid()::text, '-', ''), 1, 20),
    add column name text not null default 'First key',
    add column scopes text[] not null default '{admin}',
    add column hint text,
    add column expires_at_ms bigint,
    add column last_used_at_ms bigint;
  create index api_keys_workspace on api_keys (workspace_id, created_at_ms, id);`;

export const keys: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql.raw(KEYS).execute(db);
  },
};
