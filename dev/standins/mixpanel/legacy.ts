// The lenient reading of an event, for requests without `strict=1`.
import { randomUUID } from "node:crypto";
import { idText, isObject, readTime } from "./validate.ts";
import type { CheckedEvent } from "./validate.ts";

/** Null for what is no event at all. A missing `$insert_id` is made up, so that it never takes part in dedupe. */
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
