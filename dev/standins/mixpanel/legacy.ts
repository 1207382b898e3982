// Reads an event leniently, for requests without `strict=1`.
import { randomUUID } from "node:crypto";
import { type CheckedEvent, idText, isObject, readTime } from "./validate.ts";

/** Returns null if it is not an event. A missing `$insert_id` becomes a random one, so that it never deduplicates. */
export function checkLegacyEvent(raw: unknown, nowMs: number): CheckedEvent | null {
  if (!isObject(raw) || typeof raw["event"] !== "string" || raw["event"] === "") return null;
  const properties = raw["properties"];
  if (!isObject(properties)) return null;
  const time = properties["time"] === undefined ? Math.floor(nowMs / 1000) : readTime(properties["time"], nowMs);
  if (typeof time !== "number") return null;
  const timeMs = properties["time"] === undefined ? time * 1000 : time;
  return {
    event: raw["event"],
    timeMs: Math.min(timeMs, nowMs),
    distinctId: idText(properties["distinct_id"]) ?? null,
    insertId: idText(properties["$insert_id"]) || randomUUID(),
    properties,
  };
}
