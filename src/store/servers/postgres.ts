// The servers that are up: each writes its row every few seconds.
import { sql } from "kysely";
import type { Database } from "../postgres/database.ts";
import type { ServerStore } from "./interface.ts";

/** A server that was not seen for this long is taken for gone. It is three times the interval of presence.ts. */
const GONE_AFTER_MS = 15_000;

export function createServerStore(db: Database): ServerStore {
  return {
    async seen(serverId) {
      // The statement's own snapshot does not have the row that it inserts, so the other servers are counted.
      const [row] = await db.query(sql<{ others: number }>`
        with mine as (
          insert into servers (id, seen_at_ms) values (${serverId}, crosscurrent_now_ms())
          on conflict (id) do update set seen_at_ms = excluded.seen_at_ms
        ), gone as (
          delete from servers where seen_at_ms < crosscurrent_now_ms() - ${GONE_AFTER_MS}::bigint and id <> ${serverId}
        )
        select count(*) as others from servers
        where seen_at_ms >= crosscurrent_now_ms() - ${GONE_AFTER_MS}::bigint and id <> ${serverId}`);
      return (row?.others ?? 0) + 1;
    },
    async remove(serverId) {
      await db.execute(sql`delete from servers where id = ${serverId}`);
    },
  };
}
