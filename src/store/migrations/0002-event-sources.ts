// An event may say where its rows are, as a table and its columns.
import { sql, type Kysely, type Migration } from "kysely";

export const eventSources: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`alter table event_definitions add column source jsonb`.execute(db);
  },
};
