// Every change of a router is a version: who made it, when, what changed, and all that is needed to restore it.
import { sql, type Kysely, type Migration } from "kysely";

/**
 * `router` is the router as people see it; null: it was deleted. `snapshot` holds its rows as they are stored, without
 * secrets, which are rewrapped after a key rotation and so have rows of their own (`kind`: key, headers). Versions
 * outlive their router, because exposures name them: a router that is made again goes on counting.
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
    kind text not null,
    secret bytea not null,
    secret_key_id text not null,
    primary key (workspace_id, router_id, version, route_id, variant_id, kind),
    foreign key (workspace_id, router_id, version) references router_versions on delete cascade
  );
  create index router_version_keys_secret on router_version_keys (secret_key_id);`;

/**
 * Servers of the version before, which go on during an upgrade, know no versions. What they change, make or delete
 * counts as well, so that no number ever means two routers, and so that `If-Match` notices their changes. They set
 * `updated_at_ms` at the end of each change; servers of this version set `version` with it.
 */
const TRIGGERS = `
  create function crosscurrent_next_version() returns trigger language plpgsql as $$ begin
    if tg_op = 'UPDATE' then
      new.version = old.version + 1;
    else
      new.version = coalesce((
        select max(version) from router_versions where workspace_id = new.workspace_id and router_id = new.id
      ), 0) + 1;
    end if;
    return new;
  end $$;
  create trigger first_version before insert on routers for each row execute function crosscurrent_next_version();
  create trigger next_version before update of updated_at_ms on routers
    for each row when (new.version = old.version) execute function crosscurrent_next_version();
  create function crosscurrent_deleted_version() returns trigger language plpgsql as $$ begin
    insert into router_versions (workspace_id, router_id, version, changes)
    values (old.workspace_id, old.id, old.version + 1, '[]') on conflict do nothing;
    return null;
  end $$;
  create trigger deleted_version after delete on routers
    for each row execute function crosscurrent_deleted_version();`;

export const routerVersions: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql.raw(VERSIONS).execute(db);
    await sql.raw(TRIGGERS).execute(db);
  },
};
