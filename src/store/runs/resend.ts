// Marks rejected buckets, and queues the sync request whose run sends them again.
import { sql } from "kysely";
import type { Direction, ResendResult } from "../../domain/run.ts";
import type { Transaction } from "../postgres/database.ts";
import { queueRequest } from "./queueRequest.ts";

export async function requestResend(
  tx: Transaction,
  workspaceId: string,
  integrationId: string,
  recordIds: string[] | null,
): Promise<ResendResult | null> {
  const [integration] = await tx.query(sql<{ paused: boolean; exportEnabled: boolean }>`
    select paused, export_enabled as "exportEnabled" from integrations
    where id = ${integrationId} and workspace_id = ${workspaceId} and deleted_at_ms is null for no key update`);
  if (integration === undefined) return null;
  const invalid = recordIds === null ? [] : await invalidIds(tx, integrationId, recordIds);
  if (invalid.length > 0) return { kind: "invalid", ids: invalid };
  if (integration.paused) return { kind: "paused" };
  if (!integration.exportEnabled) return { kind: "export_off" };
  const chosen = recordIds === null ? sql`true` : sql`id = any(${recordIds}::bigint[])`;
  await tx.execute(sql`
    update rejected_records set resend = true
    where integration_id = ${integrationId} and direction = 'export' and not resend and ${chosen}`);
  const { requestId } = await queueRequest(tx, integrationId);
  return { kind: "requested", requestId };
}

async function invalidIds(tx: Transaction, integrationId: string, recordIds: string[]) {
  const found = await tx.query(sql<{ id: string; direction: Direction }>`
    select id::text as id, direction from rejected_records
    where integration_id = ${integrationId} and id = any(${recordIds}::bigint[])`);
  const directions = new Map(found.map(({ id, direction }) => [BigInt(id), direction]));
  return recordIds.flatMap((id, index) => {
    const direction = directions.get(BigInt(id));
    if (direction === "export") return [];
    return [{ index, problem: direction === undefined ? ("unknown" as const) : ("imported" as const) }];
  });
}
