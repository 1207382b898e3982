// The beginning of an upstream's answer, from which one can tell whether it has failed.
import type { Readable } from "node:stream";
import { pipeline } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import { mediaTypeOf } from "../http/mediaTypes.ts";
import { errorIn, eventType } from "./answerErrors.ts";
import type { UpstreamResponse } from "./upstream.ts";

export interface Answer {
  status: number;
  headers: Record<string, string>;
  isEventStream: boolean;
  /** What has come already. */
  start: Buffer;
  /** What comes behind it; null if nothing does. */
  rest: Readable | null;
}

/** Why an answer with a status of success is none. `text` is what the upstream said. */
export interface AnswerFault {
  status: number;
  reason: "upstream_empty" | "upstream_broken" | "upstream_timeout" | "upstream_error_body" | "upstream_not_json";
  text: string;
}

/** How long a stream of Responses that has begun may take to fail before its caller learns of it. */
const PRELUDE_MS = 1_000;
/** Errors are smaller, and so are first events but those with images. */
const MAX_BEGINNING_BYTES = 64 * 1024;
const DECODERS = new Map([
  ["gzip", createGunzip],
  ["x-gzip", createGunzip],
  ["deflate", createInflate],
  ["br", createBrotliDecompress],
]);

/** Upstreams are asked for no encoding, but some compress all the same. */
export function decoded(response: UpstreamResponse): UpstreamResponse {
  const { headers, body } = response;
  const create = DECODERS.get((headers["content-encoding"] ?? "").toLowerCase());
  if (create === undefined) return response;
  const { "content-encoding": _encoding, "content-length": _length, ...kept } = headers;
  const decoder = create();
  pipeline(body, decoder, () => undefined);
  return { ...response, headers: kept, body: decoder };
}

/** Reads a response with a status of success until it can be told whether it is an answer. */
export async function beginAnswer(response: UpstreamResponse): Promise<Answer | AnswerFault> {
  const { status, headers, body, firstEventByMs } = response;
  const isEventStream = mediaTypeOf(headers["content-type"]) === "text/event-stream";
  let beginning: Beginning;
  try {
    beginning = await (isEventStream
      ? readBeginning(body, (bytes) => waitBehind(firstEvent(bytes)), firstEventByMs - performance.now())
      : readBeginning(body, () => Infinity));
  } catch (error) {
    body.destroy();
    return isLate(error)
      ? { status: 504, reason: "upstream_timeout", text: "" }
      : { status: 502, reason: "upstream_broken", text: "" };
  }
  const { start, isComplete } = beginning;
  const fault = isEventStream ? eventFault(start, isComplete) : bodyFault(start, isComplete, headers);
  if (fault !== null) {
    body.destroy();
    return fault;
  }
  return { status, headers, isEventStream, start, rest: isComplete ? null : body };
}

interface Beginning {
  start: Buffer;
  isComplete: boolean;
}

/** What waits for the first event of a stream gives up. */
class LateError extends Error {
  override readonly name = "LateError";
}

function isLate(error: unknown): boolean {
  if (error instanceof LateError) return true;
  return error instanceof Error && "code" in error && error.code === "UND_ERR_BODY_TIMEOUT";
}

/**
 * `waitFor` says how many milliseconds what has come may wait for more. If it is still Infinity after `withinMs`, the
 * promise rejects.
 */
