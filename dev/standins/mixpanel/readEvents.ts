// Reads the events of an `/import` body in each of the forms that clients send.
import { isUtf8 } from "node:buffer";
import { MalformedBody } from "../shared/body.ts";
import { parseLossless } from "./lossless.ts";

export interface Events {
  events: unknown[];
  /** True if the body had bytes that are not UTF-8. They were replaced by U+FFFD. */
  broken: boolean;
}

/** JSON array, one JSON object, NDJSON, or a form's `data` (JSON or base64 of it). */
export function readEvents(body: Buffer, contentType: string): Events {
  const broken = !isUtf8(body);
  const text = body.toString("utf8");
  if (contentType.startsWith("application/x-www-form-urlencoded")) return { events: readForm(text).events, broken };
  if (contentType.startsWith("application/x-ndjson")) return { events: readLines(text), broken };
  return { events: parseArray(text), broken };
}

/** `data=` and the flag that some clients send in the form. */
export function readForm(text: string): { events: unknown[]; verbose: boolean } {
  const form = new URLSearchParams(text);
  const data = form.get("data");
  return { events: data === null ? [] : parseData(data), verbose: form.get("verbose") === "1" };
}

/** Form decoding may have turned the `+` of base64 into spaces. */
export function parseData(data: string): unknown[] {
  const trimmed = data.trim();
  if (/^[[{]/.test(trimmed)) return parseArray(trimmed);
  return parseArray(Buffer.from(trimmed.replaceAll(" ", "+"), "base64").toString("utf8"));
}

function readLines(text: string): unknown[] {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  try {
    return lines.map((line) => parseLossless(line));
  } catch {
    throw new MalformedBody();
  }
}

function parseArray(text: string): unknown[] {
  try {
    const value = parseLossless(text);
    return Array.isArray(value) ? value : [value];
  } catch {
    throw new MalformedBody();
  }
}
