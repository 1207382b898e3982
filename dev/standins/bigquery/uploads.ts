// Files of load jobs: `multipart` and `resumable` uploads, which are streamed to disk.
import { randomUUID } from "node:crypto";
import { statSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { json, type Reply } from "../shared/reply.ts";
import { decoded, readJson, splitMultipart, writeTo } from "./body.ts";
import { strikeBefore } from "./faults.ts";
import { GoogleError, invalid, type Json } from "./google.ts";
import { answerInsert, type Call } from "./rest.ts";
import { needOnProject } from "./roles.ts";

interface Upload {
  projectId: string;
  email: string;
  body: Json;
  path: string;
  bytes: number;
}

const uploads = new Map<string, Upload>();
const UPLOADS_MAX = 1_000;

/** `POST /upload/…/jobs`: the whole job, or the start of a resumable one. */
export async function startUpload(call: Call): Promise<Reply> {
  const type = call.query.get("uploadType");
  if (type === "multipart") return await multipart(call);
  if (type !== "resumable") throw invalid("Load configuration must specify uploadType multipart or resumable.");
  const { state, projectId, account, request } = call;
  await strikeBefore(state.project(projectId).faults.strikeOperation("upload.start"));
  needOnProject(account, "bigquery.jobs.create", projectId);
  const id = randomUUID();
  const body = await readJson(request);
  uploads.set(id, { projectId, email: account.email, body, path: join(state.uploadDir, id), bytes: 0 });
  const [oldest] = uploads.keys();
  if (uploads.size > UPLOADS_MAX && oldest !== undefined) uploads.delete(oldest);
  const host = request.headers.host ?? "127.0.0.1";
  const location = `http://${host}/upload/bigquery/v2/projects/${projectId}/jobs?uploadType=resumable&upload_id=${id}`;
  return { status: 200, headers: { location, "x-guploader-uploadid": id, "content-length": "0" }, body: "" };
}

async function multipart(call: Call): Promise<Reply> {
  const { state, request } = call;
  const path = join(state.uploadDir, randomUUID());
  const source = decoded(request) as AsyncIterable<Buffer>;
  const parts = await splitMultipart(source, request.headers["content-type"] ?? "");
  await writeTo(path, parts.media);
  return await insertWith(call, parts.json, path);
}

/** `PUT` of a chunk: 308 until the last one, whose answer is the job. */
export async function continueUpload(call: Call): Promise<Reply> {
  const { state, projectId, account, request } = call;
  await strikeBefore(state.project(projectId).faults.strikeOperation("upload.chunk"));
  const id = call.query.get("upload_id") ?? "";
  const upload = uploads.get(id);
  if (upload === undefined || upload.projectId !== projectId || upload.email !== account.email)
    throw new GoogleError(404, "notFound", "Upload session not found.");
  const range = rangeOf(request.headers["content-range"]);
  if (range.from === null || range.from > upload.bytes) {
    request.resume();
    if (range.from === null && range.total === upload.bytes) return await endUpload(call, id, upload);
    return incomplete(upload);
  }
  await writeTo(upload.path, skipping(decoded(request) as AsyncIterable<Buffer>, upload.bytes - range.from), true);
  upload.bytes = statSync(upload.path).size;
  if (range.total === null || upload.bytes < range.total) return incomplete(upload);
  return await endUpload(call, id, upload);
}

async function endUpload(call: Call, id: string, upload: Upload): Promise<Reply> {
  uploads.delete(id);
  if (upload.bytes === 0) await writeTo(upload.path, nothing());
  return await insertWith(call, upload.body, upload.path);
}

async function insertWith(call: Call, body: Json, path: string): Promise<Reply> {
  try {
    return await answerInsert(call, body, { path, bytes: statSync(path).size });
  } catch (error) {
    // A job that has begun deletes its file itself.
    if (error instanceof GoogleError) await rm(path, { force: true });
    throw error;
  }
}

function incomplete({ bytes }: Upload): Reply {
  const range: Record<string, string> = bytes === 0 ? {} : { range: `bytes=0-${bytes - 1}` };
  return json(308, {}, range);
}

/** `bytes 0-99/200`, `bytes 0-99/*`, `bytes *‌/200`; without the header it is the whole file. */
function rangeOf(header: string | undefined): { from: number | null; total: number | null } {
  if (header === undefined) return { from: 0, total: 0 };
  const match = /^bytes (?:(\d+)-\d+|\*)\/(\d+|\*)$/.exec(header);
  if (match === null) throw invalid("Invalid Content-Range.");
  return {
    from: match[1] === undefined ? null : Number(match[1]),
    total: match[2] === "*" ? null : Number(match[2]),
  };
}

async function* skipping(source: AsyncIterable<Buffer>, bytes: number): AsyncGenerator<Buffer> {
  let left = bytes;
  for await (const chunk of source) {
    if (left < chunk.length) yield chunk.subarray(left);
    left = Math.max(0, left - chunk.length);
  }
}

async function* nothing(): AsyncGenerator<Buffer> {}
