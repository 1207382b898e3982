// The import's checkpoints, and the chunks of rows that they cover.
import { sql } from "kysely";
import type { EventDefinition } from "../../domain/event.ts";
import type { EventProgress } from "../../domain/progress.ts";
import type { Database } from "../postgres/database.ts";
import { readStoredBefore } from "./checkpoints.ts";
import { commitChunk } from "./commitChunk.ts";
import { discoverProperties } from "./discovery.ts";
import type { ImportStore } from "./interface.ts";
import { beginRanges, leaveGap, readRanges } from "./ranges.ts";
import { rereadAll, requestReread } from "./rereads.ts";

export function createImportStore({ bookkeeping: db, bulk }: Record<"bookkeeping" | "bulk", Database>): ImportStore {
  return {
    definitions(integrationId, names) {
      const asked = names === undefined ? sql`true` : sql`name = any(${names}::text[])`;
      return db.query(sql<EventDefinition>`
        select name, source from event_definitions
        where integration_id = ${integrationId} and deleted_at_ms is null and ${asked} order by id`);
    },

    async progress(integrationId) {
      const rows = await db.query(sql<EventProgress & { name: string }>`
        select name, complete_through_ms as "completeThroughMs", unfinished from event_definitions
        where integration_id = ${integrationId} and deleted_at_ms is null order by id`);
      return Object.fromEntries(rows.map(({ name, ...progress }): [string, EventProgress] => [name, progress]));
    },

    storedBefore: (integrationId, names) => readStoredBefore(bulk, integrationId, names),

    setProgress: (integrationId, progress) =>
      db.transaction(async (tx) => {
        // In the order of ids, as the chunks do: no two transactions wait for each other.
        await tx.execute(sql`
          select from event_definitions where integration_id = ${integrationId} and deleted_at_ms is null
          order by id for no key update`);
        for (const [name, { completeThroughMs, unfinished }] of Object.entries(progress)) {
          await tx.execute(sql`
            update event_definitions set complete_through_ms = ${completeThroughMs},
              unfinished = ${unfinished && JSON.stringify(unfinished)}::jsonb,
              covered = case when imported = 0 then 0 end
            where integration_id = ${integrationId} and name = ${name} and deleted_at_ms is null`);
        }
      }),

    commitChunk: (chunk) => commitChunk(bulk, chunk),
    ranges: (integrationId) => readRanges(db, integrationId),
    beginRanges: (ids, unfinished) => beginRanges(db, ids, unfinished),
    leaveGap: (gap) => leaveGap(db, gap),
    requestReread: (...request) => requestReread(db, ...request),
    rereadAll: (integrationId, learned) => rereadAll(db, integrationId, learned),
    discoverProperties: (integrationId, identityProperties) =>
      discoverProperties(bulk, integrationId, identityProperties),
  };
}
