// Integrations: what is configured, and what users see of it.
import type { Connection } from "../../domain/connection.ts";
import type { Integration, IntegrationPatch, NewIntegration } from "../../domain/integration.ts";
import type { Page, PageRequest } from "../../domain/page.ts";

export interface IntegrationStore {
  /**
   * Throws ConflictError if the workspace has an integration of that provider and project. Both directions start
   * off.
   */
  create(workspaceId: string, input: NewIntegration): Promise<Integration>;
  get(workspaceId: string, id: string): Promise<Integration | null>;
  /** Oldest first. */
  list(workspaceId: string, page: PageRequest): Promise<Page<Integration>>;
  /** Applies the patch and raises `version`; also `syncVersion` if a direction was enabled or credentials changed. */
  update(workspaceId: string, id: string, patch: IntegrationPatch): Promise<Integration | null>;
  /** Raises `version` if it changes something. */
  setPaused(workspaceId: string, id: string, paused: boolean): Promise<Integration | null>;
  /**
   * Hides the integration at once, frees its project and destroys its secret; `cleanup.purge` deletes the rows. Also
   * true if it was removed before; false if it is unknown.
   */
  remove(workspaceId: string, id: string): Promise<boolean>;
  /** For operators and the worker, who know only the id. */
  find(id: string): Promise<Integration | null>;
  /**
   * Returns what a connector needs, with the secret decrypted. Null once deleted. Throws SyncError `bug` if no
   * configured key decrypts the secret.
   */
  connection(id: string): Promise<Connection | null>;
}
