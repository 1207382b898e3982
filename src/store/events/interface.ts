// Event definitions, and the records that were imported for them.
import type {
  EventDefinition,
  EventPatch,
  EventSummary,
  ImportedRecord,
  ListedNames,
  NewEvent,
  PropertyList,
  SourceReport,
} from "../../domain/event.ts";
import type { Page, PageRequest } from "../../domain/page.ts";

/** Methods return null (or false) if there is no such integration or event. */
export interface EventStore {
  /** Throws ConflictError if the name is taken. Raises the integration's version and syncVersion. */
  create(workspaceId: string, integrationId: string, event: NewEvent): Promise<EventSummary | null>;
  list(workspaceId: string, integrationId: string, page: PageRequest): Promise<Page<EventSummary> | null>;
  get(workspaceId: string, integrationId: string, name: string): Promise<EventSummary | null>;
  /** A change of the source raises the integration's version and syncVersion. */
  update(workspaceId: string, integrationId: string, name: string, patch: EventPatch): Promise<EventSummary | null>;
  /** Hides the event and its records at once; the purge deletes them. Throws InUseError while a metric uses it. */
  remove(workspaceId: string, integrationId: string, name: string): Promise<boolean>;
  /**
   * The imported records, in a stable order; those of one user by any of its ids, if it is given. A page can end early:
   * with the record that brings its properties to `maxBytes` (default: 8 MB).
   */
  records(
    workspaceId: string,
    integrationId: string,
    name: string,
    page: PageRequest & { userId?: string | null; maxBytes?: number },
  ): Promise<Page<ImportedRecord> | null>;
  properties(workspaceId: string, integrationId: string, name: string): Promise<PropertyList | null>;
  /**
   * Notes of each event without a record whether the project has an event of its name. `ask` lists the project's names:
   * it is called once an hour at most, and what it throws is thrown. `onlyComplete`: only of events that a pass has
   * read to its end.
   */
  checkNames(
    integrationId: string,
    ask: () => Promise<ListedNames>,
    options: { onlyComplete: boolean; name?: string },
  ): Promise<void>;
  /** Notes what the table of each event without a record has. Each table is asked once an hour at most. */
  checkSources(
    integrationId: string,
    ask: (event: EventDefinition) => Promise<SourceReport>,
    options: { onlyComplete: boolean; name?: string },
  ): Promise<void>;
}
