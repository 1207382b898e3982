// Browser sessions of the Portal. Only a hash of a token is kept. A session ends with the API key that opened it.
import { sql, type Kysely, type Migration } from "kysely";

export const sessions: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`
      create table sessions (
        hash bytea primary key,
        api_key_hash bytea not null references api_keys on delete cascade,
        created_at_ms bigint not null default crosscurrent_now_ms(),
        used_at_ms bigint not null default crosscurrent_now_ms()
      )`.execute(db);
    await sql`create index sessions_api_key on sessions (api_key_hash)`.execute(db);
    await sql`create index sessions_used on sessions (used_at_ms)`.execute(db);
    await sql`create index sessions_created on sessions (created_at_ms)`.execute(db);
  },
};
