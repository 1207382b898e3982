// Checks exposures by the rules of their schema in routes.ts, with loops: zod takes several times as long as the COPY.
import type { Exposure } from "../../domain/exposure.ts";
import { MAX_EXPOSURE_AHEAD_MS } from "../../domain/limits.ts";
import { isObject } from "../../http/body.ts";
import { checkId } from "../../http/checkId.ts";
import { MAX_LISTED_ERRORS, type FieldError } from "../../http/problem.ts";
import { parseRfc3339 } from "../rfc3339.ts";

const ID_FIELDS = ["alias_id", "route_id", "variant_id", "user"] as const;
const KNOWN_FIELDS = new Set<string>([...ID_FIELDS, "timestamp"]);
const MAX_NAMED_FIELD_CHARS = 100;

/** Collects errors up to the number that a response lists, and counts the rest. */
export class FieldErrors {
  readonly listed: FieldError[] = [];
  total = 0;

  add(path: string, message: string): void {
    this.total++;
    if (this.listed.length < MAX_LISTED_ERRORS) this.listed.push({ path, message });
  }
}

export interface TimeWindow {
  nowMs: number;
  maxAgeDays: number;
}

/**
 * The exposures of the records from `from` to `to`; of use only if `errors` stays empty. `window` can be null if no
 * record has a timestamp.
 */
export function checkExposures(
  records: unknown[],
  window: TimeWindow | null,
  errors: FieldErrors,
  { from = 0, to = records.length } = {},
): Exposure[] {
  const exposures: Exposure[] = [];
  for (let index = from; index < Math.min(to, records.length); index++) {
    const record = records[index];
    if (!isObject(record)) {
      errors.add(`exposures[${index}]`, "must be an object");
      continue;
    }
    const before = errors.total;
    checkIds(record, index, errors);
    const exposedAtMs = checkTimestamp(record.timestamp, window, index, errors);
    for (const field in record) {
      if (!KNOWN_FIELDS.has(field)) {
        errors.add(`exposures[${index}].${field.slice(0, MAX_NAMED_FIELD_CHARS)}`, "unknown field");
      }
    }
    if (errors.total > before) continue;
    exposures.push({
      aliasId: record.alias_id as string,
      routeId: record.route_id as string,
      variantId: record.variant_id as string,
      userId: record.user as string,
      exposedAtMs,
    });
  }
  return exposures;
}

function checkIds(record: Record<string, unknown>, index: number, errors: FieldErrors): void {
  for (const field of ID_FIELDS) {
    const wrong = checkId(record[field]);
    if (wrong !== null) errors.add(`exposures[${index}].${field}`, wrong);
  }
}

function checkTimestamp(value: unknown, window: TimeWindow | null, index: number, errors: FieldErrors): number | null {
  if (value === undefined) return null;
  const ms = typeof value === "string" ? parseRfc3339(value) : value;
  if (typeof ms !== "number" || !Number.isSafeInteger(ms)) {
    errors.add(`exposures[${index}].timestamp`, "must be an RFC 3339 time with an offset, or whole epoch milliseconds");
  } else if (window !== null && ms > window.nowMs + MAX_EXPOSURE_AHEAD_MS) {
    errors.add(`exposures[${index}].timestamp`, `must be at most ${MAX_EXPOSURE_AHEAD_MS / 60_000} minutes ahead`);
  } else if (window !== null && ms < window.nowMs - window.maxAgeDays * 86_400_000) {
    errors.add(`exposures[${index}].timestamp`, `must not be older than ${window.maxAgeDays} days`);
  } else {
    return ms;
  }
  return null;
}
