// The version of an integration's last pause or resume, so that workflow and row agree on the later one.
import { sql, type Kysely, type Migration } from "kysely";

const PAUSE_VERSION = `alter table integrations add column pause_version bigint not null default 0`;

export const pauses: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql.raw(PAUSE_VERSION).execute(db);
  },
};
