// A load job together with its file, in one request that can be stopped.
import { hash } from "node:crypto";
import { SyncError } from "../../../domain/errors.ts";
import { MAX_ERROR_BODY_BYTES } from "../../http.ts";
import type { HttpResponse } from "../../http.ts";
import type { Doing, BigQueryCall } from "../rest.ts";

const SERVICE = "BigQuery";
/** Enough for the largest batch over a slow line. */
export const UPLOAD_TIMEOUT_MS = 10 * 60_000;

/**
 * `jobs.insert` as `multipart`: https://cloud.google.com/bigquery/docs/reference/api-uploads. Null for 409: the job is there.
 * Google's client has this too, but it cannot stop such a request, and it starts polling the job by itself.
 */
export async function uploadJob(task: BigQueryCall, doing: Doing, resource: object, file: Buffer): Promise<unknown> {
  const { context, connection, signal } = task;
  const { clients, http, options } = context;
  const timeoutMs = options.requestTimeoutMs ?? UPLOAD_TIMEOUT_MS;
  const { body, contentType } = multipart(resource, file);
  const run = async (): Promise<unknown> => {
    const { apiEndpoint, projectId } = await clients.bigQueryOf(connection);
    const answer = await http.send(SERVICE, {
      method: "POST",
      url: new URL(
        `/upload/bigquery/v2/projects/${encodeURIComponent(projectId)}/jobs?uploadType=multipart`,
        apiEndpoint,
      ),
      headers: { authorization: `Bearer ${await clients.accounts.tokenOf(connection)}`, "content-type": contentType },
      body,
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      headersTimeoutMs: timeoutMs,
      bodyIdleTimeoutMs: timeoutMs,
    });
    return await readAnswer(answer);
  };
  return await clients.call({ ...doing, connection }, signal, run, timeoutMs);
}

async function readAnswer(answer: HttpResponse): Promise<unknown> {
  const text = await answer.text(MAX_ERROR_BODY_BYTES);
  if (answer.status === 409) return null;
  const json = parseJson(text);
  if (answer.status === 200 && json !== null) return json;
  if (answer.status === 200)
    throw new SyncError("transient", "BigQuery answered an upload with something that is no JSON.");
  // In the form that Google's client gives its errors.
  const inner = json !== null && "error" in json ? json.error : null;
  throw Object.assign(new Error("refused"), { ...(typeof inner === "object" ? inner : {}), code: answer.status });
}

function multipart(resource: object, file: Buffer): { body: Buffer; contentType: string } {
  const boundary = `crosscurrent-${hash("sha256", file, "hex").slice(0, 40)}`;
  const head =
    `--${boundary}\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n${JSON.stringify(resource)}\r\n` +
    `--${boundary}\r\nContent-Type: application/octet-stream\r\n\r\n`;
  const body = Buffer.concat([Buffer.from(head), file, Buffer.from(`\r\n--${boundary}--\r\n`)]);
  return { body, contentType: `multipart/related; boundary=${boundary}` };
}

function parseJson(text: string): object | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" ? value : null;
  } catch {
    return null;
  }
}
