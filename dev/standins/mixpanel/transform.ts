// Changes that Mixpanel makes to an accepted event: identity, added properties, truncated strings, local time.
import { createHash } from "node:crypto";
import { isMarkedNumber, stringifyLossless } from "./lossless.ts";
import { buildRowFromText } from "./lines.ts";
import { deviceKey, type IdMerge } from "./identity.ts";
import type { Project } from "./project.ts";
import type { Row } from "./rows.ts";
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
export function rowMaker(project: Project, arrival: Arrival): (checked: CheckedEvent, bytes: number) => Row {
  const processingMs = arrival.nowMs + project.settings.processingDelayMs;
  const shared =
    `,"$import":true,"$mp_api_endpoint":${stringifyLossless(arrival.endpoint)}` +
    `,"$mp_api_timestamp_ms":${arrival.nowMs},"mp_processing_time_ms":${processingMs},"$mp_event_size":`;
  return (checked, eventBytes) => {
    const { distinctId, sentId, added } = mergedIdentity(checked, project, arrival);
    let text = `{"distinct_id":${stringifyLossless(distinctId)}`;
    for (const { name, value } of added) text += `,"${name}":${stringifyLossless(value)}`;
    text += `,"$insert_id":${stringifyLossless(checked.insertId)}${shared}${eventBytes}`;
    for (const name in checked.properties) {
      if (NOT_STORED.has(name) || added.some((one) => one.name === name) || isAddedName(name)) continue;
      text += `,${stringifyLossless(cutText(name))}:${stringifyLossless(cut(checked.properties[name]))}`;
    }
    const key = { distinctId: sentId, insertId: checked.insertId };
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

interface Added {
  name: "$user_id" | "$device_id" | "$distinct_id_before_identity";
  value: string;
}

interface Identity {
  distinctId: string;
  added: readonly Added[];
}

const NOTHING: readonly Added[] = [];

/** The ids of a row, after the merges that the project knows of. `sentId` is the one in the dedupe key. */
function mergedIdentity(checked: CheckedEvent, project: Project, arrival: Arrival): Identity & { sentId: string } {
  const sent = identify(checked, project.settings.idMerge, arrival);
  const merged = project.identities.resolve(sent.distinctId, arrival.nowMs);
  if (merged === null) return { ...sent, sentId: sent.distinctId };
  const before: Added = { name: "$distinct_id_before_identity", value: sent.distinctId };
  const added = [before, ...sent.added.filter(({ name }) => name !== "$user_id")];
  if (!("$user_id" in checked.properties)) added.push({ name: "$user_id", value: merged.userId });
  return { distinctId: merged.distinctId, sentId: sent.distinctId, added };
}

/** A Simplified project computes the id: `$user_id`, else `$device:` and `$device_id`, else the sent id as a user id. */
function identify(checked: CheckedEvent, idMerge: IdMerge, arrival: Arrival): Identity {
  const sent = checked.distinctId;
  if (idMerge === "original") return { distinctId: sent ?? "", added: NOTHING };
  const userId = checked.properties["$user_id"];
  if (typeof userId === "string" && userId !== "") return { distinctId: userId, added: NOTHING };
  const deviceId = checked.properties["$device_id"];
  if (typeof deviceId === "string" && deviceId !== "") return device(deviceId);
  if (sent === null) return { distinctId: createHash("sha1").update(arrival.address).digest("hex"), added: NOTHING };
  if (sent.startsWith("$device:")) return device(sent);
  return { distinctId: sent, added: sent === "" ? NOTHING : [{ name: "$user_id", value: sent }] };
}

function device(id: string): Identity {
  const distinctId = deviceKey(id);
  return { distinctId, added: [{ name: "$device_id", value: distinctId.slice("$device:".length) }] };
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
