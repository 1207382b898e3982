// Integrations: what is configured, and what users see of it.
import type { Connection } from "../../domain/connection.ts";
import type { Integration, IntegrationPatch, NewIntegration } from "../../domain/integration.ts";
import type { Page, PageRequest } from "../../domain/page.ts";
import type { LastTest } from "../../domain/warnings.ts";

export interface IntegrationStore {
  /** Both directions start off. Throws ConflictError if the workspace has an integration of that project. */
  create(workspaceId: string, input: NewIntegration): Promise<Integration>;
  get(workspaceId: string, id: string): Promise<Integration | null>;
  /** Oldest first. */
  list(workspaceId: string, page: PageRequest): Promise<Page<Integration>>;
  /**
   * Applies the patch and raises `version`; also `syncVersion` if a direction was enabled or settings changed. Changed
   * settings make the last connection test void. With another project the sync starts over. Throws ConflictError if a
   * row was sent or stored before, if a run is under way, or if the workspace has an integration of that project.
   */
  update(workspaceId: string, id: string, patch: IntegrationPatch): Promise<Integration | null>;
  /** Raises `version` if it changes something. */
  setPaused(workspaceId: string, id: string, paused: boolean): Promise<Integration | null>;
  /** Keeps the result of a connection test, unless settings or credentials have changed since. */
  recordTest(tested: Connection, result: Omit<LastTest, "atMs">): Promise<void>;
  /**
   * Hides it, frees its project and destroys its secret. Also true if it was removed before; false if unknown. Throws
   * InUseError while metrics use its events; `force` removes these metrics too.
   */
  remove(workspaceId: string, id: string, options?: { force: boolean }): Promise<boolean>;
  /** For operators and the worker, who know only the id. */
  find(id: string): Promise<Integration | null>;
  /** The secret is decrypted. Null once deleted. Throws SyncError `bug` if no configured key decrypts it. */
  connection(id: string): Promise<Connection | null>;
}
