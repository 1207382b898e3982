// Runs, the requests that they serve, and what was rejected in them.
import type { ErrorState } from "./errors.ts";

/** The words of an integration that every layer shares. */
export type Direction = "export" | "import";

export type Outcome = "succeeded" | "partial" | "failed";

export interface Run {
  id: string;
  startedAtMs: number;
  finishedAtMs: number | null;
  outcome: Outcome | null;
  directions: RunDirection[];
}

export interface RunDirection {
  direction: Direction;
  /** Null while the direction runs. */
  outcome: Outcome | null;
  /** Export: buckets delivered. Import: rows stored for the first time. Exact at any moment: counted where the rows are committed. */
  records: number;
  rejected: number;
  error?: ErrorState;
  failedEvents?: string[];
}

export interface SyncRequest {
  status: "queued" | "running" | "done";
  runId: string | null;
  outcome: Outcome | null;
}

export interface RejectedRecord {
  id: string;
  direction: Direction;
  event: string | null;
  reason: string;
  /** The record as text. */
  record: string;
  atMs: number;
}
