// Who a row belongs to, and which row it is: its ids, its key for deduplication and the time of its copy.
import { canonicalObject, sliceMember } from "../../../domain/rawJson.ts";
import { hashUuid } from "../../hashUuid.ts";

const MAX_TIME_MS = 8.64e15;
const ID_BEFORE = "$distinct_id_before_identity";
/** Members that differ between copies of one row: Mixpanel rewrites them when it merges identities. */
const OF_THE_COPY = new Set(["distinct_id", "$user_id", ID_BEFORE, "mp_processing_time_ms"]);

export interface ParsedRow {
  event: string;
  /** The text of its properties. */
  properties: string;
  fields: Record<string, unknown>;
}

/** The ids of the row's user, the one that Mixpanel is surest of first. A row of a merged user has several. */
export function userIdsOf(row: ParsedRow): string[] {
  const ids = [idText(row, "$user_id"), idText(row, "distinct_id"), idBeforeMerge(row)];
  return ids.filter((id, i) => id !== "" && ids.indexOf(id) === i);
}

/** Mixpanel's own dedupe key, hashed: event, time, identity at ingestion, `$insert_id`. */
export function rowUuid(row: ParsedRow, wallMs: number): string {
  const identity = idBeforeMerge(row) || idText(row, "distinct_id");
  const id = idText(row, "$insert_id");
  // Mixpanel never deduplicates a row without an $insert_id. Only a row with the same content counts as the same.
  const last = id === "" ? `row:${canonicalObject(row.properties, OF_THE_COPY)}` : `id:${id}`;
  return hashUuid(`${row.event.length}:${row.event}${wallMs}:${identity.length}:${identity}${last}`);
}

/** A row without a processing time is the oldest copy. */
export function versionOf({ fields }: ParsedRow): number {
  const processedMs = fields["mp_processing_time_ms"];
  return typeof processedMs === "number" && Math.abs(processedMs) <= MAX_TIME_MS ? Math.trunc(processedMs) : 0;
}

/** Mixpanel writes the number 0 where there was no other id before. */
function idBeforeMerge(row: ParsedRow): string {
  return row.fields[ID_BEFORE] === 0 ? "" : idText(row, ID_BEFORE);
}

/** Numbers keep all their digits. What is no id is an empty text. */
function idText({ fields, properties }: ParsedRow, name: string): string {
  const value = fields[name];
  if (typeof value === "string") return value;
  if (typeof value === "number") {
    return Number.isSafeInteger(value) ? String(value) : (sliceMember(properties, name) ?? "");
  }
  return typeof value === "boolean" ? String(value) : "";
}
