// Changes that Mixpanel makes to an accepted event: identity, added properties, truncated strings, local time.
import { createHash } from "node:crypto";
import { isMarkedNumber, stringifyLossless } from "./lossless.ts";
import { buildRowFromText } from "./lines.ts";
import type { Row } from "./rows.ts";
import type { ProjectSettings } from "./settings.ts";
import type { CheckedEvent } from "./validate.ts";

const MAX_STRING_CHARS = 255;
const NOT_STORED = new Set(["ip", "token", "time", "distinct_id", "$insert_id"]);

export interface Arrival {
  nowMs: number;
  /** The host that the client addressed, for `$mp_api_endpoint`. */
  endpoint: string;
  /** The client's address, which identifies an event without an id. */
  address: string;
  toStoredMs(utcMs: number): number;
}

/** Returns a function that makes rows of a request's events. Text that all rows share is built once. */
export function rowMaker(settings: ProjectSettings, arrival: Arrival): (checked: CheckedEvent, bytes: number) => Row {
  const processingMs = arrival.nowMs + settings.processingDelayMs;
  const shared =
    `,"$import":true,"$mp_api_endpoint":${stringifyLossless(arrival.endpoint)}` +
    `,"$mp_api_timestamp_ms":${arrival.nowMs},"mp_processing_time_ms":${processingMs},"$mp_event_size":`;
  return (checked, eventBytes) => {
    const { distinctId, added } = identify(checked, settings, arrival);
    let text = `{"distinct_id":${stringifyLossless(distinctId)}`;
    if (added) text += `,"${added.name}":${stringifyLossless(added.value)}`;
    text += `,"$insert_id":${stringifyLossless(checked.insertId)}${shared}${eventBytes}`;
    for (const name in checked.properties) {
      if (NOT_STORED.has(name) || name === added?.name || isAddedName(name)) continue;
      text += `,${stringifyLossless(cutText(name))}:${stringifyLossless(cut(checked.properties[name]))}`;
    }
    const key = { distinctId, insertId: checked.insertId };
    return buildRowFromText(cutText(checked.event), arrival.toStoredMs(checked.timeMs), processingMs, key, `${text}}`);
  };
}

/** Properties that Mixpanel sets itself, even if the client sent them. */
function isAddedName(name: string): boolean {
  return (
    name === "$import" ||
    name === "$mp_api_endpoint" ||
    name === "$mp_api_timestamp_ms" ||
    name === "mp_processing_time_ms" ||
    name === "$mp_event_size"
  );
}

interface Identity {
  distinctId: string;
  added: { name: "$user_id" | "$device_id"; value: string } | null;
}

/** A Simplified project computes the id: `$user_id`, else `$device:` and `$device_id`, else the sent id as a user id. */
function identify(checked: CheckedEvent, settings: ProjectSettings, arrival: Arrival): Identity {
  const sent = checked.distinctId;
  if (settings.idMerge === "original") return { distinctId: sent ?? "", added: null };
  const userId = checked.properties["$user_id"];
  if (typeof userId === "string" && userId !== "") return { distinctId: userId, added: null };
  const deviceId = checked.properties["$device_id"];
  if (typeof deviceId === "string" && deviceId !== "") return device(deviceId);
  if (sent === null) return { distinctId: createHash("sha1").update(arrival.address).digest("hex"), added: null };
  if (sent.startsWith("$device:")) return device(sent);
  return { distinctId: sent, added: sent === "" ? null : { name: "$user_id", value: sent } };
}

function device(id: string): Identity {
  const bare = id.startsWith("$device:") ? id.slice("$device:".length) : id;
  return { distinctId: `$device:${bare}`, added: { name: "$device_id", value: bare } };
}

function cutText(text: string): string {
  return text.length > MAX_STRING_CHARS ? text.slice(0, MAX_STRING_CHARS) : text;
}

function cut(value: unknown): unknown {
  if (typeof value === "string") return isMarkedNumber(value) ? value : cutText(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(cut);
  return Object.fromEntries(Object.entries(value).map(([name, child]) => [name, cut(child)]));
}
