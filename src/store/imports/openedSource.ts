// Keeps what a connector knew of a part of a source before it read the part's rows.
import { sql } from "kysely";
import type { OpenedSource } from "../../domain/importedRow.ts";
import type { Transaction } from "../postgres/database.ts";
import type { ChunkEvent } from "./checkpoints.ts";
import type { ChunkCommit } from "./interface.ts";

/** Only increments tell what each run reads. With another lookback, rows near the end of the old one say nothing. */
export async function keepOpened(
  tx: Transaction,
  chunk: Pick<ChunkCommit, "integrationId" | "runId" | "from" | "ranges" | "events">,
  known: ChunkEvent[],
  { estimatedBytes, sourceBytes, lookbackMs, isLocalTime }: OpenedSource,
): Promise<void> {
  if (estimatedBytes !== null) {
    await tx.execute(sql`
      update runs set import_bytes = coalesce(import_bytes, 0) + ${estimatedBytes}::bigint
      where integration_id = ${chunk.integrationId} and id = ${chunk.runId}`);
  }
  if (chunk.ranges !== undefined) return;
  const isIncrement = chunk.from.completeThroughMs !== null;
  const bytes = sql`${isIncrement ? estimatedBytes : null}::bigint`;
  const isOtherLookback = sql`lookback_ms is distinct from ${lookbackMs}::bigint`;
  for (const { id, name } of known) {
    if (!chunk.events.includes(name)) continue;
    await tx.execute(sql`
      update event_definitions set
        near_edge = case when ${isOtherLookback} then 0 else near_edge end,
        lookback_ms = ${lookbackMs}::bigint, is_local_time = ${isLocalTime}, source_bytes = ${sourceBytes}::bigint,
        run_bytes = ${bytes} + case when bytes_run_id = ${chunk.runId} then run_bytes else 0 end,
        bytes_run_id = ${chunk.runId}
      where id = ${id}`);
  }
}
