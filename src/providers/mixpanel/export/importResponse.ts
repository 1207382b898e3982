// Reads Mixpanel's response to one import request: which events it stored, which it refused, which are undecided.
import { z } from "zod";
import { parseJson } from "../../http.ts";

const MAX_REASON_CHARS = 500;

const failedRecord = z.object({
  index: z.number().int().nonnegative(),
  field: z.string().optional().catch(undefined),
  message: z.string().optional().catch(undefined),
});
const importBody = z.object({
  num_records_imported: z.number().int().nonnegative().optional().catch(undefined),
  failed_records: z.array(z.unknown()).optional().catch(undefined),
});

export type ImportResponse =
  /** Of a request that was accepted as a whole; fewer than were sent if the project drops some. */
  | { kind: "accepted"; stored: number }
  /** `refused` has the reasons by index. Mixpanel may not have stored the undecided ones. */
  | { kind: "partial"; refused: Map<number, string>; undecided: number[] }
  | { kind: "too_large" };

/** Ignores the body's `status`, which has several meanings. Returns null if the response decides about no event. */
export function parseImportResponse(status: number, body: string, eventCount: number): ImportResponse | null {
  if (status === 413) return { kind: "too_large" };
  if (status !== 200 && status !== 400) return null;
  const { num_records_imported: stored, failed_records: failed = [] } =
    importBody.safeParse(parseJson(body)).data ?? {};
  if (status === 200) {
    return stored === undefined ? null : { kind: "accepted", stored: Math.min(stored, eventCount) };
  }
  const refused = new Map<number, string>();
  for (const record of failed) addFailedRecord(record, eventCount, refused);
  if (refused.size === 0) return null;
  const others = Array.from({ length: eventCount }, (_, index) => index).filter((index) => !refused.has(index));
  return { kind: "partial", refused, undecided: stored === others.length ? [] : others };
}

/** Only a record with an index of the request names an event. A string, or an index out of range, names none. */
function addFailedRecord(record: unknown, eventCount: number, refused: Map<number, string>): void {
  const { data } = failedRecord.safeParse(record);
  if (data === undefined || data.index >= eventCount) return;
  const { index, field, message = "refused" } = data;
  const reason = field === undefined ? message : `${field}: ${message}`;
  const before = refused.get(index);
  refused.set(index, shorten(before === undefined ? reason : `${before}; ${reason}`));
}

function shorten(text: string): string {
  return text.replaceAll(/\s+/g, " ").slice(0, MAX_REASON_CHARS);
}
