// Events to import: their definitions, properties and records.
import type { ErrorState } from "./errors.ts";
import type { Gap } from "./importRange.ts";
import type { JsonObject, Provider } from "./integration.ts";
import type { EventFacts } from "./warnings.ts";

export interface NewEvent extends EventDefinition {
  description: string | null;
}

export interface EventSummary extends NewEvent, EventFacts {
  provider: Provider;
  createdAtMs: number;
  error: ErrorState | null;
  gaps: Gap[];
  /** How many new rows were how old when a run first saw them, as of ARRIVAL_AGE_HOURS; empty before the first. */
  arrivalAges: number[];
}

/** A value of `source` that is null is taken out. */
export interface EventPatch {
  description?: string | null;
  source?: JsonObject;
  /** All rows are read again, because they would be stored otherwise now. */
  isReread?: boolean;
}

export interface ImportedRecord {
  uuid: string;
  /** All ids of the record's user. The first one counts first. */
  userIds: string[];
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
  count: number;
  /** Records whose value is neither a number nor null. */
  nonNumeric: number;
  /** JSON text of one value, shortened; null for identity properties. */
  example: string | null;
}

export interface PropertyList {
  /** The most frequent ones, by name. */
  properties: Property[];
  /** Records have more properties than are listed. */
  truncated: boolean;
}

/** The names of a project's events; `isWhole` is false if the project may have more. */
export interface ListedNames {
  names: string[];
  isWhole: boolean;
}

/** What the table of an event that gave nothing has; `names` are values of its event column, all if `isWhole`. */
export interface SourceReport extends ListedNames {
  rows: number | null;
  /** Whether any row is shown to the service account; null if that could not be asked. */
  visible: boolean | null;
}

/** What an event's name may hold; it stands in paths. */
export const EVENT_NAME = /^[A-Za-z0-9_-]{1,255}$/;

/** One event to import; `name` is the id that people and workflows use for it. */
export interface EventDefinition {
  name: string;
  /** Where the event's rows are, in the shape of the provider's spec. Null if the provider needs the name alone. */
  source: JsonObject | null;
}
