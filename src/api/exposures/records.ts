// Exposure records as they come in, checked by plain loops: the one hot path of the API (a schema library costs several
// times the COPY that follows). The OpenAPI schema of the same rules stands in routes/exposures.ts.
import type { Exposure } from "../../domain/exposure.ts";
import { MAX_EXPOSURE_AHEAD_MS, MAX_ID_BYTES } from "../../domain/limits.ts";
import { MAX_LISTED_ERRORS, type FieldError } from "../../http/problem.ts";
import { parseRfc3339 } from "../../http/rfc3339.ts";

const ID_FIELDS = ["alias_id", "route_id", "variant_id", "user"] as const;
const KNOWN_FIELDS = new Set<string>([...ID_FIELDS, "timestamp"]);
const MAX_NAMED_FIELD_CHARS = 100;

/** Collects what is wrong, up to the listed bound, and counts the rest. */
export class FieldErrors {
  readonly listed: FieldError[] = [];
  total = 0;

  add(path: string, message: string): void {
    this.total++;
    if (this.listed.length < MAX_LISTED_ERRORS) this.listed.push({ path, message });
  }
}

/** The times within which an exposure's own timestamp is accepted. */
export interface TimeWindow {
  nowMs: number;
  maxAgeDays: number;
}

/**
 * Checks every record. The result is only of use while `errors` stays empty. `window` may be null where no record has a
 * timestamp.
 */
export function checkExposures(records: unknown[], window: TimeWindow | null, errors: FieldErrors): Exposure[] {
  const exposures: Exposure[] = [];
  for (let index = 0; index < records.length; index++) {
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

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function checkIds(record: Record<string, unknown>, index: number, errors: FieldErrors): void {
  for (const field of ID_FIELDS) {
    const wrong = idProblem(record[field]);
    if (wrong !== null) errors.add(`exposures[${index}].${field}`, wrong);
  }
}

/** What is wrong with an id, or null. Counts its UTF-8 bytes in the same pass. */
export function idProblem(value: unknown): string | null {
  if (value === undefined) return "is required";
  if (typeof value !== "string") return "must be a string";
  if (value.length === 0) return "must not be empty";
  if (value.length > MAX_ID_BYTES) return `must be at most ${MAX_ID_BYTES} bytes of UTF-8`;
  let bytes = 0;
  for (let i = 0; i < value.length; i++) {
    const unit = value.charCodeAt(i);
    if (unit === 0) return "must not contain NUL";
    if (unit < 0x80) bytes += 1;
    else if (unit < 0x800) bytes += 2;
    else if (unit < 0xd800 || unit > 0xdfff) bytes += 3;
    else if (unit < 0xdc00 && (value.charCodeAt(i + 1) & 0xfc00) === 0xdc00) {
      bytes += 4;
      i++;
    } else return "must not contain a lone surrogate";
  }
  return bytes > MAX_ID_BYTES ? `must be at most ${MAX_ID_BYTES} bytes of UTF-8` : null;
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
