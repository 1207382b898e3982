// One request to Mixpanel's import endpoint, with a few quick retries; longer waits are the workflow's.
import type { Connection } from "../../../domain/connection.ts";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { SyncError } from "../../../domain/errors.ts";
import { MAX_ERROR_BODY_BYTES, readText } from "../../http.ts";
import type { Backoff } from "../backoff.ts";
import type { EncodedEvent } from "./encodeEvent.ts";
import { redacted, refusalError, retryAfterMs, secretsOf } from "../errors.ts";
import { basicAuth, originsOf, projectKey, settingsOf } from "../options.ts";
import type { MixpanelContext } from "../options.ts";
import { parseImportResponse } from "./importResponse.ts";
import type { ImportResponse } from "./importResponse.ts";

const gzipAsync = promisify(gzip);
/** Fast, and with an output buffer that takes most batches at once. */
const GZIP = { level: 1, chunkSize: 256 * 1024 };
const SERVICE = "Mixpanel's ingestion API";
const LIMITED = "Mixpanel's rate limit for this project is reached; the export goes on by itself.";
const ANSWER_TIMEOUT_MS = 60_000;
/** Waits before the second and the third try of a request that failed in passing. */
const QUICK_RETRY_MS = [250, 1_000];

/** Sends events once; throws a SyncError for everything that is not about these very events. */
export type SendEvents = (events: EncodedEvent[]) => Promise<ImportResponse>;

export function createSender(
  context: MixpanelContext,
  connection: Connection,
  backoff: Backoff,
  signal: AbortSignal,
): SendEvents {
  const settings = settingsOf(connection);
  const url = new URL("/import", originsOf(context.options, settings.region).ingestion);
  url.searchParams.set("strict", "1");
  url.searchParams.set("project_id", settings.projectId);
  const headers = {
    authorization: basicAuth(connection),
    "content-type": "application/json",
    "content-encoding": "gzip",
    accept: "application/json",
  };
  const budget = projectKey(connection);
  const hidden = secretsOf(connection);

  const sendOnce = async (body: Buffer, events: EncodedEvent[]): Promise<ImportResponse> => {
    const answer = await context.http.send(SERVICE, {
      method: "POST",
      url,
      headers,
      body,
      signal,
      headersTimeoutMs: ANSWER_TIMEOUT_MS,
      bodyIdleTimeoutMs: ANSWER_TIMEOUT_MS,
    });
    // A 400 may name all events of the batch: room for 2,000 entries.
    const { text } = await readText(SERVICE, answer, MAX_ERROR_BODY_BYTES * 32, signal);
    if (answer.status === 429) {
      const untilMs = Math.max(backoff.refused(budget), retryAfterMs(answer.header("retry-after"), Date.now()) ?? 0);
      throw new SyncError("rate_limited", LIMITED, { retryAtMs: untilMs });
    }
    // Reasons are shown to people: an answer that quotes the request's own credentials must not carry them on.
    const verdict = parseImportResponse(answer.status, redacted(text, hidden), events);
    if (verdict.kind !== "other") {
      backoff.succeeded(budget);
      return verdict;
    }
    if (answer.status === 200) {
      throw new SyncError("transient", `${SERVICE} gave an answer that does not say what it stored.`);
    }
    throw refusalError({ status: answer.status, body: text, action: "the import of events", hidden });
  };

  return async (events) => {
    const body = await gzipAsync(`[${events.map((event) => event.text).join(",")}]`, GZIP);
    for (let attempt = 0; ; attempt++) {
      try {
        return await sendOnce(body, events);
      } catch (error) {
        const waitMs = QUICK_RETRY_MS[attempt];
        if (waitMs === undefined || !(error instanceof SyncError) || error.kind !== "transient") throw error;
        await delay(waitMs * (1 + Math.random()), undefined, { signal });
      }
    }
  };
}
