// Every change of a router is a version: who made it, when, what changed, and all that is needed to restore it.
import { sql, type Kysely, type Migration } from "kysely";

/**
 * `router` is the router as people see it; null: it was deleted. `snapshot` holds its rows as they are stored, without
 * keys, which are rewrapped after a key rotation and so have rows of their own. Versions outlive their router, because
 * exposures name them: a router that is made again goes on counting.
 */
const VERSIONS = `
  alter table routers add column version bigint not null default 1;
  create table router_versions (
    workspace_id text not null references workspaces,
    router_id text collate "C" not null,
    version bigint not null,
    at_ms bigint not null default crosscurrent_now_ms(),
    actor jsonb,
    changes jsonb not null,
    restored_from bigint,
    router jsonb,
    snapshot jsonb,
    primary key (workspace_id, router_id, version)
  );
  create table router_version_keys (
    workspace_id text not null,
    router_id text collate "C" not null,
    version bigint not null,
    route_id text collate "C" not null,
    variant_id text collate "C" not null,
    secret bytea not null,
    secret_key_id text not null,
    primary key (workspace_id, router_id, version, route_id, variant_id),
    foreign key (workspace_id, router_id, version) references router_versions on delete cascade
  );
  create index router_version_keys_secret on router_version_keys (secret_key_id);`;

export const routerVersions: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql.raw(VERSIONS).execute(db);
  },
};
