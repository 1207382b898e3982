// Starts a load job together with its file, in one request that can be aborted.
import { hash } from "node:crypto";
import { SyncError } from "../../../domain/errors.ts";
import { type HttpResponse, MAX_ERROR_BODY_BYTES, parseJson } from "../../http.ts";
import type { Operation } from "../errors.ts";
import type { BigQueryCall } from "../rest.ts";

const SERVICE = "BigQuery";
const UPLOAD_TIMEOUT_MS = 10 * 60_000;

/** https://cloud.google.com/bigquery/docs/reference/api-uploads. Returns null for 409: the job exists. */
export async function uploadJob(
  call: BigQueryCall,
  operation: Operation,
  resource: object,
  file: Buffer,
): Promise<unknown> {
  const { connection, signal } = call;
  const { clients, http, options } = call.context;
  const timeoutMs = options.requestTimeoutMs ?? UPLOAD_TIMEOUT_MS;
  const { body, contentType } = multipart(resource, file);
  const run = async (): Promise<unknown> => {
    const { apiEndpoint, projectId } = await clients.bigQueryOf(connection);
    const project = encodeURIComponent(projectId);
    const response = await http.send(SERVICE, {
      method: "POST",
      url: new URL(`/upload/bigquery/v2/projects/${project}/jobs?uploadType=multipart`, apiEndpoint),
      headers: { authorization: `Bearer ${await clients.accounts.tokenOf(connection)}`, "content-type": contentType },
      body,
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      headersTimeoutMs: timeoutMs,
      bodyIdleTimeoutMs: timeoutMs,
    });
    return await readResponse(response);
  };
  return await clients.call(call, operation, run, timeoutMs);
}

async function readResponse(response: HttpResponse): Promise<unknown> {
  const text = await response.text(MAX_ERROR_BODY_BYTES);
  if (response.status === 409) return null;
  const json = parseJson(text);
  const isObject = typeof json === "object" && json !== null;
  if (response.status === 200) {
    if (isObject) return json;
    throw new SyncError("transient", "BigQuery sent a response to an upload that is not JSON.");
  }
  // An error of the same form as those of Google's client.
  const inner = isObject && "error" in json ? json.error : null;
  throw Object.assign(new Error("refused"), { ...(typeof inner === "object" ? inner : {}), code: response.status });
}

function multipart(resource: object, file: Buffer): { body: Buffer; contentType: string } {
  const boundary = `crosscurrent-${hash("sha256", file, "hex").slice(0, 40)}`;
  const head =
    `--${boundary}\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n${JSON.stringify(resource)}\r\n` +
    `--${boundary}\r\nContent-Type: application/octet-stream\r\n\r\n`;
  const body = Buffer.concat([Buffer.from(head), file, Buffer.from(`\r\n--${boundary}--\r\n`)]);
  return { body, contentType: `multipart/related; boundary=${boundary}` };
}
