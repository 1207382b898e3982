// What differs between upstreams: options, headers and prices of variants, and ordered fallbacks of routes.
import { sql, type Kysely, type Migration } from "kysely";

/** Headers are encrypted by themselves: servers of the version before take all of `secret` for the key. */
const VARIANTS = `
  alter table variants
    add column options jsonb not null default '{}',
    add column price jsonb,
    add column header_names text[] not null default '{}',
    add column header_secret bytea,
    add column header_secret_key_id text;
  create index variants_header_secret on variants (header_secret_key_id) where header_secret_key_id is not null;`;

const ROUTES = `
  alter table routes add column fallback_variant_ids text[] not null default '{}';
  update routes set fallback_variant_ids = array[fallback_variant_id::text] where fallback_variant_id is not null;`;

/**
 * Servers of the version before go on during an upgrade. They read and write the first fallback under its former name:
 * the trigger keeps both the same, and the list wins if both change. Where they move a variant to another host, its
 * headers stay behind. Whichever server deletes a variant, no list goes on naming it.
 */
const TRIGGERS = `
  create function crosscurrent_same_fallbacks() returns trigger language plpgsql as $$ begin
    if tg_op = 'INSERT' and new.fallback_variant_ids = '{}' and new.fallback_variant_id is not null
      or tg_op = 'UPDATE' and new.fallback_variant_ids = old.fallback_variant_ids
        and new.fallback_variant_id is distinct from old.fallback_variant_id
    then
      new.fallback_variant_ids = case when new.fallback_variant_id is null then '{}'::text[]
        else array[new.fallback_variant_id::text] end;
    end if;
    new.fallback_variant_id = new.fallback_variant_ids[1];
    return new;
  end $$;
  create trigger same_fallbacks before insert or update of fallback_variant_id, fallback_variant_ids on routes
    for each row execute function crosscurrent_same_fallbacks();
  create function crosscurrent_forget_variant() returns trigger language plpgsql as $$ begin
    update routes set fallback_variant_ids = array_remove(fallback_variant_ids, old.id::text)
    where workspace_id = old.workspace_id and router_id = old.router_id and id = old.route_id
      and old.id = any(fallback_variant_ids);
    return old;
  end $$;
  create trigger forget_variant before delete on variants
    for each row execute function crosscurrent_forget_variant();
  create function crosscurrent_leave_headers() returns trigger language plpgsql as $$ begin
    new.header_names = '{}';
    new.header_secret = null;
    new.header_secret_key_id = null;
    return new;
  end $$;
  create trigger leave_headers before update of base_url on variants
    for each row when (old.header_secret = new.header_secret
      and substring(old.base_url from '^[^/]*//[^/]*') <> substring(new.base_url from '^[^/]*//[^/]*'))
    execute function crosscurrent_leave_headers();`;

export const upstreamOptions: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    // In the order in which readers take these tables, so that none of them and this wait for each other.
    for (const part of [ROUTES, VARIANTS, TRIGGERS]) await sql.raw(part).execute(db);
  },
};
