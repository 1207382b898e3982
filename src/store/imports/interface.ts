// Imported rows and the progress that they cover.
import type { EventDefinition } from "../../domain/event.ts";
import type { ImportedRow, RejectedRow } from "../../domain/importedRow.ts";
import type { JsonObject } from "../../domain/integration.ts";
import type { EventProgress } from "../../domain/progress.ts";

/** Names of an event's properties that identify a user, in any case: no example of them is kept. */
export type IdentityProperties = (source: JsonObject | null) => readonly string[];

export interface ImportStore {
  /** The events that exist, in the order of their creation; of these names, where names are given. */
  definitions(integrationId: string, names?: string[]): Promise<EventDefinition[]>;
  /** Mirrored progress of every event that exists, by name. */
  progress(integrationId: string): Promise<Record<string, EventProgress>>;
  /** Sets the mirror of these events back (or on) to what was agreed at the start of a run. */
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
    runId: string;
    events: string[];
    from: EventProgress;
    rows: ImportedRow[];
    rejected: RejectedRow[];
    progress: EventProgress | null;
  }): Promise<{ imported: number; rejected: number; stale: boolean }>;
  /** Folds what the chunks saw into the properties of the events; returns how many properties changed. */
  discoverProperties(integrationId: string, identityProperties: IdentityProperties): Promise<number>;
}
