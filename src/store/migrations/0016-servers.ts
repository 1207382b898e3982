// The servers that are up, so that they divide the limits of workspaces among them.
import { sql, type Kysely, type Migration } from "kysely";

const TABLE = `
  create table servers (
    id text primary key,
    seen_at_ms bigint not null
  )`;

export const servers: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql.raw(TABLE).execute(db);
  },
};
