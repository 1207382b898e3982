// The fields of stored copies as they were counted when these came, so that a replaced copy is taken out of the counts.
import { sql } from "kysely";
import { MAX_LEAVES, MAX_LEAVES_BYTES } from "../../domain/limits.ts";
import type { Transaction } from "../postgres/database.ts";
import type { ReplacedRow, StagedRow } from "./stagingTable.ts";

/** How a number that JSON cannot write stands in the properties. */
const NUMBERS_AS_TEXT = new Set<unknown>(["NaN", "Infinity", "-Infinity"]);
const SCALARS = new Set(["string", "number", "boolean"]);

export type Fields = StagedRow["row"]["fields"];

/** Names of values within values, as `a.b`, that were counted of an event, and whether any was counted as null. */
export type KnownLeaves = ReadonlyMap<string, boolean>;

/** By event. Only events with a table of their own have names of values within values. */
export async function readKnownLeaves(tx: Transaction, replaced: ReplacedRow[]): Promise<Map<number, KnownLeaves>> {
  const byEvent = new Map<number, Map<string, boolean>>();
  const ids = [...new Set(replaced.map(({ eventId }) => eventId))];
  if (ids.length === 0) return byEvent;
  const rows = await tx.query(sql<{ eventId: number; name: string; hasNulls: boolean }>`
    select e.id as "eventId", k.name, bool_or(k.nulls > 0) as "hasNulls"
    from event_definitions e cross join lateral (
      select name, nulls from properties where event_id = e.id and strpos(name, '.') > 0
      union all
      select name, nulls from property_counts where event_id = e.id and strpos(name, '.') > 0
    ) k
    where e.id = any(${ids}::integer[]) and e.source is not null group by 1, 2`);
  for (const { eventId, name, hasNulls } of rows) {
    const known = byEvent.get(eventId) ?? new Map<string, boolean>();
    byEvent.set(eventId, known.set(name, hasNulls));
  }
  return byEvent;
}

/**
 * The fields of a stored copy. `like`: those of the copy that replaced it, which may lack columns of the stored one, or
 * values within them. For example, with `payload.price` and `payload.tax` known:
 *
 *     properties                        like                          fields of the stored copy
 *     {"payload":{"price":1,"id":"x"}}  {"payload":{},"payload.id":}  payload, payload.price, payload.id
 *     {"payload":{"tax":1}}             {}, without the column        payload, payload.tax
 */
export function storedFields(properties: string, like: Fields, known: KnownLeaves): Fields {
  const stored = JSON.parse(properties) as Fields;
  const fields = { ...stored };
  for (const name in like) {
    if (typeof like[name] === "number" && NUMBERS_AS_TEXT.has(stored[name])) fields[name] = 0;
  }
  const isLong = properties.length > MAX_LEAVES_BYTES;
  const crowded = new Set(Object.keys(stored).filter((name) => isLong || leavesIn(stored[name]) > MAX_LEAVES));
  for (const [name, hasNulls] of known) {
    // Of so many values some were not counted, and it is not known which: as many as are counted now.
    if (crowded.has(columnOf(name)) && !Object.hasOwn(like, name)) continue;
    addLeaf(fields, stored, name, hasNulls);
  }
  return fields;
}

/** `countsNull`: the value is a field of a STRUCT, which is counted if it is null too. */
function addLeaf(fields: Record<string, unknown>, stored: Fields, name: string, countsNull: boolean): void {
  if (Object.hasOwn(stored, name) || !Object.hasOwn(stored, columnOf(name))) return;
  const value = valueAt(stored, name);
  if (SCALARS.has(typeof value)) fields[name] = value;
  else if (countsNull && (value === null || value === undefined)) fields[name] = null;
}

const columnOf = (name: string): string => name.slice(0, name.indexOf("."));

/** As `crosscurrent_property` finds it. */
function valueAt(stored: Fields, name: string): unknown {
  const outer = stored[columnOf(name)];
  const key = name.slice(columnOf(name).length + 1);
  const value = Array.isArray(outer) ? keyedValue(outer, key) : fieldAt(outer, key.split("."));
  return NUMBERS_AS_TEXT.has(value) ? 0 : value;
}

function fieldAt(outer: unknown, path: string[]): unknown {
  let value = outer;
  for (const name of path) {
    value = typeof value === "object" && value !== null ? (value as Fields)[name] : null;
  }
  return value;
}

/** The value of a key in an array of keys and values: itself, or its first field that is not null. */
function keyedValue(items: unknown[], key: string): unknown {
  const item = items.find((one) => typeof one === "object" && one !== null && (one as Fields)["key"] === key);
  const value = (item as Fields | undefined)?.["value"];
  if (typeof value !== "object" || value === null) return value;
  return Object.values(value).find((field) => field !== null);
}

/** How many values it has that may have been counted: an array's items, an object's values at any depth. */
function leavesIn(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  if (Array.isArray(value)) return value.length;
  return Object.values(value).reduce((sum: number, inner: unknown) => {
    return sum + (SCALARS.has(typeof inner) ? 1 : Array.isArray(inner) ? 0 : leavesIn(inner));
  }, 0);
}
