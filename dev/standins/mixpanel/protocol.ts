// Types of the control endpoint: inputs and answers of its commands.
import { z } from "zod";
import { answerFields, faultFields, type FaultState as StateOf } from "../shared/faults.ts";
import type { RequestCount } from "../shared/requestCounts.ts";

export const FAULT_TARGETS = ["import", "export", "query", "app", "any"] as const;
export type FaultTarget = (typeof FAULT_TARGETS)[number];
export type RequestKind = Exclude<FaultTarget, "any">;

export const FAULT_KINDS = [
  // Answers, by any target unless said otherwise
  "rate_limited", // 429; `retryAfterSeconds` or `retryAfter` adds the header
  "bad_gateway", // 502, HTML
  "unavailable", // 503, HTML
  "gateway_timeout", // 504, HTML
  "unknown_error", // 500 «unknown error»
  "unauthorized", // 401
  "forbidden", // 403
  "not_found", // 404
  "plan", // 402
  "auth_text", // export: 400 «Unable to authenticate request»
  "to_date", // export: 400 «to_date cannot be later than today»
  "too_large", // import: 413 that names `maxBytes` (2097152); bodies up to that pass
  "html", // `status`, a proxy's page
  "empty", // `status`, no body
  "import_error", // import: `status`, `body` as the error in Mixpanel's JSON, no failed records
  "respond", // `status`, `contentType`, `body` as given
  // Behaviour of the connection
  "reset", // destroyed before any answer
  "hang", // never answered, until the client gives up or the fault is cleared
  "slow", // answered after `delayMs`
  // Import
  "partial", // every `everyNth` event fails validation
  "partial_strings", // the batch is lost; failed_records holds a string
  // Export, after `afterEvents` lines or `afterBytes` bytes of the body
  "terminated_early", // a last line `terminated early`, then a clean end
  "export_terminated_early", // the older text
  "ends_with", // a last line `body`, then a clean end
  "line_between", // a line `body`, then the other rows
  "half_row", // half of the next row and a line end, then a clean end
  "byte_order_mark", // before the first row
  "reset_mid_body",
  "hang_mid_body",
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

export const faultSchema = z.strictObject({
  kind: z.enum(FAULT_KINDS),
  target: z.enum(FAULT_TARGETS),
  ...faultFields,
  ...answerFields,
  /** Import: strikes after that many events were stored. Export: in the body, after that many lines. */
  afterEvents: z.number().int().min(0).default(0),
  /** Export: in the body, at the end of the line that reaches that many bytes. Import: decompressed bytes stored. */
  afterBytes: z.number().int().min(0).default(0),
  /** Import: strikes after the batch was stored. */
  afterStoring: z.boolean().default(false),
  /** Export: strikes only requests whose dates include one of these days, `yyyy-mm-dd`; none: all. */
  days: z
    .array(z.string().regex(/^\d{4}-\d\d-\d\d$/))
    .max(1000)
    .default([]),
  /** A `Retry-After` header of any text, for a 429 and a 503. */
  retryAfter: z.string().max(200).nullable().default(null),
  retryAfterSeconds: z.number().int().min(0).nullable().default(null),
  everyNth: z.number().int().positive().default(2),
  maxBytes: z.number().int().min(0).default(0),
});
export type Fault = z.infer<typeof faultSchema>;
export type FaultInput = z.input<typeof faultSchema>;

export type FaultState = StateOf<Fault>;

export const generateSchema = z.strictObject({
  count: z.number().int().min(1).max(20_000_000),
  seed: z.number().int().default(1),
  /** Names, chosen by the seed. */
  events: z.array(z.string().min(1).max(255)).min(1).max(1000),
  users: z.number().int().min(1).max(10_000_000).default(10_000),
  /** Event times are spread evenly over [fromMs, toMs). */
  fromMs: z.number().int(),
  toMs: z.number().int(),
  /** When the rows were processed. Default: the time of each event plus the project's delay. */
  processingMs: z.number().int().optional(),
});
export type GenerateInput = z.input<typeof generateSchema>;
export type GenerateOptions = z.infer<typeof generateSchema>;

/** One row to load without validation. Exactly one of the last three fields gives its content. */
export const loadRowSchema = z.strictObject({
  event: z.string(),
  /** UTC time. A project created before 2023 shifts it to local time, as for an import. */
  timeMs: z.number().int().min(1000),
  processingMs: z.number().int().optional(),
  /** Properties other than `time`. */
  properties: z.record(z.string(), z.unknown()).optional(),
  /** JSON text of the properties, stored unchanged: numbers of any length, broken escapes. */
  propertiesText: z.string().optional(),
  /** The whole line, exported unchanged, even if it is not JSON. */
  line: z.string().optional(),
});
export type LoadRow = z.infer<typeof loadRowSchema>;

/** Selects stored rows; an empty filter selects all. Times are as stored, inclusive. */
export const rowFilterSchema = z.strictObject({
  events: z.array(z.string()).max(1000).optional(),
  fromMs: z.number().optional(),
  toMs: z.number().optional(),
  distinctId: z.string().optional(),
});
export type RowFilter = z.infer<typeof rowFilterSchema>;

export interface Counts {
  /** Rows held, duplicates included. */
  stored: number;
  /** Events as Mixpanel's queries see them: one per (event, time, distinct_id, $insert_id). */
  deduped: number;
  byEvent: Record<string, { stored: number; deduped: number }>;
}

export interface StoredEvent {
  event: string;
  properties: Record<string, unknown>;
}

/** Requests and events of one project. */
export interface RequestCounts {
  byKind: Record<string, RequestCount>;
  /** Events stored by import requests. */
  eventsStored: number;
  eventsDropped: number;
  eventsRefused: number;
  rowsExported: number;
  bytesExported: number;
}

export interface ProjectInfo {
  projectId: string;
  token: string;
  secret: string;
}
