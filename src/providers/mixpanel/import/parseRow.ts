// One line of Mixpanel's raw export as a row: its dedupe key, user and time, and its properties' text as it is.
import type { ImportedRow, RejectedRow } from "../../../domain/importedRow.ts";
import { hash } from "node:crypto";
import { SyncError } from "../../../domain/errors.ts";
import { sliceMember } from "../../../domain/rawJson.ts";
import { MAX_LINE_BYTES, MAX_RECORD_CHARS } from "./lines.ts";
import type { OverlongLine } from "./lines.ts";

const HEAD = '{"event":"';
const MIDDLE = ',"properties":{';
const MAX_TIME_MS = 8.64e15;
const OVERLONG = `the row is longer than ${MAX_LINE_BYTES} bytes`;

export interface RowContext {
  wanted: ReadonlySet<string>;
  /** Rows before it, by the project's own clock, lie before the import's start. */
  fromWallMs: number;
  toUtcMs: (wallMs: number) => number;
}

export interface RowSink {
  rows: ImportedRow[];
  rejected: RejectedRow[];
}

interface Parsed {
  event: string;
  properties: string;
  fields: Record<string, unknown>;
}

/** Adds the line's row to the sink, or its rejection. Throws `transient` for a line that says that the answer is no good. */
export function readLine(line: string, context: RowContext, sink: RowSink): void {
  if (line.length > MAX_LINE_BYTES) {
    noteOverlong({ key: keyOf(line), start: line.slice(0, MAX_RECORD_CHARS) }, context, sink);
    return;
  }
  const parsed = parseFast(line) ?? parseSlow(line);
  if (typeof parsed === "string") {
    reject(null, parsed, line, sink);
    return;
  }
  if (parsed === null || !context.wanted.has(parsed.event)) return;
  const wallMs = parsed.fields["time"];
  if (typeof wallMs !== "number" || Math.abs(wallMs) > MAX_TIME_MS) {
    reject(parsed.event, "properties.time is not a time", line, sink);
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

/**
 * Its fields are parsed anew when discovery asks for them. Thousands of rows wait for the store at any time: as text they take a
 * fraction of the memory.
 */
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

/** A line that was too long to be kept; one of an event that nobody asked for is nobody's loss. */
export function noteOverlong({ key, start }: OverlongLine, { wanted }: RowContext, sink: RowSink): void {
  const event = /^\{"event":"([^"\\]*)"/.exec(start)?.[1] ?? null;
  if (event !== null && !wanted.has(event)) return;
  sink.rejected.push({ event, key, reason: OVERLONG, record: start });
}

/** The form in which Mixpanel writes every row; null for any other, which may still be good JSON. */
function parseFast(line: string): Parsed | null {
  if (!line.startsWith(HEAD) || !line.endsWith("}}")) return null;
  const end = line.indexOf('"', HEAD.length);
  const event = line.slice(HEAD.length, end);
  if (event.includes("\\") || !line.startsWith(MIDDLE, end + 1)) return null;
  const properties = line.slice(end + MIDDLE.length, -1);
  try {
    return { event, properties, fields: JSON.parse(properties) as Record<string, unknown> };
  } catch {
    return null; // further members, or broken
  }
}

/** Any other line. A text answer is the reason why it is no row, null an empty line. */
function parseSlow(line: string): Parsed | string | null {
  if (line.trim() === "") return null;
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    if (/terminated early/i.test(line) || /^\s*<(!doctype|html)/i.test(line)) throw cutShort();
    return "the row is not valid JSON";
  }
  if (!isObject(parsed)) return "the row is not a JSON object";
  const { event, properties: fields } = parsed;
  if (typeof event === "string" && isObject(fields)) {
    const properties = sliceMember(line, "properties");
    return properties === null ? "the row has no properties" : { event, properties, fields };
  }
  if ("error" in parsed) throw new SyncError("transient", "Mixpanel put an error into the middle of an export.");
  return "the row has no event name or no properties";
}

/** The error of an export that ended before its end. */
export function cutShort(): SyncError {
  return new SyncError("transient", "Mixpanel ended an export early; the same days are read again.");
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Mixpanel's own dedupe key, hashed: event, time, identity as first ingested, `$insert_id`. */
function rowUuid({ event, fields, properties }: Parsed, wallMs: number): string {
  const before = fields["$distinct_id_before_identity"];
  const identity = typeof before === "string" && before !== "" ? before : idText(fields["distinct_id"]);
  const id = idText(fields["$insert_id"]);
  // A row without an $insert_id never takes part in Mixpanel's deduplication: only the very same row is the same.
  const last = id === "" ? `row:${properties}` : `id:${id}`;
  return uuidFromHash(hash("sha256", `${event.length}:${event}${wallMs}:${identity.length}:${identity}${last}`, "hex"));
}

/** An id as text: numbers count, anything else is no id. */
function idText(value: unknown): string {
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : "";
}

/** 122 bits of a hash as a UUID of version 8, which is for such uses. */
function uuidFromHash(hex: string): string {
  const variant = "89ab".charAt(Number.parseInt(hex.charAt(16), 16) & 3);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

function reject(event: string | null, reason: string, line: string, sink: RowSink): void {
  sink.rejected.push({ event, key: keyOf(line), reason, record: line.slice(0, MAX_RECORD_CHARS) });
}

function keyOf(line: string): string {
  return hash("sha256", line, "hex").slice(0, 32);
}
