// The words of the control endpoint: what may be asked of a running stand-in, and what it answers.
import { z } from "zod";

export const FAULT_TARGETS = ["import", "export", "query", "app", "any"] as const;
export type FaultTarget = (typeof FAULT_TARGETS)[number];
export type RequestKind = Exclude<FaultTarget, "any">;

export const FAULT_KINDS = [
  // Answers, by any target unless said otherwise
  "rate_limited", // 429; `retryAfterSeconds` adds the header
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
  "reset_mid_body",
  "hang_mid_body",
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

export const faultSchema = z.strictObject({
  kind: z.enum(FAULT_KINDS),
  target: z.enum(FAULT_TARGETS),
  /** How often it strikes; null until cleared. */
  times: z.number().int().positive().nullable().default(null),
  /** How many matching requests pass before it strikes. */
  afterRequests: z.number().int().min(0).default(0),
  /** Import: strikes once so many events are stored; export: in the body, after so many lines. */
  afterEvents: z.number().int().min(0).default(0),
  /** Export: in the body, after so many bytes (at the end of the line that reaches them); import: decompressed bytes taken. */
  afterBytes: z.number().int().min(0).default(0),
  /** Import: the batch is stored first, then the fault strikes. */
  afterStoring: z.boolean().default(false),
  delayMs: z.number().int().min(0).max(3_600_000).default(1000),
  retryAfterSeconds: z.number().int().min(0).nullable().default(null),
  everyNth: z.number().int().positive().default(2),
  maxBytes: z.number().int().min(0).default(0),
  status: z.number().int().min(200).max(599).default(500),
  contentType: z.string().max(200).default("text/plain"),
  body: z.string().max(1_000_000).default(""),
});
export type Fault = z.infer<typeof faultSchema>;
export type FaultInput = z.input<typeof faultSchema>;

export interface FaultState extends Fault {
  id: number;
  struck: number;
}

export const generateSchema = z.strictObject({
  count: z.number().int().min(1).max(20_000_000),
  seed: z.number().int().default(1),
  /** Names, in turn by the seed. */
  events: z.array(z.string().min(1).max(255)).min(1).max(1000),
  users: z.number().int().min(1).max(10_000_000).default(10_000),
  /** Event times are spread evenly over [fromMs, toMs). */
  fromMs: z.number().int(),
  toMs: z.number().int(),
  /** When they were processed; absent: the time of each event, plus the project's delay. */
  processingMs: z.number().int().optional(),
});
export type GenerateInput = z.input<typeof generateSchema>;
export type GenerateOptions = z.infer<typeof generateSchema>;

/** One row to load as it is, unvalidated. Exactly one of the last three says what is in it. */
export const loadRowSchema = z.strictObject({
  event: z.string(),
  /** True UTC time; shifted in an old project, like on import. */
  timeMs: z.number().int().min(1000),
  processingMs: z.number().int().optional(),
  /** Properties other than `time`. */
  properties: z.record(z.string(), z.unknown()).optional(),
  /** The JSON text of such properties, taken as it is: numbers of any length, broken escapes. */
  propertiesText: z.string().optional(),
  /** The whole line, sent as it is whatever it is. */
  line: z.string().optional(),
});
export type LoadRow = z.infer<typeof loadRowSchema>;

/** Which stored rows; nothing given means all. Times are as stored, inclusive. */
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

/** What was asked of the stand-in for a project, or for none (project id ""). */
export interface RequestCounts {
  byKind: Record<string, { total: number; byStatus: Record<string, number>; reset: number }>;
  /** Accepted into the store, over all import requests. */
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
