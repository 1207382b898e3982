// `/import`, strict and legacy, with all limits in the order in which they apply.
import type { IncomingMessage } from "node:http";
import { authenticate, isWrongRegion } from "./auth.ts";
import { BodyTooLarge, MalformedBody, readBody } from "../shared/body.ts";
import { text, type Reply } from "../shared/reply.ts";
import type { EmulatorState } from "./emulatorState.ts";
import { faultReply, type StruckFault } from "./faults.ts";
import { checkLegacyEvent } from "./legacy.ts";
import { stringifyLossless } from "./lossless.ts";
import type { Outcome } from "./outcome.ts";
import type { Project } from "./project.ts";
import { parseData, readEvents, readForm } from "./readEvents.ts";
import * as replies from "./replies.ts";
import type { FailedRecord } from "./replies.ts";
import type { Row } from "./rows.ts";
import { type Arrival, rowMaker } from "./transform.ts";
import { checkEvent, IDENTITY_EVENTS, insertIdOf, isObject } from "./validate.ts";

/** Limits what is read before the project is known, far above the limit of any project. */
const ABSOLUTE_MAX_BYTES = 256 * 1024 * 1024;

interface Batch {
  events: unknown[];
  broken: boolean;
  bytes: number;
  strict: boolean;
  verbose: boolean;
  /** The token in the events, by which legacy clients authenticate. */
  token: string | null;
}

export async function importEvents(state: EmulatorState, request: IncomingMessage, url: URL): Promise<Outcome> {
  const projectId = url.searchParams.get("project_id");
  const maxBytes = state.projects.get(projectId ?? "")?.settings.maxImportBytes ?? ABSOLUTE_MAX_BYTES;
  let batch: Batch;
  try {
    batch = await readBatch(request, url, maxBytes);
  } catch (error) {
    return refusedBody(state, request, url, error);
  }
  const auth = authenticateImport(state, request, projectId, batch.token);
  const project = auth.project ?? state.unknownProject;
  const fault = state.strike(project, "import", { bodyBytes: batch.bytes });
  if (fault && !fault.afterStoring) {
    const reply = faultReply(fault, "import", "");
    if (reply || fault.kind === "reset" || fault.kind === "hang")
      return { project, fault, reply: reply ?? text(500, "") };
  }
  if ("error" in auth) return { project, fault, reply: replies.ingestionError(401, auth.error) };
  const reply = acceptBatch(state, auth.project, batch, arrivalOf(state, request, auth.project), fault);
  return { project, fault, reply: (fault?.afterStoring && faultReply(fault, "import", "")) || reply };
}

async function readBatch(request: IncomingMessage, url: URL, maxBytes: number): Promise<Batch> {
  const flags = { strict: url.searchParams.get("strict") === "1", verbose: url.searchParams.get("verbose") === "1" };
  if (request.method === "GET") {
    const data = url.searchParams.get("data") ?? "";
    const events = parseData(data);
    return { events, broken: false, bytes: data.length, ...flags, token: tokenOf(events) };
  }
  const body = await readBody(request, maxBytes);
  const contentType = request.headers["content-type"] ?? "application/json";
  if (contentType.startsWith("application/x-www-form-urlencoded")) {
    const form = readForm(body.toString("utf8"));
    return {
      events: form.events,
      broken: false,
      bytes: body.length,
      ...flags,
      verbose: flags.verbose || form.verbose,
      token: tokenOf(form.events),
    };
  }
  const { events, broken } = readEvents(body, contentType);
  return { events, broken, bytes: body.length, ...flags, token: tokenOf(events) };
}

function tokenOf(events: readonly unknown[]): string | null {
  const first = events[0];
  const properties = isObject(first) ? first["properties"] : null;
  const token = isObject(properties) ? properties["token"] : null;
  return typeof token === "string" ? token : null;
}

function authenticateImport(
  state: EmulatorState,
  request: IncomingMessage,
  projectId: string | null,
  token: string | null,
): ReturnType<typeof authenticate> {
  if (request.headers.authorization === undefined && token !== null) {
    const project = [...state.projects.values()].find(({ settings }) => settings.token === token);
    if (project && !isWrongRegion(state, request, project)) return { project, account: null };
  }
  return authenticate(state, request, projectId, { token: true, importing: true });
}

function refusedBody(state: EmulatorState, request: IncomingMessage, url: URL, error: unknown): Outcome {
  const projectId = url.searchParams.get("project_id");
  const auth = authenticate(state, request, projectId, { token: true, importing: true });
  const project = auth.project ?? state.unknownProject;
  if ("error" in auth) return { project, fault: null, reply: replies.ingestionError(401, auth.error) };
  if (error instanceof BodyTooLarge)
    return { project, fault: null, reply: replies.tooLarge(project.settings.maxImportBytes) };
  if (!(error instanceof MalformedBody)) throw error;
  const strict = url.searchParams.get("strict") === "1";
  const message = project.settings.invented.malformedBodyError;
  if (strict) return { project, fault: null, reply: replies.ingestionError(400, message) };
  return { project, fault: null, reply: replies.legacy(url.searchParams.get("verbose") === "1", message) };
}

function arrivalOf(state: EmulatorState, request: IncomingMessage, project: Project): Arrival {
  return {
    nowMs: state.nowMs(),
    endpoint: (request.headers.host ?? "").split(":")[0] ?? "",
    address: request.socket.remoteAddress ?? "",
    toStoredMs: (utcMs) => project.toStoredMs(utcMs),
  };
}

