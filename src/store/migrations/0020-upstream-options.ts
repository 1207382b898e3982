// What differs between upstreams: options, headers and prices of variants, and ordered fallbacks of routes.
import { sql, type Kysely, type Migration } from "kysely";

/** Headers are encrypted with the key, in `secret`. `keyless`: there are headers alone. */
const VARIANTS = `
  alter table variants
    add column options jsonb not null default '{}',
    add column price jsonb,
    add column header_names text[] not null default '{}',
    add column keyless boolean not null default false;`;

/** Servers of the version before, which go on during an upgrade, read the first fallback under its former name. */
const FALLBACKS = `
  alter table routes drop constraint routes_fallback;
  alter table routes add column fallback_variant_ids text[] not null default '{}';
  update routes set fallback_variant_ids = array[fallback_variant_id::text] where fallback_variant_id is not null;
  alter table routes drop column fallback_variant_id;
  alter table routes add column fallback_variant_id text generated always as (fallback_variant_ids[1]) stored;`;

export const upstreamOptions: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql.raw(VARIANTS).execute(db);
    await sql.raw(FALLBACKS).execute(db);
  },
};
