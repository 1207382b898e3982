// Rows of a source on their way into the store.
import type { JsonObject } from "./integration.ts";
import type { EventProgress } from "./progress.ts";

export interface ImportedRow {
  event: string;
  /** 16 bytes as a UUID string: the event's UUID or a hash of the provider's dedupe key. */
  uuid: string;
  /** All ids that the source gives the row's user, distinct: at most three. The first one counts first. */
  userIds: readonly string[];
  timestampMs: number;
  /** The time at which the source processed this copy of the row: the newest copy stands. Null if it has none. */
  versionMs: number | null;
  /** The source's own JSON text of an object, which is never parsed on its way to the store. */
  properties: string;
  /** The same object parsed, for property discovery only: numbers may have lost digits here. */
  fields: Record<string, unknown>;
}

export interface RejectedRow {
  event: string | null;
  /** The same when the row is read again, so that it is listed once. */
  key: string;
  reason: string;
  /** The record as text, as far as it could be read; shortened to a bounded length. */
  record: string;
}

/** What is known of a part of a source before its rows are read. */
export interface OpenedSource {
  /** What reading it scans, which is what the provider bills. Null if the provider does not say. */
  estimatedBytes: number | null;
  /** The size of the whole source. */
  sourceBytes: number | null;
  /** How long after its own time a row may arrive and still be read. Null if rows are read by their arrival. */
  lookbackMs: number | null;
  /** Times of rows have no zone and are read as UTC, because the event does not say which zone they have. */
  isLocalTime: boolean;
}

/** Said of rows whose UUIDs the customer makes, so that they may repeat or change. */
export interface OwnUuids {
  /** The property that the UUID comes from. */
  property: string;
  /** None of the rows can have been read before in other words: two of one UUID are two rows. */
  areUnread: boolean;
}

/** `beyond`: some of the rows that are stored may lie beyond the progress, so that they are read once more. */
export type StoredBefore = "none" | "covered" | "beyond";

export interface ImportChunk {
  rows: ImportedRow[];
  rejected: RejectedRow[];
  ownUuids?: OwnUuids;
  /** Progress of the page's events once this chunk is stored; only on the page's last chunk. */
  progress: EventProgress | null;
  /** What the page taught about the project; merged into `Connection.learned` in the chunk's transaction. */
  learned?: JsonObject;
  /** Columns of the events' source that are not copied, because they are protected; on the last chunk, if known. */
  leftOut?: readonly string[];
  /** A part of the source was opened, whose rows come next. */
  opened?: OpenedSource;
}
