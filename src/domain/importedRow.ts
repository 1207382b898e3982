// Rows of a source on their way in.

/** One source row. `properties` is the source's own JSON text of an object: parsed by nobody on its way to the store. */
export interface ImportedRow {
  event: string;
  /** 16 bytes as a UUID string: the event's UUID or a hash of the provider's dedupe key. */
  uuid: string;
  userId: string;
  timestampMs: number;
  properties: string;
  /** The same object parsed, for property discovery only: numbers may have lost digits here. */
  fields: Record<string, unknown>;
}

export interface RejectedRow {
  event: string | null;
  /** Stable for the same row read again, so that it is listed once. */
  key: string;
  reason: string;
  /** The record as text, as far as it could be read; shortened to a bounded length. */
  record: string;
}
