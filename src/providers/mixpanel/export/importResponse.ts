// Reads Mixpanel's answer to one import request: what it stored, what it refused, what is not known.
import { z } from "zod";
import type { EncodedEvent } from "./encodeEvent.ts";

const MAX_REASON_CHARS = 500;

const failedRecord = z.object({
  index: z.number().int().nonnegative().optional(),
  insert_id: z.string().optional(),
  $insert_id: z.string().optional(),
  field: z.string().optional(),
  message: z.string().optional(),
});
const importAnswer = z.object({
  error: z.unknown().optional(),
  num_records_imported: z.number().int().nonnegative().optional(),
  failed_records: z.array(z.unknown()).optional(),
});

export type ImportResponse =
  /** Every event is stored. */
  | { kind: "stored" }
  /** Those at `refused` never will be; `rest` is to be sent again because the answer does not vouch for it. */
  | { kind: "partial"; refused: Map<number, string>; rest: number[] }
  /** Nothing was stored, and the answer does not say whose fault it is. */
  | { kind: "refused"; reason: string }
  /** Accepted, but fewer were stored than sent. */
  | { kind: "short"; stored: number }
  | { kind: "too_large" }
  /** No answer of the import API: a proxy's page, another status. */
  | { kind: "other" };

/** Decides on the HTTP status and `num_records_imported` alone; the body's `status` field has several meanings. */
export function parseImportResponse(status: number, body: string, events: EncodedEvent[]): ImportResponse {
  if (status === 413) return { kind: "too_large" };
  if (status !== 200 && status !== 400) return { kind: "other" };
  const answer = parseAnswer(body);
  const stored = answer?.num_records_imported;
  if (status === 200) {
    if (stored === undefined) return { kind: "other" };
    return stored >= events.length ? { kind: "stored" } : { kind: "short", stored };
  }
  const refused = new Map<number, string>();
  const general: string[] = [];
  for (const record of answer?.failed_records ?? []) noteFailure(record, events, refused, general);
  if (refused.size === 0) {
    const reason = general[0] ?? (typeof answer?.error === "string" ? answer.error : body.trim());
    return {
      kind: "refused",
      reason: shortened(reason === "" ? "Mixpanel gave no reason" : reason),
    };
  }
  const others = [...events.keys()].filter((index) => !refused.has(index));
  return { kind: "partial", refused, rest: stored === others.length ? [] : others };
}

function parseAnswer(body: string): z.infer<typeof importAnswer> | undefined {
  try {
    return importAnswer.safeParse(JSON.parse(body)).data;
  } catch {
    return undefined;
  }
}

function noteFailure(record: unknown, events: EncodedEvent[], refused: Map<number, string>, general: string[]): void {
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
  refused.set(index, shortened(before === undefined ? reason : `${before}; ${reason}`));
}

function shortened(text: string): string {
  return text.replaceAll(/\s+/g, " ").slice(0, MAX_REASON_CHARS);
}
