// Waits for grants. Servers share them, so that any of them may be asked.
import { hash } from "node:crypto";
import { sql } from "kysely";
import type { Database } from "../postgres/database.ts";
import type { GrantWaitStore, TestedConnection } from "./interface.ts";

/** Two minutes, sometimes seven or more: https://cloud.google.com/iam/docs/access-change-propagation */
const WAIT_MS = 7 * 60_000;
/** Who tries again by itself does so far more often. A person who comes back later may have granted something new. */
const PAUSE_MS = 90_000;

export function createGrantWaitStore(db: Database): GrantWaitStore {
  return {
    async failed(tested) {
      const now = sql`crosscurrent_now_ms()`;
      const [wait] = await db.query(sql<{ untilMs: number; nowMs: number }>`
        insert into grant_waits as g (workspace_id, connection_hash, first_at_ms, last_at_ms)
        values (${tested.workspaceId}, ${hashOf(tested)}, ${now}, ${now})
        on conflict (workspace_id, connection_hash) do update set
          first_at_ms = case when excluded.last_at_ms - g.last_at_ms > ${PAUSE_MS}::bigint
            then excluded.first_at_ms else g.first_at_ms end,
          last_at_ms = excluded.last_at_ms
        returning first_at_ms + ${WAIT_MS}::bigint as "untilMs", last_at_ms as "nowMs"`);
      return wait !== undefined && wait.nowMs < wait.untilMs ? wait.untilMs : null;
    },

    async end(tested) {
      await db.execute(sql`
        delete from grant_waits where workspace_id = ${tested.workspaceId} and connection_hash = ${hashOf(tested)}`);
    },
  };
}

function hashOf({ provider, settings }: TestedConnection): string {
  return hash(
    "sha256",
    JSON.stringify([provider, Object.entries(settings).toSorted(([a], [b]) => (a < b ? -1 : 1))]),
    "hex",
  );
}
