// Sealing looks buckets up by their key. It can no longer be planned with the index of their sequence numbers.
import { sql, type Kysely, type Migration } from "kysely";

export const sealIndex: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`drop index exposure_buckets_first`.execute(db);
    // A sealer killed in its first steps leaves statistics of an empty table. Any index of the workspace then looks as
    // good as the key, and a step that takes this one reads all buckets of the workspace for each row. A comparison of
    // first_seal_seq implies the condition; sealing has none, so that it cannot use the index.
    await sql`
      create unique index exposure_buckets_first on exposure_buckets (workspace_id, first_seal_seq)
        where first_seal_seq is not null`.execute(db);
  },
};
