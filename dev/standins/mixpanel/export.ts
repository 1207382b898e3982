// The raw export: the rows that a request may see, streamed from the stored lines.
import type { IncomingMessage, ServerResponse } from "node:http";
import { type EventEmitter, once } from "node:events";
import { createGzip } from "node:zlib";
import { json, text, type Reply } from "../shared/reply.ts";
import { authenticate } from "./auth.ts";
import type { EmulatorState } from "./emulatorState.ts";
import { faultReply, isMidBody, type StruckFault } from "./faults.ts";
import { faultyBlocks } from "./faultyBody.ts";
import type { Project } from "./project.ts";
import { rekeyRows } from "./rekey.ts";
import * as replies from "./replies.ts";
import type { DayRows, RowRange } from "./rows.ts";
import { compileWhere, type RowTest } from "./where.ts";
import { dayOf, parseDay } from "./zone.ts";

export const MAX_LIMIT = 100_000;
const BLOCK_BYTES = 256 * 1024;
const GZIP_FROM_BYTES = 1400;
/** Rows that stay together when rows are sent in shuffled order. */
const GROUP_ROWS = 32;

export interface ExportQuery {
  fromDay: number;
  toDay: number;
  events: string[] | null;
  where: RowTest | null;
  limit: number;
  seconds: boolean;
}

/** The checks before any row is read: plan, credentials, rate, parameters. */
export function planExport(
  state: EmulatorState,
  request: IncomingMessage,
  url: URL,
): { project: Project; fault: StruckFault | null; query: ExportQuery | Reply } {
  const auth = authenticate(state, request, url.searchParams.get("project_id"), { token: false, importing: false });
  const project = auth.project ?? state.unknownProject;
  const { invented } = project.settings;
  const days = { from: url.searchParams.get("from_date") ?? "", to: url.searchParams.get("to_date") ?? "" };
  const fault = state.strike(project, "export", { days });
  const faulty = fault && faultReply(fault, "export", invented.exportAuthError);
  if (faulty) return { project, fault, query: faulty };
  if ("error" in auth) {
    const error = auth.error === invented.wrongRegionError ? auth.error : `${invented.exportAuthError}: ${auth.error}`;
    return { project, fault, query: text(invented.exportAuthStatus, error) };
  }
  if (project.settings.plan === "no_raw_export") return { project, fault, query: text(402, replies.NO_RAW_EXPORT) };
  rekeyRows(project, state.nowMs());
  const limited = overRate(project, state.nowMs(), url);
  return { project, fault, query: limited ?? readQuery(project, state.nowMs(), url.searchParams) };
}

function overRate(project: Project, nowMs: number, url: URL): Reply | null {
  const { exportPerHour, exportPerSecond, exportConcurrent, invented } = project.settings;
  const { exportHour, exportSecond, exportsRunning } = project.budgets;
  const over = (used: number, limit: number | null): boolean => limit !== null && used >= limit;
  let why: string | null = null;
  let retryAfterSeconds = 1;
  if (over(exportHour.count(nowMs), exportPerHour)) {
    why = `exceeded the rate limit (${exportHour.count(nowMs) + 1}/${exportPerHour} queries running in the last hour).`;
    retryAfterSeconds = Math.ceil(exportHour.waitMs(nowMs) / 1000);
  } else if (over(exportSecond.count(nowMs), exportPerSecond)) {
    why = `exceeded the rate limit (${exportSecond.count(nowMs) + 1}/${exportPerSecond} queries running in the last second).`;
  } else if (over(exportsRunning, exportConcurrent)) {
    why = `exceeded the concurrency limit (${exportsRunning + 1}/${exportConcurrent} queries running concurrently).`;
  }
  if (why === null) {
    exportHour.add(nowMs);
    exportSecond.add(nowMs);
    return null;
  }
  const error = `Query rate limit exceeded for project_id: ${project.id}. This request ${why}`;
  const headers = {
    "ratelimit-policy": `"project";q=${exportPerHour};w=3600, "project-concurrency";q=${exportConcurrent};qu="concurrent-requests"`,
    ratelimit: `"project";r=0;t=${retryAfterSeconds}`,
    "retry-after": String(retryAfterSeconds),
  };
  return json(429, { request: url.pathname + url.search, error }, invented.exportRateLimitHeaders ? headers : {});
}

