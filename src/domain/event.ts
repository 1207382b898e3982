// Events to import: their definitions, properties and records.
import type { ErrorState } from "./errors.ts";

export interface NewEvent extends EventDefinition {
  description: string | null;
}

/** An event definition with what was imported for it so far. */
export interface EventSummary extends EventDefinition {
  description: string | null;
  createdAtMs: number;
  imported: number;
  rejected: number;
  completeThroughMs: number | null;
  error: ErrorState | null;
}

export interface ImportedRecord {
  uuid: string;
  userId: string;
  timestampMs: number;
  /** JSON text of an object, every digit kept: embed it in an answer as it is, never through JSON.parse. */
  properties: string;
}

export const PROPERTY_TYPES = ["string", "number", "boolean", "array", "object", "null"] as const;

export type PropertyType = (typeof PROPERTY_TYPES)[number];

export interface Property {
  name: string;
  types: PropertyType[];
  /** All values that are not null are numbers (and there is one). */
  numeric: boolean;
  /** Records that have it. */
  count: number;
  /** JSON text of one value, shortened; null for identity properties. */
  example: string | null;
}

/** One event to import; `name` is the id that people and workflows use for it. */
export interface EventDefinition {
  name: string;
  /** Where a BigQuery event's rows are; null where the provider knows events by their name alone. */
  source: EventSource | null;
}

/** Where the rows of a BigQuery event are: rows of the table whose event column (a STRING) equals the event's name. */
export interface EventSource {
  dataset: string;
  tableName: string;
  eventFieldName: string;
  userIdFieldName: string;
  timestampFieldName: string;
  eventUuidFieldName: string;
}