/** Checks limits, then validates, then stores. */
function acceptBatch(
  state: EmulatorState,
  project: Project,
  batch: Batch,
  arrival: Arrival,
  fault: StruckFault | null,
): Reply {
  const { settings, budgets } = project;
  if (batch.bytes > settings.maxImportBytes) return replies.tooLarge(settings.maxImportBytes);
  if (batch.events.length > settings.maxImportEvents) {
    return replies.ingestionError(settings.invented.tooManyEventsStatus, settings.invented.tooManyEventsError);
  }
  const { importEventsPerSecond, importBytesPerMinute } = settings;
  const overEvents =
    importEventsPerSecond !== null &&
    budgets.importEvents.total(arrival.nowMs) + batch.events.length > importEventsPerSecond * 60;
  const overBytes =
    importBytesPerMinute !== null && budgets.importBytes.total(arrival.nowMs) + batch.bytes > importBytesPerMinute;
  if (overEvents || overBytes) return replies.ingestionError(429, replies.IMPORT_RATE_LIMITED);
  budgets.importEvents.add(arrival.nowMs, batch.events.length);
  budgets.importBytes.add(arrival.nowMs, batch.bytes);
  const stored = batch.strict ? acceptStrict(project, batch, arrival, fault) : acceptLegacy(project, batch, arrival);
  if (stored.refused > 0) project.counts.eventsRefused += stored.refused;
  for (const faults of [state.faults, project.faults]) faults.countStored(stored.count, batch.bytes);
  return stored.reply;
}

interface Accepted {
  reply: Reply;
  count: number;
  refused: number;
}

function acceptStrict(project: Project, batch: Batch, arrival: Arrival, fault: StruckFault | null): Accepted {
  const { settings } = project;
  if (fault?.kind === "partial_strings" || (settings.idMerge === "simplified" && batch.events.some(isIdentityEvent))) {
    return { reply: replies.partlyImported(0, [replies.IDENTITY_REFUSED]), count: 0, refused: batch.events.length };
  }
  const failed: FailedRecord[] = [];
  const rows: Row[] = [];
  const toRow = rowMaker(project, arrival);
  const averageBytes = Math.ceil(batch.bytes / Math.max(1, batch.events.length));
  batch.events.forEach((raw, index) => {
    const checked = checkEvent(raw, settings, arrival.nowMs);
    const eventBytes =
      averageBytes * batch.events.length > settings.maxEventBytes
        ? Buffer.byteLength(stringifyLossless(raw))
        : averageBytes;
    const problem =
      "message" in checked
        ? checked
        : eventBytes >= settings.maxEventBytes
          ? { field: "event", message: settings.invented.eventTooLargeMessage }
          : ((batch.broken ? brokenText(checked.properties) : null) ??
            (fault?.kind === "partial" && index % fault.everyNth === 0 ? INVENTED_FAILURE : null));
    if (problem) failed.push({ index, insert_id: insertIdOf(raw), ...problem });
    else if (!("message" in checked) && isKept(project, checked.event, checked.properties)) {
      project.learnLink(checked.event, checked.properties, arrival.nowMs);
      rows.push(toRow(checked, eventBytes));
    }
  });
  const passed = batch.events.length - failed.length;
  store(project, rows, passed);
  const counted = settings.invented.droppedCountAsImported ? passed : rows.length;
  const reply = failed.length > 0 ? replies.partlyImported(counted, failed) : replies.imported(counted);
  return { reply, count: passed, refused: failed.length };
}

const INVENTED_FAILURE = {
  field: "properties.time",
  message: "'properties.time' is invalid: must be specified as seconds since epoch",
};

function isIdentityEvent(raw: unknown): boolean {
  return isObject(raw) && typeof raw["event"] === "string" && IDENTITY_EVENTS.has(raw["event"]);
}

/** `$ignore`, events blocked in Lexicon and those of a drop filter are accepted and dropped. */
function isKept(project: Project, event: string, properties: Record<string, unknown>): boolean {
  const { blockedEvents, dropFilter } = project.settings;
  if ("$ignore" in properties || blockedEvents.includes(event)) return false;
  return dropFilter === null || !dropFilter.values.includes(String(properties[dropFilter.property]));
}

function brokenText(properties: Record<string, unknown>): { field: string; message: string } | null {
  for (const [name, value] of Object.entries(properties)) {
    if (typeof value !== "string" || !value.includes("\uFFFD")) continue;
    return { field: `properties.${name}`, message: `properties.${name} is invalid: string should be valid utf8` };
  }
  return null;
}

function store(project: Project, rows: readonly Row[], accepted: number): void {
  project.store(rows);
  project.counts.eventsStored += rows.length;
  project.counts.eventsDropped += accepted - rows.length;
}

/** Without `strict`, well-formed events are stored and all others are dropped silently. */
function acceptLegacy(project: Project, batch: Batch, arrival: Arrival): Accepted {
  const rows: Row[] = [];
  const toRow = rowMaker(project, arrival);
  let wellFormed = 0;
  for (const raw of batch.events) {
    const checked = checkLegacyEvent(raw, arrival.nowMs);
    if (!checked) continue;
    wellFormed++;
    const eventBytes = Math.ceil(batch.bytes / batch.events.length);
    if (!isKept(project, checked.event, checked.properties)) continue;
    project.learnLink(checked.event, checked.properties, arrival.nowMs);
    rows.push(toRow(checked, eventBytes));
  }
  store(project, rows, wellFormed);
  const reply = replies.legacy(batch.verbose, wellFormed === 0 ? replies.EMPTY_DATA : null);
  return { reply, count: wellFormed, refused: batch.events.length - wellFormed };
}
