// Buckets keep sums of their exposures, for exports. The sums stand still once the bucket is sealed.
import { sql, type Kysely, type Migration } from "kysely";

const SUMS = ["bucket_parts", "exposure_buckets"].map(
  (table) => `
  alter table ${table}
    add column input_tokens numeric,
    add column output_tokens numeric,
    add column cost_usd numeric,
    add column latency_ms numeric,
    add column latencies bigint,
    add column ttft_ms numeric,
    add column ttfts bigint;`,
);

export const bucketSums: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const part of SUMS) await sql.raw(part).execute(db);
  },
};
