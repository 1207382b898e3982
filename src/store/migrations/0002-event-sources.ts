// Events of BigQuery name the table and the columns of their rows.
import { sql, type Kysely, type Migration } from "kysely";

export const eventSources: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`alter table event_definitions add column source jsonb`.execute(db);
  },
};
