// Sends one batch to Mixpanel's import API, with a few quick retries. The workflow does the longer waits.
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { SyncError } from "../../../domain/errors.ts";
import { MAX_ERROR_BODY_BYTES } from "../../http.ts";
import { sendRequest, SERVICE_NAMES } from "../client.ts";
import { redactSecrets, refusalError, retryAfterMs } from "../errors.ts";
import { type MixpanelCall, projectKey, settingsOf } from "../options.ts";
import type { EncodedEvent } from "./encodeEvent.ts";
import { type ImportResponse, parseImportResponse } from "./importResponse.ts";

const gzipAsync = promisify(gzip);
const GZIP = { level: 1, chunkSize: 256 * 1024 };
const TIMEOUT_MS = 60_000;
/** A 400 may name every event of the batch. */
const MAX_BODY_BYTES = MAX_ERROR_BODY_BYTES * 32;
const QUICK_RETRY_MS = [250, 1_000];

/** Throws a SyncError for every answer that neither stores nor names events. */
export type SendEvents = (events: EncodedEvent[]) => Promise<ImportResponse>;

export function createSender(call: MixpanelCall): SendEvents {
  return async (events) => {
    const body = await gzipAsync(`[${events.map((event) => event.text).join(",")}]`, GZIP);
    for (let attempt = 0; ; attempt++) {
      try {
        return await sendOnce(call, body, events);
      } catch (error) {
        const waitMs = QUICK_RETRY_MS[attempt];
        if (waitMs === undefined || !(error instanceof SyncError) || error.kind !== "transient") throw error;
        await delay(waitMs * (1 + Math.random()), undefined, { signal: call.signal });
      }
    }
  };
}

async function sendOnce(call: MixpanelCall, body: Buffer, events: EncodedEvent[]): Promise<ImportResponse> {
  const { connection } = call;
  const { ingestionBackoff: backoff } = call.context;
  const response = await sendRequest(call, {
    service: "ingestion",
    method: "POST",
    path: "/import",
    query: { strict: "1", project_id: settingsOf(connection).projectId },
    headers: { "content-type": "application/json", "content-encoding": "gzip" },
    body,
    timeoutMs: TIMEOUT_MS,
  });
  const text = await response.text(MAX_BODY_BYTES);
  const budget = projectKey(connection);
  if (response.status === 429) {
    const askedMs = retryAfterMs(response.header("retry-after"), Date.now()) ?? 0;
    const retryAtMs = Math.max(backoff.refused(budget), askedMs);
    const message = "Mixpanel's rate limit for this project is reached; the export goes on by itself.";
    throw new SyncError("rate_limited", message, { retryAtMs });
  }
  // Reasons are shown to people. A response that quotes the request's credentials must not show them.
  const parsed = parseImportResponse(response.status, redactSecrets(text, connection), events.length);
  if (parsed !== null) {
    backoff.succeeded(budget);
    return parsed;
  }
  if (response.status === 200) {
    throw new SyncError("transient", `${SERVICE_NAMES.ingestion} sent a response that does not say what it stored.`);
  }
  const userIds = events.map(({ bucket }) => bucket.userId);
  throw refusalError(connection, response.status, text, "the import of events", userIds);
}
