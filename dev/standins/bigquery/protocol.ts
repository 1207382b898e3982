// Types of the control endpoint: inputs and answers of its commands.
import { z } from "zod";
import { answerFields, faultFields, type FaultState as StateOf } from "../shared/faults.ts";
import type { RequestCount } from "../shared/requestCounts.ts";

export const ROLES = [
  "roles/bigquery.jobUser", // bigquery.jobs.create
  "roles/bigquery.readSessionUser", // bigquery.readsessions.*
  "roles/bigquery.dataViewer", // read datasets, tables and rows
  "roles/bigquery.dataEditor", // the same, and create, change and delete tables; on a project datasets too
  "roles/bigquery.metadataViewer", // datasets and tables without their rows
  "roles/bigquery.user", // jobs, read sessions, own datasets
  "roles/bigquery.admin", // everything
] as const;
export type Role = (typeof ROLES)[number];

export const projectIdSchema = z.string().regex(/^[a-z][a-z0-9:.-]{2,62}$/);
const idSchema = z.string().regex(/^[A-Za-z0-9_-]{1,1024}$/);
export const emailSchema = z.string().regex(/^[^@\s]{1,64}@[a-z0-9.-]{3,190}$/);

/** A role on a project or on one of its datasets. Rights to jobs and read sessions exist on projects only. */
const grantSchema = z.strictObject({
  role: z.enum(ROLES),
  projectId: projectIdSchema,
  datasetId: idSchema.optional(),
});

export const accountSchema = z.strictObject({
  grants: z.array(grantSchema).max(1_000).default([]),
  /** Bearer tokens that may impersonate the account; null: the stand-in's source token. */
  sourceTokens: z.array(z.string().min(1).max(4_096)).max(100).nullable().default(null),
  /** Limits the lifetime of a token, also if a longer one was requested. */
  tokenLifetimeMaxSeconds: z.number().int().positive().max(43_200).default(3_600),
  /** Free text of its owner; absent: as it is. */
  description: z.string().max(256).optional(),
  disabled: z.boolean().default(false),
});
/** As it is kept. An account that is deleted and made anew has another `uniqueId`. */
export type Account = z.infer<typeof accountSchema> & { description: string; uniqueId: string };
export type AccountInput = z.input<typeof accountSchema>;

export const REST_OPERATIONS = [
  "jobs.insert",
  "jobs.query",
  "jobs.get",
  "jobs.getQueryResults",
  "jobs.list",
  "jobs.cancel",
  "jobs.delete",
  // The first request of a resumable upload, and each of its chunks. The job of an upload counts as `jobs.insert` too.
  "upload.start",
  "upload.chunk",
  "datasets.get",
  "datasets.list",
  "datasets.insert",
  "datasets.patch",
  "datasets.update",
  "datasets.delete",
  "tables.get",
  "tables.list",
  "tables.insert",
  "tables.patch",
  "tables.update",
  "tables.delete",
  "tabledata.list",
  "tabledata.insertAll",
  "iam.generateAccessToken",
  "iam.serviceAccounts.get",
] as const;
export const GRPC_METHODS = ["CreateReadSession", "ReadRows", "SplitReadStream"] as const;

export const FAULT_KINDS = [
  // Answers before anything is done (HTTP, or the gRPC status of the same meaning)
  "quota_exceeded", // 403 quotaExceeded; gRPC RESOURCE_EXHAUSTED
  "rate_limited", // 403 rateLimitExceeded; gRPC RESOURCE_EXHAUSTED
  "rate_limited_429", // 429 rateLimitExceeded; gRPC RESOURCE_EXHAUSTED
  "backend_error", // 503 backendError, JSON; gRPC UNAVAILABLE
  "backend_error_html", // 503 in HTML; gRPC UNAVAILABLE
  "internal_error", // 500 internalError; gRPC INTERNAL
  "unauthenticated", // 401; gRPC UNAUTHENTICATED
  "access_denied", // 403 accessDenied; gRPC PERMISSION_DENIED
  "respond", // HTTP only: `status`, `contentType`, `body` as given
  "grpc_status", // gRPC only: `code` and `message` as given
  // Behaviour of the connection
  "reset", // destroyed before anything is done
  "hang", // never answered, until the client gives up or the fault is cleared
  "slow", // served after `delayMs`
  // The job runs, but
  "reset_after", // the connection is reset instead of the answer
  "backend_error_after", // 503 instead of the answer
  "hang_after", // nothing comes instead of the answer
  "job_slow", // it stays RUNNING for `delayMs` more (`jobs.insert`, `jobs.query`)
  // Instead of running, the job is DONE with an error of `reason` and `message`; its id is used up
  "job_failed",
  // ReadRows, after `afterRows` rows of the call
  "session_expired", // FAILED_PRECONDITION; the session stays expired for all its streams
  "stream_unavailable", // UNAVAILABLE
  "stream_reset", // the connection is reset
  "stream_hang", // nothing more comes
  "stream_ends_early", // an orderly end, as if there were no more rows
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

export const faultSchema = z.strictObject({
  kind: z.enum(FAULT_KINDS),
  target: z.enum([...REST_OPERATIONS, ...GRPC_METHODS, "any"]),
  /** Strikes only jobs of this kind (`jobs.insert`, `jobs.query`). */
  jobType: z.enum(["load", "query", "copy", "extract"]).nullable().default(null),
  /** Strikes only jobs with this text in their SQL or in the name of their destination table. */
  about: z.string().max(1_000).nullable().default(null),
  ...faultFields,
  ...answerFields,
  afterRows: z.number().int().min(0).default(0),
  code: z.number().int().min(1).max(16).default(13),
  reason: z.string().max(100).default("backendError"),
  message: z.string().max(10_000).nullable().default(null),
});
export type Fault = z.infer<typeof faultSchema>;
export type FaultInput = z.input<typeof faultSchema>;

export type FaultState = StateOf<Fault>;

/** How a project behaves. */
export const projectSettingsSchema = z.strictObject({
  /** `jobs.insert` waits this long for `DONE`, and answers `RUNNING` after that. */
  insertAnswersWithinMs: z.number().int().min(0).max(600_000),
  sessionLifetimeSeconds: z.number().positive().max(21_600),
  /** Splits a result that the emulator gives as one stream (under 1 MB) into that many, if the client allows as many. */
  streamsMin: z.number().int().min(1).max(100),
  /** The project has no billing: nothing is kept for longer than 60 days, and there is no DML. */
  isSandbox: z.boolean(),
});
export type ProjectSettings = z.infer<typeof projectSettingsSchema>;

export interface Counters {
  /** REST requests and gRPC calls by operation; `reset` counts those without an answer. */
  requests: Record<string, RequestCount>;
  /** Jobs that ran, by kind (`load`, `query`, `copy`, `extract`) and, of queries, by statement (`query:MERGE`). */
  jobs: Record<string, { done: number; failed: number }>;
  /** Jobs that were refused because their id had been used. */
  jobConflicts: number;
  /** Bytes of uploaded files as they were sent. */
  bytesLoaded: number;
  rowsLoaded: number;
  sessionsCreated: number;
  streamsOpened: number;
  rowsServed: number;
  bytesServed: number;
  /** Tokens of accounts whose address names the project. */
  tokensIssued: number;
  tokensRefused: number;
}

export interface QueryRows {
  rows: Record<string, unknown>[];
  dmlAffectedRows: number | null;
}
