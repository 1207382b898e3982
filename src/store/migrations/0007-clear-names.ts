// Tables and columns whose names said nothing to a stranger get clear ones.
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
    await sql`alter table workspaces rename column pass_due_ms to seal_before_ms`.execute(db);
    await sql`alter table workspaces rename column placed_seq to assigned_seq`.execute(db);
    await sql`alter table workspaces rename column placed_buckets to assigned_buckets`.execute(db);
    await sql`alter table exposure_buckets rename column nth to bucket_number`.execute(db);
    await sql.raw(BUCKETS_THROUGH).execute(db);
    await sql`alter table property_tallies rename to property_counts`.execute(db);
    await sql`alter index property_tallies_event rename to property_counts_event`.execute(db);
  },
};
