// The destination of an export, whether it was made anew, and how often sending everything again was asked for.
import { sql, type Kysely, type Migration } from "kysely";

const COLUMNS = `
  alter table integrations
    add column export_destination jsonb,
    add column export_made_anew jsonb,
    add column export_resends integer not null default 0`;

export const exports: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql.raw(COLUMNS).execute(db);
  },
};
