// Requests a window of days from Mixpanel's raw export API.
import { SyncError } from "../../../domain/errors.ts";
import type { Days } from "../../../domain/importRange.ts";
import type { ImportPageJob } from "../../connector.ts";
import { type HttpResponse, MAX_ERROR_BODY_BYTES, withHeartbeat } from "../../http.ts";
import { sendRequest } from "../client.ts";
import { isRefusedAccount, refusalError, retryAfterMs } from "../errors.ts";
import { type MixpanelCall, projectKey, settingsOf } from "../options.ts";
import { cursorBefore, firstPart, type ImportCursor, type ImportPart, windowOf } from "./cursor.ts";

/** For a long range Mixpanel takes minutes before it sends the first byte. */
const TIMEOUT_MS = 300_000;
const BODY_IDLE_TIMEOUT_MS = 120_000;
/** How many days the database's clock may be ahead of Mixpanel's. */
const MAX_DAYS_AHEAD = 2;

export function requestExport(
  call: MixpanelCall,
  { fromDay, toDay }: Days,
  query: Record<string, string>,
): Promise<HttpResponse> {
  const { projectId } = settingsOf(call.connection);
  return sendRequest(call, {
    service: "data",
    method: "GET",
    path: "/api/2.0/export",
    query: { project_id: projectId, from_date: fromDay, to_date: toDay, time_in_ms: "true", ...query },
    headers: { "accept-encoding": "gzip", accept: "text/plain" },
    timeoutMs: TIMEOUT_MS,
    bodyIdleTimeoutMs: BODY_IDLE_TIMEOUT_MS,
  });
}

/**
 * Returns null if no day is left. If Mixpanel says that the last day is in the future, the pass ends a day earlier. The
 * next pass reads the days before this watermark again.
 */
export async function openWindow(
  call: MixpanelCall,
  job: ImportPageJob,
  start: ImportCursor,
): Promise<{ response: HttpResponse; window: Days; cursor: ImportCursor } | null> {
  let cursor = start;
  for (let daysAhead = 0; cursor.parts.length > 0; daysAhead++) {
    if (daysAhead > MAX_DAYS_AHEAD) {
      // With a clock further ahead, the pass would claim days as complete that Mixpanel has not reached.
      const problem = `The database's clock is over ${MAX_DAYS_AHEAD} days ahead of Mixpanel's.`;
      throw new SyncError("bug", `${problem} Correct it; the import then goes on.`, { concernsAllDays: true });
    }
    const window = windowOf(cursor, job.pageHalvings);
    const response = await requestWindow(call, job, window, firstPart(cursor));
    if (response !== "in the future") return { response, window, cursor };
    cursor = cursorBefore(cursor, window.toDay);
  }
  return null;
}

/** Takes a request from the budget, and gives it back if Mixpanel refuses the credentials. */
async function requestWindow(
  call: MixpanelCall,
  job: ImportPageJob,
  window: Days,
  part: ImportPart,
): Promise<HttpResponse | "in the future"> {
  const { connection, context } = call;
  const isBackfill = part.isOptional || job.progress.completeThroughMs === null;
  const giveBack = await job.acquireRequest(isBackfill ? "backfill" : "increment");
  const response = await withHeartbeat(() => job.heartbeat(), requestExport(call, window, eventQuery(job, part)));
  if (response.status === 200) {
    context.rawExportBackoff.succeeded(projectKey(connection));
    return response;
  }
  const text = await response.text(MAX_ERROR_BODY_BYTES);
  if (response.status === 429) throw await rateLimited(response, call, job);
  if (response.status === 400 && /to_date cannot be later than today/i.test(text)) return "in the future";
  if (isRefusedAccount(response.status, text)) {
    context.proofs.forget(connection);
    await giveBack();
  }
  throw refusalError(connection, response.status, text, "the export of events");
}

function eventQuery({ events }: ImportPageJob, { lowerBoundMs }: ImportPart): Record<string, string> {
  const event = JSON.stringify(events.map(({ name }) => name));
  if (lowerBoundMs === null) return { event };
  return { event, where: `number(properties["mp_processing_time_ms"]) >= ${lowerBoundMs}` };
}

async function rateLimited(response: HttpResponse, call: MixpanelCall, job: ImportPageJob): Promise<SyncError> {
  const askedMs = retryAfterMs(response.header("retry-after"), Date.now());
  const retryAtMs = askedMs ?? call.context.rawExportBackoff.refused(projectKey(call.connection));
  await job.blocked(retryAtMs);
  const message = "Mixpanel's limit on exports of this project is reached; the import goes on by itself.";
  return new SyncError("rate_limited", message, { retryAtMs });
}
