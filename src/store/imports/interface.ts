// Imported rows, and the progress that they cover.
import type { ErrorState } from "../../domain/errors.ts";
import type { Day, JsonObject } from "../../domain/integration.ts";
import type { EventDefinition } from "../../domain/event.ts";
import type { Days, ImportRange } from "../../domain/importRange.ts";
import type { ImportChunk, StoredBefore } from "../../domain/importedRow.ts";
import type { EventProgress } from "../../domain/progress.ts";

export interface ChunkCommit extends ImportChunk {
  integrationId: string;
  /** The run whose counts this chunk raises, if it is listed. */
  runId: string;
  /** The events of the page, which move to the chunk's `progress`. */
  events: string[];
  /** The progress from which the page was read. */
  from: EventProgress;
  /** The ranges that the page belongs to, which then move in place of the events. */
  ranges?: number[];
}

/** Days that could not be read, and the progress of the pass after them. */
export interface GapCommit extends Days, Pick<ChunkCommit, "integrationId" | "events" | "from" | "ranges"> {
  progress: EventProgress;
  error: ErrorState;
}

export type RereadRequest = { requestId: string } | "paused" | "off";

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
  /** Asked before a page is read: which rows of these events are stored. */
  storedBefore(integrationId: string, names: string[]): Promise<StoredBefore>;
  /** Sets the checkpoints of these events back (or on) to what was agreed at the start of a run. */
  setProgress(integrationId: string, progress: Record<string, EventProgress>): Promise<void>;
  /**
   * Stores the chunk in one transaction. Of several copies of a row, the newest stands (decision 0023). Rows of removed
   * events are dropped. A row that PostgreSQL refuses becomes a rejected record.
   */
  commitChunk(chunk: ChunkCommit): Promise<ChunkResult>;
  /** Days to be read besides the main passes, those of each event in order of creation. */
  ranges(integrationId: string): Promise<ImportRange[]>;
  /** Begins to read ranges, so that no gap is added to them any more. */
  beginRanges(ids: number[], unfinished: EventProgress["unfinished"]): Promise<void>;
  /** Records the gap of each event and moves the progress past it. False if the checkpoint is behind `from`. */
  leaveGap(gap: GapCommit): Promise<boolean>;
  /**
   * Queues a sync request whose run reads these days again. Returns `off` if the import is off, null if there is no
   * such event. Throws InvalidFieldError for days that the import does not have, ConflictError for too many requests.
   */
  requestReread(
    workspaceId: string,
    integrationId: string,
    name: string,
    days: { fromDay: Day; toDay: Day | null },
  ): Promise<RereadRequest | null>;
  /** Reads everything again that was read so far, and merges `learned` into the integration's. */
  rereadAll(integrationId: string, learned: JsonObject): Promise<void>;
  /** Folds the property counts of the chunks into the events' properties. */
  discoverProperties(integrationId: string, identityProperties: IdentityProperties): Promise<void>;
}