function readQuery(project: Project, nowMs: number, params: URLSearchParams): ExportQuery | Reply {
  const { invented, createdBefore2023 } = project.settings;
  const fromDay = parseDay(params.get("from_date"));
  const toDay = parseDay(params.get("to_date"));
  if (fromDay === null || toDay === null) return text(400, invented.exportBadDateError);
  const todayIsLocal = createdBefore2023 || invented.todayZone === "project";
  if (toDay > dayOf(todayIsLocal ? project.toLocalMs(nowMs) : nowMs)) return text(400, replies.TO_DATE_LATE);
  if (fromDay > toDay) return text(400, invented.exportDateOrderError);
  const events = readEventNames(params.get("event"));
  if (events === undefined) return text(400, invented.exportBadEventError);
  const limit = params.has("limit") ? Number(params.get("limit")) : Infinity;
  if (params.has("limit") && (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT))
    return text(400, invented.exportBadLimitError);
  const whereText = params.get("where");
  const where = whereText === null || whereText === "" ? null : compileWhere(whereText);
  if (typeof where === "string") return text(400, `${invented.exportBadWhereError}: ${where}`);
  return { fromDay, toDay, events, where, limit, seconds: params.get("time_in_ms") !== "true" };
}

function readEventNames(list: string | null): string[] | null | undefined {
  if (list === null || list === "") return null;
  try {
    const names: unknown = JSON.parse(list);
    return Array.isArray(names) && names.every((name) => typeof name === "string") ? names : undefined;
  } catch {
    return undefined;
  }
}

/** The visible rows in the order in which they are sent, as ranges, each of which is copied at once. */
function* visibleRanges(project: Project, query: ExportQuery, nowMs: number): Generator<RowRange> {
  const { invented } = project.settings;
  for (const day of project.rows.daysBetween(query.fromDay, query.toDay)) {
    const rows = project.rows.day(day) as DayRows;
    const isVisible = visibility(project, query, rows, nowMs);
    const count = rows.count;
    const groups = Math.ceil(count / GROUP_ROWS);
    const stride = invented.exportOrder === "shuffled" ? strideOf(groups) : 1;
    for (let i = 0, group = 0; i < groups; i++, group = (group + stride) % groups) {
      const end = Math.min(count, (group + 1) * GROUP_ROWS);
      for (let from = group * GROUP_ROWS; from < end; from++) {
        if (!isVisible(from)) continue;
        let to = from + 1;
        while (to < end && isVisible(to)) to++;
        yield { rows, from, to };
        from = to;
      }
    }
  }
}

function visibility(project: Project, query: ExportQuery, rows: DayRows, nowMs: number): (index: number) => boolean {
  const { where } = query;
  const { eventIds, processingMs } = rows;
  const wanted = query.events && project.rows.knownEventIds(query.events);
  // A row is processed at least a millisecond after it arrived, and must be visible at once even if the clock is frozen.
  const visibleToMs = nowMs + 1 - project.settings.visibilityLagMs;
  return (index) =>
    (!wanted || wanted.has(eventIds[index] ?? -1)) &&
    (processingMs[index] ?? 0) <= visibleToMs &&
    (!where || where(rows, index));
}

