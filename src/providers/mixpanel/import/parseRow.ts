// Reads lines of Mixpanel's raw export as rows. The text of their properties stays unchanged.
import { hash } from "node:crypto";
import type { ImportedRow } from "../../../domain/importedRow.ts";
import { SyncError } from "../../../domain/errors.ts";
import { escapeControlCharacters, type ObjectScan, scanObject, sliceMember } from "../../../domain/rawJson.ts";
import { MAX_RECORD_CHARS, MAX_ROW_BYTES, rejectRow, type RowSink } from "../../importChunks.ts";
import { type ParsedRow, rowUuid, userIdsOf, versionOf } from "./identity.ts";
import type { OverlongLine } from "./lines.ts";

const HEAD = '{"event":"';
const MIDDLE = ',"properties":{';
const MAX_TIME_MS = 8.64e15;
/** Names are looked for in so much of a row that cannot be parsed. */
const MAX_NAMED_CHARS = 2_000;
/** Only a line that begins like this is a row. */
const ROW_START = /^\s*\{\s*"(?:event|properties)"\s*:/;
const NAME_AT_START = /^\s*\{\s*"event"\s*:\s*("(?:[^"\\]|\\.)*")/;
const NAME_AT_END = /"event"\s*:\s*("(?:[^"\\]|\\.)*")\s*\}\s*$/;

export interface RowContext {
  wanted: ReadonlySet<string>;
  /** The import's start by the project's own clock. */
  fromWallMs: number;
  toUtcMs: (wallMs: number) => number;
}

/** Adds rows and rejections to sinks. Throws `transient` for what is no row: the response is broken then. */
export interface RowReader {
  line: (line: string, sink: RowSink) => void;
  overlong: (line: Pick<OverlongLine, "key" | "start">, sink: RowSink) => void;
  /** Must be called after the last line. */
  end: () => void;
}

/** A row that is cut within a string. A raw line feed in the string may have done it: the next line then goes on. */
interface OpenRow {
  lines: string[];
  chars: number;
  scan: ObjectScan;
}

export function createRowReader(context: RowContext): RowReader {
  let open: OpenRow | null = null;
  return {
    line(line, sink) {
      open = open === null ? readLine(line, context, sink) : continueRow(open, line, context, sink);
    },
    overlong(line, sink) {
      if (open !== null) throw cutShort();
      rejectOverlong(line, context, sink);
    },
    end() {
      if (open !== null) throw cutShort();
    },
  };
}

function readLine(line: string, context: RowContext, sink: RowSink): OpenRow | null {
  if (line.length > MAX_ROW_BYTES) {
    const key = hash("sha256", line, "hex").slice(0, 32);
    rejectOverlong({ key, start: line.slice(0, MAX_RECORD_CHARS) }, context, sink);
    return null;
  }
  const parsed = parseFast(line);
  if (parsed !== null) {
    addRow(parsed, line, context, sink);
    return null;
  }
  // A byte-order mark counts as white space here.
  const text = line.trimStart();
  if (text === "") return null;
  if (!ROW_START.test(text)) throw notARow(text);
  const scan: ObjectScan = { open: [], isInString: false };
  const end = scanObject(text, scan);
  if (end === "open_string") return { lines: [text], chars: text.length, scan };
  if (end === "open" || end === "followed") throw cutShort();
  parseSlow(text, context, sink);
  return null;
}

function continueRow(row: OpenRow, line: string, context: RowContext, sink: RowSink): OpenRow | null {
  row.lines.push(line);
  row.chars += line.length;
  if (row.chars > MAX_ROW_BYTES) throw cutShort();
  const end = scanObject(line, row.scan);
  if (end === "open_string") return row;
  const rejectedBefore = sink.rejected.length;
  if (end === "closed") parseSlow(row.lines.join("\\n"), context, sink);
  // Two lines that make no row together were never one: the first was cut off.
  if (end !== "closed" || sink.rejected.length > rejectedBefore) throw cutShort();
  return null;
}

/** Parses the form in which Mixpanel writes every row. Returns null for any other form of JSON. */
function parseFast(line: string): ParsedRow | null {
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

function parseSlow(text: string, context: RowContext, sink: RowSink): void {
  const clean = escapeControlCharacters(text);
  let parsed: Record<string, unknown>;
  try {
    parsed = JSON.parse(clean) as Record<string, unknown>;
  } catch {
    reject(sink, context, eventOf(clean), "the row is not valid JSON", text);
    return;
  }
  const { event, properties: fields } = parsed;
  const name = typeof event === "string" ? event : null;
  const properties = isObject(fields) ? sliceMember(clean, "properties") : null;
  if (name === null || !isObject(fields) || properties === null) {
    reject(sink, context, name, "the row has no event name or no properties", text);
    return;
  }
  addRow({ event: name, properties, fields }, text, context, sink);
}

function addRow(parsed: ParsedRow, line: string, context: RowContext, sink: RowSink): void {
  if (!context.wanted.has(parsed.event)) return;
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
      userIds: userIdsOf(parsed),
      timestampMs: Math.trunc(context.toUtcMs(wallMs)),
      versionMs: versionOf(parsed),
      properties: parsed.properties,
    }),
  );
}

/** Parses its fields only when they are read, because text takes less memory. */
class MixpanelRow implements ImportedRow {
  readonly event: string;
  readonly uuid: string;
  readonly userIds: readonly string[];
  readonly timestampMs: number;
  readonly versionMs: number | null;
  readonly properties: string;

  constructor({ event, uuid, userIds, timestampMs, versionMs, properties }: Omit<ImportedRow, "fields">) {
    this.event = event;
    this.uuid = uuid;
    this.userIds = userIds;
    this.timestampMs = timestampMs;
    this.versionMs = versionMs;
    this.properties = properties;
  }

  get fields(): Record<string, unknown> {
    return JSON.parse(this.properties) as Record<string, unknown>;
  }
}

function rejectOverlong(
  { key, start }: Pick<OverlongLine, "key" | "start">,
  { wanted }: RowContext,
  sink: RowSink,
): void {
  if (!ROW_START.test(start)) throw notARow(start);
  const event = eventOf(start);
  if (event !== null && !wanted.has(event)) return;
  sink.rejected.push({ event, key, reason: `the row is longer than ${MAX_ROW_BYTES} bytes`, record: start });
}

/** Ignores a row of an event that the page does not want. */
function reject(sink: RowSink, { wanted }: RowContext, event: string | null, reason: string, text: string): void {
  if (event === null || wanted.has(event)) rejectRow(sink, event, reason, text);
}

/** The event's name in a row that cannot be parsed. Mixpanel writes it first. */
function eventOf(text: string): string | null {
  const name = (NAME_AT_START.exec(text.slice(0, MAX_NAMED_CHARS)) ??
    NAME_AT_END.exec(text.slice(-MAX_NAMED_CHARS)))?.[1];
  if (name === undefined) return null;
  try {
    return JSON.parse(name) as string;
  } catch {
    return null;
  }
}

/** Says what came in place of a row, and quotes nothing of it. */
function notARow(text: string): SyncError {
  if (/terminated early/i.test(text)) return cutShort();
  const start = text.trimStart();
  if (start.startsWith("<")) {
    return broken("A web page stands in the middle of an export, most likely of a proxy between Mixpanel and here.");
  }
  return broken(`Mixpanel put ${start.startsWith("{") ? "an error" : "other text"} into the middle of an export.`);
}

function cutShort(): SyncError {
  return broken("Mixpanel ended an export early.");
}

function broken(what: string): SyncError {
  return new SyncError("transient", `${what} The same days are read again.`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
