// Runs, the requests that they serve, the records that were rejected in them, and the status between them.
import type { ErrorState } from "./errors.ts";
import type { Page } from "./page.ts";

export type Direction = "export" | "import";

/** `nothing_to_do`: nothing was enabled, or the import had no events. */
export const OUTCOMES = ["succeeded", "partial", "failed", "nothing_to_do"] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** The result of one direction of a run, without the counts that the store keeps. */
export interface DirectionResult {
  direction: Direction;
  /** Null while the direction runs. */
  outcome: Outcome | null;
  error?: ErrorState;
  /** Names of the events that failed on their own. */
  failedEvents?: string[];
}

export interface RunDirection extends DirectionResult {
  /** Buckets delivered, or rows stored for the first time. Commits count them, so they are always exact. */
  records: number;
  rejected: number;
  /** What the provider reckoned that reading scans. Absent if it does not say. */
  estimatedBytes?: number;
}

export interface Run {
  id: string;
  startedAtMs: number;
  finishedAtMs: number | null;
  outcome: Outcome | null;
  directions: RunDirection[];
}

export interface RunRecord {
  integrationId: string;
  runId: string;
  startedAtMs: number;
  requestIds: string[];
  directions: DirectionResult[];
  finished: { atMs: number; outcome: Outcome } | null;
}

export interface SyncRequest {
  status: "queued" | "running" | "done";
  runId: string | null;
  outcome: Outcome | null;
}

/** How many records were rejected for one reason. */
export interface RejectedCount {
  direction: Direction;
  event: string | null;
  reason: string;
  count: number;
}

/** Counts are of all records, whatever the page; the most frequent reasons come first. */
export interface RejectedPage extends Page<RejectedRecord> {
  counts: RejectedCount[];
}

/** What became of a request to send rejected buckets again. */
export type ResendResult =
  | { kind: "requested"; requestId: string }
  | { kind: "paused" }
  | { kind: "export_off" }
  /** Nothing was marked. `index` is that of the id in the request. */
  | { kind: "invalid"; ids: { index: number; problem: "unknown" | "imported" }[] };

/** What became of a request to send everything again. */
export type ResendAllResult = { requestId: string } | "paused" | "off";

export interface RejectedRecord {
  id: string;
  direction: Direction;
  event: string | null;
  reason: string;
  record: string;
  atMs: number;
}

/** The workflow's state as users see it. */
export interface StatusProjection {
  integrationId: string;
  /** Null if no signal changed it: the store keeps its own. */
  paused: boolean | null;
  /** The version of the store's last pause or resume that the workflow knows. Absent: none yet. */
  pauseVersion?: number;
  nextRunAtMs: number | null;
  exportError: ErrorState | null;
  importError: ErrorState | null;
  /** By event name. */
  eventErrors: Record<string, ErrorState>;
}
