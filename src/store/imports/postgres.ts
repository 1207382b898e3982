// The import's mirrored progress, and the chunks of rows that it covers.
import type { EventDefinition } from "../../domain/event.ts";
import { sql } from "kysely";
import type { EventProgress } from "../../domain/progress.ts";
import type { ImportStore } from "../store.ts";
import { commitChunk } from "./commitChunk.ts";
import type { Database } from "../postgres/database.ts";
import { discoverProperties } from "./discovery.ts";

export function createImportStore({ pool, db }: Database): ImportStore {
  return {
    async definitions(integrationId, names) {
      const asked = names === undefined ? sql`true` : sql`name = any(${names}::text[])`;
      const { rows } = await sql<EventDefinition>`
        select name, source from event_definitions
        where integration_id = ${integrationId} and deleted_at_ms is null and ${asked} order by id`.execute(db);
      return rows;
    },

    async progress(integrationId) {
      const { rows } = await sql<EventProgress & { name: string }>`
        select name, complete_through_ms as "completeThroughMs", unfinished from event_definitions
        where integration_id = ${integrationId} and deleted_at_ms is null order by id`.execute(db);
      return Object.fromEntries(rows.map(({ name, ...progress }): [string, EventProgress] => [name, progress]));
    },

    async setProgress(integrationId, progress) {
      await db.transaction().execute(async (tx) => {
        // In the order of ids, like the chunks: nobody waits in a circle.
        await sql`
          select from event_definitions where integration_id = ${integrationId} and deleted_at_ms is null
          order by id for no key update`.execute(tx);
        for (const [name, { completeThroughMs, unfinished }] of Object.entries(progress)) {
          await sql`
            update event_definitions set complete_through_ms = ${completeThroughMs},
              unfinished = ${unfinished === null ? null : JSON.stringify(unfinished)}::jsonb
            where integration_id = ${integrationId} and name = ${name} and deleted_at_ms is null`.execute(tx);
        }
      });
    },

    commitChunk: (input) => commitChunk(pool, input),

    discoverProperties: (integrationId, identityProperties) => discoverProperties(db, integrationId, identityProperties),
  };
}
