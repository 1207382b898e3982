// The strict rules for one event of `/import`.
import { isMarkedNumber } from "./lossless.ts";
import type { ProjectSettings } from "./settings.ts";
import { DAY_MS } from "./zone.ts";

export interface CheckedEvent {
  event: string;
  timeMs: number;
  /** Null if the event has none, which a Simplified project accepts. */
  distinctId: string | null;
  insertId: string;
  properties: Record<string, unknown>;
}

export interface Fault {
  field: string;
  message: string;
}

const HOUR_MS = 3_600_000;
const FLOOR_SECONDS = (365 * DAY_MS) / 1000;
const MAX_KEYS = 254;
const MAX_ELEMENTS = 254;
const MAX_DEPTH = 3;
const MAX_INSERT_ID_BYTES = 36;
const DISALLOWED_IDS = new Set(
  "00000000-0000-0000-0000-000000000000 anon anonymous nil none null n/a na undefined unknown <nil> 0 -1 true false [] {}".split(
    " ",
  ),
);
export const IDENTITY_EVENTS: ReadonlySet<string> = new Set(["$identify", "$create_alias", "$merge"]);

export function insertIdOf(raw: unknown): string {
  const properties = isObject(raw) ? raw["properties"] : null;
  const insertId = isObject(properties) ? properties["$insert_id"] : null;
  return typeof insertId === "string" ? insertId : "";
}

/** Epoch milliseconds of a time in seconds or milliseconds, by its range. Null if it is invalid, "future" if too late. */
export function readTime(time: unknown, nowMs: number): number | "future" | null {
  if (typeof time !== "number" || !Number.isInteger(time)) return null;
  const lastMs = nowMs + HOUR_MS;
  if (time < FLOOR_SECONDS) return null;
  if (time * 1000 <= lastMs) return time * 1000;
  // A number that is too late in seconds is in milliseconds if that is plausible.
  if (time < FLOOR_SECONDS * 1000) return "future";
  return time <= lastMs ? time : "future";
}

export function checkEvent(raw: unknown, settings: ProjectSettings, nowMs: number): CheckedEvent | Fault {
  const { invented } = settings;
  if (!isObject(raw)) return { field: "event", message: invented.malformedEventMessage };
  const { event, properties } = raw;
  if (typeof event !== "string" || event.trim() === "") {
    return { field: "event", message: "'event' must not be missing or blank" };
  }
  if (!isObject(properties)) return { field: "properties", message: invented.malformedEventMessage };
  for (const key of Object.keys(raw)) {
    if (key !== "event" && key !== "properties") return { field: key, message: invented.unknownKeyMessage };
  }
  const time = properties["time"];
  if (time === undefined || time === null)
    return { field: "properties.time", message: "'properties.time' is invalid: must not be missing" };
  const timeMs = readTime(time, nowMs);
  if (timeMs === null) {
    return {
      field: "properties.time",
      message: "'properties.time' is invalid: must be specified as seconds since epoch",
    };
  }
  if (timeMs === "future")
    return { field: "properties.time", message: "'properties.time' is invalid: must not be in the future" };
  const ids = checkIds(event, properties, settings);
  if ("field" in ids) return ids;
  return checkShape(properties, invented) ?? { event, timeMs: Math.min(timeMs, nowMs), ...ids, properties };
}

function checkIds(
  event: string,
  properties: Record<string, unknown>,
  settings: ProjectSettings,
): Pick<CheckedEvent, "distinctId" | "insertId"> | Fault {
  const { invented } = settings;
  const distinctId = idText(properties["distinct_id"]);
  const distinctField = "properties.distinct_id";
  if (distinctId === undefined)
    return { field: distinctField, message: `'${distinctField}' ${invented.badTypeMessage}` };
  if (distinctId === null && settings.idMerge === "original" && !IDENTITY_EVENTS.has(event)) {
    return { field: distinctField, message: "'properties.distinct_id' is invalid: must not be missing" };
  }
  if (distinctId !== null && isDisallowed(distinctId, invented.disallowedIdsIgnoreCase)) {
    return { field: distinctField, message: invented.disallowedDistinctIdMessage };
  }
  const insertId = idText(properties["$insert_id"]);
  const field = "$insert_id";
  if (insertId === undefined) return { field, message: `'${field}' ${invented.badTypeMessage}` };
  if (insertId === null || insertId === "") return { field, message: invented.missingInsertIdMessage };
  if (isDisallowed(insertId, invented.disallowedIdsIgnoreCase))
    return { field, message: invented.disallowedInsertIdMessage };
  if (!/^[A-Za-z0-9-]+$/.test(insertId)) {
    return { field, message: "'$insert_id' is invalid: must only contain alphanumeric or hyphen '-' characters" };
  }
  if (insertId.length > MAX_INSERT_ID_BYTES) return { field, message: invented.longInsertIdMessage };
  return { distinctId, insertId };
}

/** Null if it is missing, undefined if it is of a wrong type. A number becomes its text. */
export function idText(value: unknown): string | null | undefined {
  if (value === undefined || value === null) return null;
  if (typeof value === "number") return String(value);
  return typeof value === "string" && !isMarkedNumber(value) ? value : undefined;
}

function isDisallowed(id: string, ignoreCase: boolean): boolean {
  return DISALLOWED_IDS.has(ignoreCase ? id.toLowerCase() : id);
}

function checkShape(properties: Record<string, unknown>, invented: ProjectSettings["invented"]): Fault | null {
  const names = Object.keys(properties);
  if (names.length > MAX_KEYS) return { field: "properties", message: invented.tooManyPropertiesMessage };
  for (const name of names) {
    const value = properties[name];
    if (typeof value !== "object" || value === null) continue;
    const problem = nestedProblem(value, 1, invented);
    if (problem) return { field: `properties.${name}`, message: `'properties.${name}' ${problem}` };
  }
  return null;
}

function nestedProblem(value: object, depth: number, invented: ProjectSettings["invented"]): string | null {
  if (depth > MAX_DEPTH) return invented.nestedTooDeepMessage;
  const children = Object.values(value);
  if (Array.isArray(value)) {
    if (value.length > MAX_ELEMENTS) return invented.arrayTooLongMessage;
  } else if (children.length > MAX_KEYS) return invented.nestedTooManyKeysMessage;
  for (const child of children) {
    const problem = typeof child === "object" && child !== null ? nestedProblem(child, depth + 1, invented) : null;
    if (problem) return problem;
  }
  return null;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
