// Which workspace holds which account of a provider, the codes that prove it, and how long a test waits for a grant.
import { sql, type Kysely, type Migration } from "kysely";

/**
 * An account by its stable id: what its last reading said, and the workspace that holds it. `address` is not unique: an
 * account that was deleted and made anew has a row of its own. `looked_at_ms` bounds how often the daily look is tried.
 */
const CLAIMS = `
  create table account_claims (
    provider text not null,
    account_id text not null,
    address text not null,
    codes text[] not null,
    read_at_ms bigint not null,
    looked_at_ms bigint not null default 0,
    workspace_id text references workspaces on delete cascade,
    attempted_at_ms bigint,
    primary key (provider, account_id)
  );
  create index account_claims_address on account_claims (provider, address, read_at_ms);`;

const CODE = `alter table workspaces add column ownership_code text unique`;

/** The address of the account that an integration acts as; null if its provider has none. */
const ACCOUNT = `
  alter table integrations add column account text;
  update integrations set account = settings ->> 'serviceAccountEmail';`;

/** Tests of one connection that fail one after the other for lack of a grant. */
const GRANT_WAITS = `
  create table grant_waits (
    workspace_id text not null references workspaces on delete cascade,
    connection_hash text not null,
    first_at_ms bigint not null,
    last_at_ms bigint not null,
    primary key (workspace_id, connection_hash)
  );`;

export const ownership: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const part of [CLAIMS, CODE, ACCOUNT, GRANT_WAITS]) await sql.raw(part).execute(db);
  },
};
