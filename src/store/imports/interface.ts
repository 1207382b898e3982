// Imported rows, and the progress that they cover.
import type { JsonObject } from "../../domain/integration.ts";
import type { EventDefinition } from "../../domain/event.ts";
import type { ImportChunk } from "../../domain/importedRow.ts";
import type { EventProgress } from "../../domain/progress.ts";

export interface ChunkCommit extends ImportChunk {
  integrationId: string;
  /** The run whose counts this chunk raises, if it is listed. */
  runId: string;
  /** The events of the page, which move to the chunk's `progress`. */
  events: string[];
  /** The progress from which the page was read. */
  from: EventProgress;
}

export interface ChunkResult {
  imported: number;
  rejected: number;
  /** Nothing was stored, because the checkpoint is behind `from`: the database was restored. Plan the import again. */
  stale: boolean;
}

/**
 * Names of the properties of an event that identify a user, in any case: no example of them is kept. First stand those
 * that the ids of rows come from.
 */
export type IdentityProperties = (source: JsonObject | null) => readonly string[];

export interface ImportStore {
  /** The events that exist, in order of creation; only those in `names` if it is given. */
  definitions(integrationId: string, names?: string[]): Promise<EventDefinition[]>;
  /** The checkpoint of every event that exists, by name. */
  progress(integrationId: string): Promise<Record<string, EventProgress>>;
  /** Sets the checkpoints of these events back (or on) to what was agreed at the start of a run. */
  setProgress(integrationId: string, progress: Record<string, EventProgress>): Promise<void>;
  /**
   * Stores the chunk in one transaction. Of several copies of a row, the newest stands (decision 0023). Rows of removed
   * events are dropped. A row that PostgreSQL refuses becomes a rejected record.
   */
  commitChunk(chunk: ChunkCommit): Promise<ChunkResult>;
  /** Folds the property counts of the chunks into the events' properties. Returns how many properties changed. */
  discoverProperties(integrationId: string, identityProperties: IdentityProperties): Promise<number>;
}
