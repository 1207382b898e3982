// Requests a window of days from Mixpanel's raw export API.
import { SyncError } from "../../../domain/errors.ts";
import type { ImportPageJob } from "../../connector.ts";
import { type HttpResponse, MAX_ERROR_BODY_BYTES, withHeartbeat } from "../../http.ts";
import { sendRequest } from "../client.ts";
import { refusalError, retryAfterMs } from "../errors.ts";
import { type MixpanelCall, projectKey, settingsOf } from "../options.ts";
import { addDays, dayNumber, type ImportCursor, type Window, windowOf } from "./cursor.ts";

/** For a long range Mixpanel takes minutes before it sends the first byte. */
const TIMEOUT_MS = 300_000;
const BODY_IDLE_TIMEOUT_MS = 120_000;
/** How many days the database's clock may be ahead of Mixpanel's. */
const MAX_DAYS_AHEAD = 2;

export function requestExport(
  call: MixpanelCall,
  { fromDay, toDay }: Window,
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
 * next pass reads again what was processed in the 24 hours before this watermark, and that day began within them.
 */
export async function openWindow(
  call: MixpanelCall,
  job: ImportPageJob,
  start: ImportCursor,
): Promise<{ response: HttpResponse; window: Window; cursor: ImportCursor } | null> {
  let cursor = start;
  while (cursor.nextDay <= cursor.lastDay) {
    const window = windowOf(cursor, job.pageHalvings);
    await job.acquireRequest(cursor.lowerBoundMs === null ? "backfill" : "increment");
    const response = await withHeartbeat(() => job.heartbeat(), requestExport(call, window, eventQuery(job, cursor)));
    if (response.status === 200) {
      call.context.rawExportBackoff.succeeded(projectKey(call.connection));
      return { response, window, cursor };
    }
    const text = await response.text(MAX_ERROR_BODY_BYTES);
    if (response.status === 429) throw await rateLimited(response, call, job);
    if (response.status !== 400 || !/to_date cannot be later than today/i.test(text)) {
      throw refusalError(call.connection, response.status, text, "the export of events");
    }
    cursor = { ...cursor, lastDay: addDays(window.toDay, -1) };
    if (dayNumber(start.lastDay) - dayNumber(cursor.lastDay) > MAX_DAYS_AHEAD) {
      // With a clock further ahead, the pass would claim days as complete that Mixpanel has not reached.
      const problem = `The database's clock is over ${MAX_DAYS_AHEAD} days ahead of Mixpanel's.`;
      throw new SyncError("bug", `${problem} Correct it; the import then goes on.`);
    }
  }
  return null;
}

function eventQuery({ events }: ImportPageJob, { lowerBoundMs }: ImportCursor): Record<string, string> {
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
