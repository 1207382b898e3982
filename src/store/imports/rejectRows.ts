// Rejected records of an import: each is counted once, however often it is read, and a sample of them is kept.
import { sql } from "kysely";
import type { Transaction } from "../postgres/database.ts";
import { hashOf } from "../postgres/ids.ts";
import {
  boundedReason,
  insertRejected,
  keyTextOf,
  MAX_REASONS,
  OTHER_REASONS,
  type RejectedInsert,
} from "../runs/rejected.ts";

/** How many records are kept of each event and reason. */
export const SAMPLE_RECORDS = 100;

interface Counter {
  eventId: number | null;
  reason: string;
  count: number;
}

/** Returns the event (or null) of each record that was not counted before. */
export async function rejectRows(
  tx: Transaction,
  integrationId: string,
  rejected: RejectedInsert[],
): Promise<(number | null)[]> {
  if (rejected.length === 0) return [];
  const fresh = await keepKeys(tx, integrationId, rejected);
  if (fresh.length === 0) return [];
  const known = await readCounters(tx, integrationId, fresh);
  const sample = new Set<RejectedInsert>();
  for (const [counter, records] of groupByCounter(fresh, known)) {
    const before = await raise(tx, integrationId, counter, records.length);
    for (const record of records.slice(0, Math.max(0, SAMPLE_RECORDS - before))) sample.add(record);
  }
  // In the order in which they were read.
  await insertRejected(
    tx,
    integrationId,
    fresh.filter((record) => sample.has(record)),
  );
  return fresh.map(({ eventId }) => eventId);
}

/** Inserts in the order of the keys, so that two chunks that share records never wait for each other. */
async function keepKeys(tx: Transaction, integrationId: string, rejected: RejectedInsert[]): Promise<RejectedInsert[]> {
  const byKey = new Map<string, RejectedInsert>();
  for (const record of rejected) {
    const key = hashOf(keyTextOf(record)).toString("hex", 0, 16);
    byKey.set(key, byKey.get(key) ?? record);
  }
  const eventIds = [...byKey.values()].map(({ eventId }) => eventId);
  const kept = await tx.query(sql<{ key: string }>`
    insert into rejected_keys (event_id, integration_id, key_hash)
    select event_id, case when event_id is null then ${integrationId}::text end, key
    from unnest(${eventIds}::integer[], ${[...byKey.keys()]}::uuid[]) as k (event_id, key) order by 1, 2, 3
    on conflict do nothing returning replace(key_hash::text, '-', '') as key`);
  const fresh = new Set(kept.map(({ key }) => key));
  return [...byKey].filter(([key]) => fresh.has(key)).map(([, record]) => record);
}

function readCounters(tx: Transaction, integrationId: string, fresh: RejectedInsert[]): Promise<Counter[]> {
  const eventIds = [...new Set(fresh.map(({ eventId }) => eventId ?? 0))];
  return tx.query(sql<Counter>`
    select event_id as "eventId", reason, count from rejected_counts
    where integration_id = ${integrationId} and direction = 'import'
      and coalesce(event_id, 0) = any(${eventIds}::integer[])`);
}

type Group = [counter: Omit<Counter, "count">, records: RejectedInsert[]];

/** In the order of the counters. Of an event with many reasons, those that are new are counted together. */
function groupByCounter(fresh: RejectedInsert[], known: Counter[]): Group[] {
  const groups = new Map<string, Group>();
  const reasons = new Map<number | null, Set<string>>();
  for (const { eventId, reason } of known) reasonsOf(reasons, eventId).add(reason);
  for (const record of fresh) {
    const { eventId } = record;
    const named = reasonsOf(reasons, eventId);
    const own = boundedReason(record.reason);
    const reason = named.has(own) || named.size < MAX_REASONS ? own : OTHER_REASONS;
    named.add(reason);
    const key = `${eventId ?? 0}\n${reason}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [{ eventId, reason }, [record]]);
    else group[1].push(record);
  }
  return [...groups].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group);
}

function reasonsOf(reasons: Map<number | null, Set<string>>, eventId: number | null): Set<string> {
  const known = reasons.get(eventId) ?? new Set();
  reasons.set(eventId, known);
  return known;
}

/** Returns the count before. */
async function raise(tx: Transaction, integrationId: string, of: Group[0], by: number): Promise<number> {
  const [row] = await tx.query(sql<{ count: number }>`
    insert into rejected_counts as c (integration_id, event_id, direction, reason, count)
    values (${integrationId}, ${of.eventId}, 'import', ${of.reason}, ${by})
    on conflict (integration_id, direction, coalesce(event_id, 0), md5(reason))
    do update set count = c.count + excluded.count returning c.count`);
  return (row?.count ?? by) - by;
}
