// Marks which exposures the usage does not hold yet: those that come, and those of before that buckets hold.
import { sql, type Kysely, type Migration } from "kysely";

/**
 * The lock on the table keeps sealers away for a moment, so that marks and buckets agree. Exposures up to
 * `usage_through` are folded into the usage; what buckets held of them by now, sealing takes over in steps
 * (usage/takeOver.ts), up to the bucket of `through_seq`. The row goes once all is taken over.
 */
const MARKS = `
  alter table workspaces add column usage_through bigint not null default 0;
  update workspaces set usage_through = folded_through where folded_through > 0;
  create table usage_take_overs (
    workspace_id text primary key,
    began_at_ms bigint not null default crosscurrent_now_ms(),
    exposures_through bigint not null,
    through_seq bigint not null default 0
  );
  insert into usage_take_overs (workspace_id, exposures_through)
  select id, folded_through from workspaces where folded_through > 0;`;

export const takeOver: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql.raw(MARKS).execute(db);
  },
};
