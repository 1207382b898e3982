// Counts how old rows are when a run first sees them. Rows of first passes and of days read again are not counted.
import { sql } from "kysely";
import { ARRIVAL_AGE_GROUPS, arrivalAgeGroup, isNearEdge } from "../../domain/arrivals.ts";
import type { EventProgress } from "../../domain/progress.ts";
import type { Transaction } from "../postgres/database.ts";
import type { ChunkEvent } from "./checkpoints.ts";
import type { ChunkCommit } from "./interface.ts";
import type { StagedRow } from "./stagingTable.ts";

/** How many runs the newest rows are kept of. */
const RUNS_KEPT = 8;

interface Arrivals {
  id: number;
  ages: number[];
  nearEdge: number;
  newestAgeMs: number;
}

export async function countArrivals(
  tx: Transaction,
  chunk: Pick<ChunkCommit, "from" | "ranges" | "runId" | "opened">,
  events: ChunkEvent[],
  fresh: StagedRow[],
): Promise<void> {
  if (chunk.ranges !== undefined) return;
  const { opened } = chunk;
  const known = opened === undefined ? events : events.map((one) => ({ ...one, lookbackMs: opened.lookbackMs }));
  const counted = arrivalsOf(chunk.from, known, fresh);
  for (const { id, ages, nearEdge, newestAgeMs } of counted) {
    const isSameRun = sql`newest_run_id is not distinct from ${chunk.runId}`;
    const ageMs = sql`${newestAgeMs}::bigint`;
    const kept = sql.lit(RUNS_KEPT - 2);
    await tx.execute(sql`
      update event_definitions set
        arrival_ages = (
          select array_agg(coalesce(arrival_ages[i::integer], 0) + added order by i)
          from unnest(${ages}::bigint[]) with ordinality as a (added, i)),
        near_edge = near_edge + ${nearEdge},
        near_edge_at_ms = case when ${nearEdge > 0} then crosscurrent_now_ms() else near_edge_at_ms end,
        newest_ages_ms = case
          when ${isSameRun} then trim_array(newest_ages_ms, 1)
            || least(newest_ages_ms[cardinality(newest_ages_ms)], ${ageMs})
          else newest_ages_ms[greatest(1, cardinality(newest_ages_ms) - ${kept}):] || ${ageMs} end,
        newest_at_ms = case
          when ${isSameRun} then newest_at_ms
          else newest_at_ms[greatest(1, cardinality(newest_at_ms) - ${kept}):] || crosscurrent_now_ms() end,
        newest_run_id = ${chunk.runId}
      where id = ${id}`);
  }
}

/** In the order of ids, as all that changes several events. */
function arrivalsOf({ completeThroughMs, unfinished }: EventProgress, events: ChunkEvent[], fresh: StagedRow[]) {
  if (completeThroughMs === null || unfinished === null) return [];
  const lookbacks = new Map(events.map(({ id, lookbackMs }) => [id, lookbackMs]));
  const counted = new Map<number, Arrivals>();
  for (const { eventId: id, row } of fresh) {
    let of = counted.get(id);
    if (of === undefined) {
      of = { id, ages: Array.from({ length: ARRIVAL_AGE_GROUPS }, () => 0), nearEdge: 0, newestAgeMs: Infinity };
      counted.set(id, of);
    }
    const ageMs = unfinished.targetMs - row.timestampMs;
    const group = arrivalAgeGroup(ageMs);
    of.ages[group] = (of.ages[group] ?? 0) + 1;
    of.newestAgeMs = Math.min(of.newestAgeMs, ageMs);
    if (isNearEdge(completeThroughMs - row.timestampMs, lookbacks.get(id) ?? null)) of.nearEdge++;
  }
  return [...counted.values()].toSorted((a, b) => a.id - b.id);
}