export function readBeginning(
  body: Readable,
  waitFor: (bytes: Buffer) => number,
  withinMs = Infinity,
): Promise<Beginning> {
  return new Promise((resolve, reject) => {
    let start: Buffer = Buffer.alloc(0);
    let isEnough = false;
    const onLate = () => onError(new LateError("Nothing that tells anything came in time."));
    let timer = withinMs === Infinity ? undefined : setTimeout(onLate, Math.max(0, withinMs));
    const onEnough = () => {
      body.pause();
      settle(() => resolve({ start, isComplete: false }));
    };
    const onData = (chunk: Buffer) => {
      start = start.length === 0 ? chunk : Buffer.concat([start, chunk]);
      const ms = start.length < MAX_BEGINNING_BYTES ? waitFor(start) : 0;
      if (ms === 0) onEnough();
      else if (ms !== Infinity && !isEnough) {
        isEnough = true;
        clearTimeout(timer);
        timer = setTimeout(onEnough, ms);
      }
    };
    const onEnd = () => settle(() => resolve({ start, isComplete: true }));
    const onError = (error: Error) => settle(() => reject(error));
    const onClose = () => onError(new Error("The response broke off."));
    const settle = (act: () => void) => {
      clearTimeout(timer);
      body.off("data", onData).off("end", onEnd).off("error", onError).off("close", onClose);
      act();
    };
    body.on("data", onData).on("end", onEnd).on("error", onError).on("close", onClose);
  });
}

interface FirstEvent {
  name: string;
  data: string;
  isTelling: boolean;
}

/** Events with which every stream of Responses begins, failed or not. */
const PRELUDE = new Set(["response.created", "response.in_progress", "response.queued"]);

/** The first event with data that tells something, or else the last of the prelude, or null. Comments are no events. */
function firstEvent(bytes: Buffer): FirstEvent | null {
  let name = "";
  let prelude: FirstEvent | null = null;
  let at = 0;
  for (let end = bytes.indexOf("\n"); end !== -1; end = bytes.indexOf("\n", at)) {
    const line = bytes.toString("utf8", at, end).trimEnd();
    at = end + 1;
    if (line === "") name = "";
    if (line.startsWith("event:")) name = line.slice("event:".length).trim();
    if (!line.startsWith("data:")) continue;
    const data = line.slice("data:".length).trim();
    if (!PRELUDE.has(eventType(name, data))) return { name, data, isTelling: true };
    prelude = { name, data, isTelling: false };
  }
  return prelude;
}

/** How long a stream may go on in silence after this event until its caller gets it. */
function waitBehind(event: FirstEvent | null): number {
  if (event === null) return Infinity;
  return event.isTelling ? 0 : PRELUDE_MS;
}

function eventFault(start: Buffer, isComplete: boolean): AnswerFault | null {
  // A last line without its end is a line too.
  const event = firstEvent(isComplete ? Buffer.concat([start, Buffer.from("\n")]) : start);
  const empty: AnswerFault = { status: 502, reason: "upstream_empty", text: "" };
  if (event === null || !event.isTelling) return isComplete ? empty : null;
  if (event.data === "[DONE]") return empty;
  const fault = errorFault(event.data);
  if (fault !== null || event.name !== "error") return fault;
  return { status: 502, reason: "upstream_error_body", text: event.data };
}

/** Of JSON, or of an event stream with another media type. */
const ANSWER_START = /^(?:[{[]|data:|event:|:)/;

function bodyFault(start: Buffer, isComplete: boolean, headers: Record<string, string>): AnswerFault | null {
  const text = start.toString("utf8").trimStart();
  if (text === "") return isComplete ? { status: 502, reason: "upstream_empty", text: "" } : null;
  // A body with an encoding that is not undone here cannot be looked at.
  const isAnswer = ANSWER_START.test(text) || headers["content-encoding"] !== undefined;
  if (!isAnswer) return { status: 502, reason: "upstream_not_json", text: "" };
  return isComplete ? errorFault(text) : null;
}

function errorFault(text: string): AnswerFault | null {
  const error = errorIn(text);
  if (error === null) return null;
  // Of a failed response, the error alone says why.
  const said = text.includes('"response.failed"') ? JSON.stringify({ error }) : text;
  return { status: statusIn(error), reason: "upstream_error_body", text: said };
}

/** Routers of models put the status that they mean into the error. */
function statusIn(error: unknown): number {
  const code = typeof error === "object" && error !== null && "code" in error ? Number(error.code) : NaN;
  return Number.isInteger(code) && code >= 400 && code <= 599 ? code : 502;
}