/** Ends the ranges at the limit, and repeats every `duplicateEveryNth` row. */
function* sentRanges(project: Project, query: ExportQuery, nowMs: number): Generator<RowRange> {
  const every = project.settings.duplicateEveryNth;
  let left = query.limit;
  let untilRepeat = every;
  for (const { rows, from, to } of visibleRanges(project, query, nowMs)) {
    for (let at = from; at < to && left > 0;) {
      const end = Math.min(to, at + left, every > 0 ? at + untilRepeat : to);
      yield { rows, from: at, to: end };
      left -= end - at;
      untilRepeat -= end - at;
      if (every > 0 && untilRepeat === 0) {
        if (left-- > 0) yield { rows, from: end - 1, to: end };
        untilRepeat = every;
      }
      at = end;
    }
    if (left <= 0) return;
  }
}

/** A step that visits every group once in shuffled order: it is coprime to the count. */
function strideOf(count: number): number {
  for (let stride = Math.floor(count * 0.618) | 1; ; stride++) if (gcd(stride, count) === 1) return stride;
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}

/** Writes the body and returns how it ended. It holds a few blocks in memory, however large the answer is. */
export async function streamExport(
  state: EmulatorState,
  project: Project,
  query: ExportQuery,
  fault: StruckFault | null,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<"done" | "reset" | "hang"> {
  const { invented } = project.settings;
  const zip = /\bgzip\b/.test(request.headers["accept-encoding"] ?? "");
  const ranges = sentRanges(project, query, state.nowMs());
  const blocks: Generator<Buffer, "whole" | "cut"> = isMidBody(fault)
    ? faultyBlocks(project, ranges, query.seconds, fault)
    : fillBlocks(project, ranges, query.seconds);
  let next = blocks.next();
  const first = next.done ? Buffer.alloc(0) : next.value;
  const compressed = zip && first.length > GZIP_FROM_BYTES;
  response.writeHead(200, {
    "content-type": invented.exportContentType,
    ...(compressed ? { "content-encoding": "gzip" } : {}),
  });
  const gzip = compressed ? createGzip({ level: invented.exportGzipLevel }) : null;
  if (gzip) gzip.pipe(response);
  const sink = gzip ?? response;
  while (!next.done) {
    project.counts.bytesExported += next.value.length;
    if (!sink.write(next.value)) await eitherOf(sink, "drain", response);
    if (response.destroyed) return "reset";
    next = blocks.next();
  }
  if (next.value === "cut") {
    if (gzip) await new Promise<void>((resolve) => gzip.flush(resolve));
    await new Promise<void>((resolve) => setImmediate(resolve));
    return fault?.kind === "hang_mid_body" ? "hang" : "reset";
  }
  sink.end();
  if (!response.writableFinished && !response.destroyed) await eitherOf(response, "finish", response);
  return response.writableFinished ? "done" : "reset";
}

/** Waits until the event happens or the client leaves. */
async function eitherOf(emitter: EventEmitter, event: string, response: ServerResponse): Promise<void> {
  const settled = new AbortController();
  const { signal } = settled;
  await Promise.race([once(emitter, event, { signal }), once(response, "close", { signal })]).finally(() =>
    settled.abort(),
  );
}

function* fillBlocks(project: Project, ranges: Iterable<RowRange>, seconds: boolean): Generator<Buffer, "whole"> {
  let block = Buffer.allocUnsafeSlow(BLOCK_BYTES);
  let used = 0;
  let lines = 0;
  for (const range of ranges) {
    // Line by line if lines are changed.
    const step = seconds ? 1 : range.to - range.from;
    for (let at = range.from; at < range.to; at += step) {
      const needed = range.rows.bytesBetween(at, at + step);
      if (used + needed > block.length) {
        if (used > 0) yield block.subarray(0, used);
        block = Buffer.allocUnsafeSlow(Math.max(BLOCK_BYTES, needed));
        used = 0;
      }
      used += range.rows.copyLines(at, at + step, block, used, seconds);
      lines += step;
    }
  }
  project.counts.rowsExported += lines;
  if (used > 0) yield block.subarray(0, used);
  return "whole";
}
