// Rejected buckets on their second way out: marked ones are read and, once delivered, are rejected no longer.
import { sql } from "kysely";
import type { Bucket, MarkedBucket, Resent } from "../../domain/bucket.ts";
import type { Queryable, Transaction } from "../postgres/database.ts";
import { boundedReason } from "../runs/rejected.ts";
import type { BucketRange } from "./interface.ts";
import { USAGE } from "./usage.ts";

/** Over `r`: the bucket of a rejected record, found by its key, because a revision changes its number. */
const BUCKET_OF_RECORD = sql`
  select b.* from integrations i
  join exposure_buckets b on b.workspace_id = i.workspace_id
    and b.hour_ms = (r.record::jsonb ->> 'hourMs')::bigint and b.user_id = r.record::jsonb ->> 'userId'
    and b.alias_id = r.record::jsonb ->> 'aliasId' and b.route_id = r.record::jsonb ->> 'routeId'
    and b.variant_id = r.record::jsonb ->> 'variantId'
  where i.id = r.integration_id`;

export async function hasMarked(db: Queryable, integrationId: string): Promise<boolean> {
  return (
    (await db.execute(sql`select from rejected_records where integration_id = ${integrationId} and resend limit 1`)) > 0
  );
}

export async function markedThrough(tx: Transaction, integrationId: string): Promise<number | null> {
  await tx.execute(sql`
    update rejected_records r set resend = false
    where r.integration_id = ${integrationId} and r.resend and not exists (${BUCKET_OF_RECORD})`);
  const [row] = await tx.query(sql<{ seq: number | null }>`
    select max(seq) as seq from rejected_records where integration_id = ${integrationId} and resend`);
  return row?.seq ?? null;
}

export async function readMarked(
  db: Queryable,
  integrationId: string,
  { withUsage, afterSeq, throughSeq, limit }: Omit<BucketRange, "workspaceId" | "withRevisions">,
): Promise<MarkedBucket[]> {
  const rows = await db.query(sql<Bucket & { recordId: string }>`
    select r.id::text as "recordId", r.seq, b.alias_id as "aliasId", b.route_id as "routeId",
      b.variant_id as "variantId", b.user_id as "userId", b.hour_ms as "hourMs",
      b.sealed_time_ms as "sealedTimeMs", b.time_ms as "timeMs"
      ${withUsage === true ? sql`, ${USAGE} as usage` : sql``}
    from rejected_records r cross join lateral (${BUCKET_OF_RECORD}) b
    where r.integration_id = ${integrationId} and r.resend and r.seq > ${afterSeq} and r.seq <= ${throughSeq}
    order by r.seq limit ${limit}`);
  return rows.map(({ recordId, ...bucket }) => ({ recordId, bucket }));
}

export async function commitResent(
  tx: Transaction,
  integrationId: string,
  runId: string,
  { delivered, refused }: Resent,
): Promise<void> {
  await tx.execute(sql`select from integrations where id = ${integrationId} for no key update`);
  const sent = await tx.execute(sql`
    delete from rejected_records
    where integration_id = ${integrationId} and direction = 'export' and id = any(${delivered}::bigint[])`);
  await tx.execute(sql`
    update rejected_records r set resend = false, reason = n.reason, at_ms = crosscurrent_now_ms()
    from unnest(
      ${refused.map(({ recordId }) => recordId)}::bigint[],
      ${refused.map(({ reason }) => boundedReason(reason))}::text[]) n (id, reason)
    where r.integration_id = ${integrationId} and r.direction = 'export' and r.id = n.id`);
  await tx.execute(sql`
    update integrations set export_sent = export_sent + ${sent}, export_rejected = export_rejected - ${sent}
    where id = ${integrationId}`);
  await tx.execute(sql`
    update runs set export_records = export_records + ${sent}
    where integration_id = ${integrationId} and id = ${runId}`);
}
