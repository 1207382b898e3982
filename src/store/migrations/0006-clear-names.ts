// Columns, tables and functions get the names that their contents have everywhere else; no provider's name is in SQL.
import { sql, type Kysely, type Migration } from "kysely";

/** The text of a function does not follow the rename of `bucket_number`. */
const BUCKETS_THROUGH = `
  create or replace function crosscurrent_buckets_through(workspace text, through_seq bigint, revisions boolean) returns bigint
  language sql stable as $$
    select coalesce((
      select bucket_number from exposure_buckets where workspace_id = workspace and first_seal_seq <= through_seq
      order by first_seal_seq desc limit 1
    ), 0) - case when revisions then (
      select count(*) from exposure_buckets
      where workspace_id = workspace and seal_seq <> first_seal_seq and seal_seq > through_seq and first_seal_seq <= through_seq
    ) else 0 end
  $$;`;

export const clearNames: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`alter table integrations rename column next_cycle_at_ms to next_run_at_ms`.execute(db);
    await sql`alter table sync_requests rename column cycle_id to run_id`.execute(db);
    await sql`alter table rejected_records rename column leg to direction`.execute(db);
    await sql`alter table runs rename column legs to directions`.execute(db);
    await sql`
      update runs set directions = (
        select coalesce(jsonb_agg(d - 'leg' || jsonb_build_object('direction', d -> 'leg')), '[]') from jsonb_array_elements(directions) d
      )`.execute(db);
    await sql`alter table workspaces rename column pass_due_ms to seal_before_ms`.execute(db);
    await sql`alter table workspaces rename column placed_seq to assigned_seq`.execute(db);
    await sql`alter table workspaces rename column placed_buckets to assigned_buckets`.execute(db);
    await sql`alter table exposure_buckets rename column nth to bucket_number`.execute(db);
    await sql.raw(BUCKETS_THROUGH).execute(db);
    await sql`alter table property_tallies rename to property_counts`.execute(db);
    await sql`alter index property_tallies_event rename to property_counts_event`.execute(db);
    await sql`alter table integrations add column delivers_updates boolean not null default false`.execute(db);
    // Until now only destinations in a dataset followed revisions.
    await sql`update integrations set delivers_updates = settings ? 'datasetId', settings = settings - 'provider'`.execute(
      db,
    );
    await sql`alter table integrations alter column delivers_updates drop default`.execute(db);
  },
};
