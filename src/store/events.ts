// Event definitions, and what was imported for them.
import type { LegError } from "../domain/errors.ts";
import type { EventSource } from "../domain/integration.ts";
import type { Page, PageRequest } from "./pages.ts";

/** An event to import as its connector needs it (same shape as the connectors' EventDefinition). */
export interface StoredDefinition {
  name: string;
  /** Where a BigQuery event's rows are; it never changes. Null for Mixpanel. */
  source: EventSource | null;
}

export interface NewEvent extends StoredDefinition {
  description: string | null;
}

/** An event definition with what was imported for it so far. */
export interface EventDefinitionView extends StoredDefinition {
  description: string | null;
  createdAtMs: number;
  imported: number;
  rejected: number;
  completeThroughMs: number | null;
  error: LegError | null;
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

export interface EventStore {
  /** Null if there is no such integration. Throws ConflictError if the name is taken. Raises version and syncVersion. */
  create(workspaceId: string, integrationId: string, event: NewEvent): Promise<EventDefinitionView | null>;
  list(workspaceId: string, integrationId: string, page: PageRequest): Promise<Page<EventDefinitionView> | null>;
  update(
    workspaceId: string,
    integrationId: string,
    name: string,
    patch: { description?: string | null },
  ): Promise<EventDefinitionView | null>;
  /**
   * Takes its records, properties and rejected records along (hidden at once, purged in the background). Throws ConflictError while a
   * metric uses it.
   */
  remove(workspaceId: string, integrationId: string, name: string): Promise<boolean>;
  /** What was imported, in a stable order; null if there is no such event. */
  records(
    workspaceId: string,
    integrationId: string,
    name: string,
    page: PageRequest,
  ): Promise<Page<ImportedRecord> | null>;
  properties(workspaceId: string, integrationId: string, name: string): Promise<Property[] | null>;
}
