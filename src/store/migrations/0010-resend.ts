// Rejected buckets can be marked to be sent again. The next export reads the marked ones in order of their numbers.
import { sql, type Kysely, type Migration } from "kysely";

export const resend: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`alter table rejected_records add column resend boolean not null default false`.execute(db);
    await sql`create index rejected_records_resend on rejected_records (integration_id, seq) where resend`.execute(db);
  },
};
