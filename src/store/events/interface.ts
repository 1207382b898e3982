// Event definitions, and what was imported for them.
import type { EventSummary, ImportedRecord, NewEvent, Property } from "../../domain/event.ts";
import type { Page, PageRequest } from "../../domain/page.ts";

export interface EventStore {
  /** Null if there is no such integration. Throws ConflictError if the name is taken. Raises version and syncVersion. */
  create(workspaceId: string, integrationId: string, event: NewEvent): Promise<EventSummary | null>;
  list(workspaceId: string, integrationId: string, page: PageRequest): Promise<Page<EventSummary> | null>;
  update(
    workspaceId: string,
    integrationId: string,
    name: string,
    patch: { description?: string | null },
  ): Promise<EventSummary | null>;
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
