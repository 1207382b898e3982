// Imported rows and the progress that they cover.
import type { EventProgress } from "../domain/progress.ts";
import type { StoredDefinition } from "./events.ts";

export interface NewImportedRow {
  event: string;
  uuid: string;
  userId: string;
  timestampMs: number;
  /** JSON text of an object. */
  properties: string;
  /** The same parsed, for discovery only. */
  fields: Record<string, unknown>;
}

export interface NewRejectedRow {
  event: string | null;
  key: string;
  reason: string;
  record: string;
}

export interface ImportStore {
  /** The events that exist, in the order of their creation; of these names, where names are given. */
  definitions(integrationId: string, names?: string[]): Promise<StoredDefinition[]>;
  /** Mirrored progress of every event that exists, by name. */
  progress(integrationId: string): Promise<Record<string, EventProgress>>;
  /** Sets the mirror of these events back (or on) to what was agreed at the start of a cycle. */
  setProgress(integrationId: string, progress: Record<string, EventProgress>): Promise<void>;
  /**
   * Stores one chunk in one transaction: rows (a row already there only gets its newer user and properties), rejected ones,
   * what was seen of their fields, and, where given, the progress of `events` that the chunk completes. Rows of events that no longer
   * exist are dropped. A row that PostgreSQL refuses (too large a number, …) becomes a rejected record alone. `stale` true:
   * nothing was stored because the mirror is behind `from` (it was restored); plan again.
   */
  commitChunk(input: {
    integrationId: string;
    /** The run whose counts this chunk raises, if it is listed. */
    cycleId: string;
    events: string[];
    from: EventProgress;
    rows: NewImportedRow[];
    rejected: NewRejectedRow[];
    progress: EventProgress | null;
  }): Promise<{ imported: number; rejected: number; stale: boolean }>;
  /** Folds what the chunks saw into the properties of the events; returns how many properties changed. */
  discoverProperties(integrationId: string): Promise<number>;
}
