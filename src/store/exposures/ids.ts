// Ids of exposures, kept for a day: an exposure that is posted again counts once.
import { sql } from "kysely";
import type { Exposure } from "../../domain/exposure.ts";
import type { Queryable } from "../postgres/database.ts";

export const IDS_KEPT_MS = 24 * 3_600_000;

/** Of each id the first exposure, if none with this id came within the last 24 hours. */
export async function withoutDoubles(
  tx: Queryable,
  workspaceId: string,
  exposures: Exposure[],
  nowMs: number,
): Promise<Exposure[]> {
  const ids = new Set(exposures.map(({ call }) => call?.id ?? null).filter((id) => id !== null));
  if (ids.size === 0) return exposures;
  // In order, so that two transactions with the same ids do not wait for each other.
  const fresh = await tx.query(sql<{ id: string }>`
    insert into exposure_ids as e (workspace_id, id, at_ms)
    select ${workspaceId}, id, ${nowMs}::bigint from unnest(${[...ids]}::text[]) t (id) order by id collate "C"
    on conflict (workspace_id, id) do update set at_ms = excluded.at_ms
      where e.at_ms <= excluded.at_ms - ${IDS_KEPT_MS}::bigint
    returning id`);
  const left = new Set(fresh.map(({ id }) => id));
  return exposures.filter(({ call }) => call === undefined || call.id === null || left.delete(call.id));
}
