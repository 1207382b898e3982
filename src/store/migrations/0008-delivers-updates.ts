// Whether a destination follows revisions becomes a column, and the provider leaves the settings.
import { sql, type Kysely, type Migration } from "kysely";

export const deliversUpdates: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`alter table integrations add column delivers_updates boolean not null default false`.execute(db);
    // Until now only destinations in a dataset followed revisions.
    await sql`update integrations set delivers_updates = settings ? 'datasetId', settings = settings - 'provider'`.execute(
      db,
    );
    await sql`alter table integrations alter column delivers_updates drop default`.execute(db);
  },
};
