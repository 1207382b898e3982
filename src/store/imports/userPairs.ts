// Notes which ids stand together in rows, for metrics: a row is that of the exposed user whose id counts first.
import { sql } from "kysely";
import { MAX_ID_BYTES } from "../../domain/limits.ts";
import type { Transaction } from "../postgres/database.ts";
import { storable } from "../postgres/text.ts";
import type { StagedRow } from "./stagingTable.ts";

interface UserPair {
  eventId: number;
  userId: string;
  /** Counts first where both users are exposed. */
  rivalId: string;
}

/** In order, so that two chunks of the same users never wait for each other. Pairs stay when their rows change. */
export async function noteUserPairs(tx: Transaction, rows: StagedRow[]): Promise<void> {
  const pairs = [...pairsOf(rows).values()];
  if (pairs.length === 0) return;
  await tx.execute(sql`
    insert into imported_user_pairs (event_id, user_id, rival_id)
    select event_id, user_id, rival_id from unnest(${pairs.map(({ eventId }) => eventId)}::integer[],
      ${pairs.map(({ userId }) => userId)}::text[], ${pairs.map(({ rivalId }) => rivalId)}::text[])
      as pair (event_id, user_id, rival_id)
    order by event_id, user_id collate "C", rival_id collate "C" on conflict do nothing`);
}

function pairsOf(rows: StagedRow[]): Map<string, UserPair> {
  const pairs = new Map<string, UserPair>();
  for (const { eventId, row } of rows) {
    if (row.userIds.length < 2) continue;
    const ids = row.userIds.map(storable).filter(canBeExposed);
    for (const [place, userId] of ids.entries()) {
      for (const rivalId of ids.slice(0, place)) {
        pairs.set(JSON.stringify([eventId, userId, rivalId]), { eventId, userId, rivalId });
      }
    }
  }
  return pairs;
}

function canBeExposed(id: string): boolean {
  return Buffer.byteLength(id) <= MAX_ID_BYTES;
}
