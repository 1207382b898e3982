// Parses one line of Mixpanel's raw export into a row. The text of its properties stays unchanged.
import { hash } from "node:crypto";
import type { ImportedRow } from "../../../domain/importedRow.ts";
import { SyncError } from "../../../domain/errors.ts";
import { sliceMember } from "../../../domain/rawJson.ts";
import { hashUuid } from "../../hashUuid.ts";
import { MAX_RECORD_CHARS, MAX_ROW_BYTES, rejectRow, type RowSink } from "../../importChunks.ts";
import type { OverlongLine } from "./lines.ts";

const HEAD = '{"event":"';
const MIDDLE = ',"properties":{';
const MAX_TIME_MS = 8.64e15;

export interface RowContext {
  wanted: ReadonlySet<string>;
  /** The import's start by the project's own clock. */
  fromWallMs: number;
  toUtcMs: (wallMs: number) => number;
}

interface Parsed {
  event: string;
  properties: string;
  fields: Record<string, unknown>;
}

/** Adds the row or its rejection to the sink. Throws `transient` if the line shows a broken response. */
export function readLine(line: string, context: RowContext, sink: RowSink): void {
  if (line.length > MAX_ROW_BYTES) {
    const key = hash("sha256", line, "hex").slice(0, 32);
    rejectOverlong({ key, start: line.slice(0, MAX_RECORD_CHARS) }, context, sink);
    return;
  }
  const parsed = parseFast(line) ?? parseSlow(line, sink);
  if (parsed === null || !context.wanted.has(parsed.event)) return;
  const wallMs = parsed.fields["time"];
  if (typeof wallMs !== "number" || Math.abs(wallMs) > MAX_TIME_MS) {
    rejectRow(sink, parsed.event, "properties.time is not a time", line);
    return;
  }
  if (wallMs < context.fromWallMs) return;
  sink.rows.push(
    new MixpanelRow({
      event: parsed.event,
      uuid: rowUuid(parsed, wallMs),
      userId: idText(parsed.fields["distinct_id"]),
      timestampMs: Math.trunc(context.toUtcMs(wallMs)),
      properties: parsed.properties,
    }),
  );
}

/** Parses its fields only when they are read, because text takes less memory. */
class MixpanelRow implements ImportedRow {
  readonly event: string;
  readonly uuid: string;
  readonly userId: string;
  readonly timestampMs: number;
  readonly properties: string;

  constructor({ event, uuid, userId, timestampMs, properties }: Omit<ImportedRow, "fields">) {
    this.event = event;
    this.uuid = uuid;
    this.userId = userId;
    this.timestampMs = timestampMs;
    this.properties = properties;
  }

  get fields(): Record<string, unknown> {
    return JSON.parse(this.properties) as Record<string, unknown>;
  }
}

/** Ignores a line that begins with the name of an event that the page does not want. */
export function rejectOverlong(
  { key, start }: Pick<OverlongLine, "key" | "start">,
  { wanted }: RowContext,
  sink: RowSink,
): void {
  const event = /^\{"event":"([^"\\]*)"/.exec(start)?.[1] ?? null;
  if (event !== null && !wanted.has(event)) return;
  sink.rejected.push({ event, key, reason: `the row is longer than ${MAX_ROW_BYTES} bytes`, record: start });
}

/** Parses the form in which Mixpanel writes every row. Returns null for any other form of JSON. */
function parseFast(line: string): Parsed | null {
  if (!line.startsWith(HEAD) || !line.endsWith("}}")) return null;
  const end = line.indexOf('"', HEAD.length);
  const event = line.slice(HEAD.length, end);
  if (event.includes("\\") || !line.startsWith(MIDDLE, end + 1)) return null;
  const properties = line.slice(end + MIDDLE.length, -1);
  try {
    return { event, properties, fields: JSON.parse(properties) as Record<string, unknown> };
  } catch {
    // The row has further members, or it is broken.
    return null;
  }
}

/** Returns null for an empty line and for one that it rejects. */
function parseSlow(line: string, sink: RowSink): Parsed | null {
  if (line.trim() === "") return null;
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    if (/terminated early/i.test(line) || /^\s*<(!doctype|html)/i.test(line)) throw cutShort();
    rejectRow(sink, null, "the row is not valid JSON", line);
    return null;
  }
  if (!isObject(parsed)) {
    rejectRow(sink, null, "the row is not a JSON object", line);
    return null;
  }
  const { event, properties: fields } = parsed;
  const properties = isObject(fields) ? sliceMember(line, "properties") : null;
  if (typeof event === "string" && isObject(fields) && properties !== null) return { event, properties, fields };
  if ("error" in parsed) throw new SyncError("transient", "Mixpanel put an error into the middle of an export.");
  rejectRow(sink, null, "the row has no event name or no properties", line);
  return null;
}

export function cutShort(): SyncError {
  return new SyncError("transient", "Mixpanel ended an export early; the same days are read again.");
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Mixpanel's own dedupe key, hashed: event, time, identity at ingestion, `$insert_id`. */
function rowUuid({ event, fields, properties }: Parsed, wallMs: number): string {
  const before = fields["$distinct_id_before_identity"];
  const identity = typeof before === "string" && before !== "" ? before : idText(fields["distinct_id"]);
  const id = idText(fields["$insert_id"]);
  // Mixpanel never deduplicates a row without an $insert_id. Only an identical row counts as the same.
  const last = id === "" ? `row:${properties}` : `id:${id}`;
  return hashUuid(`${event.length}:${event}${wallMs}:${identity.length}:${identity}${last}`);
}

function idText(value: unknown): string {
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : "";
}
