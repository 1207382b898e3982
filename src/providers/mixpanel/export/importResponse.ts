// Reads Mixpanel's response to one import request: which events it stored, which it refused, which are undecided.
import { z } from "zod";
import { parseJson } from "../../http.ts";
import type { EncodedEvent } from "./encodeEvent.ts";

const MAX_REASON_CHARS = 500;

const failedRecord = z.object({
  index: z.number().int().nonnegative().optional(),
  insert_id: z.string().optional(),
  $insert_id: z.string().optional(),
  field: z.string().optional(),
  message: z.string().optional(),
});
const importBody = z.object({
  error: z.unknown().optional(),
  num_records_imported: z.number().int().nonnegative().optional(),
  failed_records: z.array(z.unknown()).optional(),
});

export type ImportResponse =
  | { kind: "stored" }
  /** `refused` has the reasons by index. Mixpanel may not have stored the undecided ones. */
  | { kind: "partial"; refused: Map<number, string>; undecided: number[] }
  /** Nothing was stored, and the response names no event as the cause. */
  | { kind: "refused"; reason: string }
  /** Accepted, but fewer were stored than sent. */
  | { kind: "short"; stored: number }
  | { kind: "too_large" };

/** Ignores the body's `status`, which has several meanings. Returns null if the response is not the import API's. */
export function parseImportResponse(status: number, body: string, events: EncodedEvent[]): ImportResponse | null {
  if (status === 413) return { kind: "too_large" };
  if (status !== 200 && status !== 400) return null;
  const parsed = importBody.safeParse(parseJson(body)).data;
  const stored = parsed?.num_records_imported;
  if (status === 200) {
    if (stored === undefined) return null;
    return stored >= events.length ? { kind: "stored" } : { kind: "short", stored };
  }
  const refused = new Map<number, string>();
  const general: string[] = [];
  for (const record of parsed?.failed_records ?? []) addFailedRecord(record, events, refused, general);
  if (refused.size === 0) {
    const reason = general[0] ?? (typeof parsed?.error === "string" ? parsed.error : body.trim());
    return { kind: "refused", reason: shorten(reason === "" ? "Mixpanel gave no reason" : reason) };
  }
  const others = [...events.keys()].filter((index) => !refused.has(index));
  return { kind: "partial", refused, undecided: stored === others.length ? [] : others };
}

/** Adds the reason to `refused`, or to `general` if the record names no event of the request. */
function addFailedRecord(
  record: unknown,
  events: EncodedEvent[],
  refused: Map<number, string>,
  general: string[],
): void {
  if (typeof record === "string") {
    general.push(record);
    return;
  }
  const parsed = failedRecord.safeParse(record);
  if (!parsed.success) return;
  const { index: given, field, message = "refused" } = parsed.data;
  const id = parsed.data.insert_id ?? parsed.data.$insert_id;
  const index = given ?? (id === undefined ? -1 : events.findIndex((event) => event.insertId === id));
  const reason = field === undefined ? message : `${field}: ${message}`;
  if (index < 0 || index >= events.length) {
    general.push(reason);
    return;
  }
  const before = refused.get(index);
  refused.set(index, shorten(before === undefined ? reason : `${before}; ${reason}`));
}

function shorten(text: string): string {
  return text.replaceAll(/\s+/g, " ").slice(0, MAX_REASON_CHARS);
}
