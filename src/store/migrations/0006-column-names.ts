// Columns get the names that their contents have everywhere else.
import { sql, type Kysely, type Migration } from "kysely";

export const columnNames: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`alter table integrations rename column next_cycle_at_ms to next_run_at_ms`.execute(db);
    await sql`alter table sync_requests rename column cycle_id to run_id`.execute(db);
    await sql`alter table rejected_records rename column leg to direction`.execute(db);
    await sql`alter table runs rename column legs to directions`.execute(db);
    await sql`
      update runs set directions = (
        select coalesce(jsonb_agg(d - 'leg' || jsonb_build_object('direction', d -> 'leg')), '[]') from jsonb_array_elements(directions) d
      )`.execute(db);
  },
};
