// Integrations: what is configured, and what people see of it.
import type { Connection } from "../../domain/connection.ts";
import type { Integration, IntegrationPatch, NewIntegration } from "../../domain/integration.ts";
import type { Page, PageRequest } from "../../domain/page.ts";

export interface IntegrationStore {
  /** Throws ConflictError if the workspace has an integration of that provider and project. Both directions start off. */
  create(workspaceId: string, input: NewIntegration): Promise<Integration>;
  get(workspaceId: string, id: string): Promise<Integration | null>;
  /** Oldest first. */
  list(workspaceId: string, page: PageRequest): Promise<Page<Integration>>;
  /** Applies the patch and raises `version`; `syncVersion` too where a direction was enabled or credentials changed. */
  update(workspaceId: string, id: string, patch: IntegrationPatch): Promise<Integration | null>;
  /** Raises `version` where it changes something. */
  setPaused(workspaceId: string, id: string, paused: boolean): Promise<Integration | null>;
  /**
   * Hides the integration at once, frees its project and destroys its secret; the rows go by `maintenance.purge`. True again for
   * one removed before; false if unknown.
   */
  remove(workspaceId: string, id: string): Promise<boolean>;
  /** For operators and the worker, who know the id alone. */
  find(id: string): Promise<Integration | null>;
  /** Like `find`, with the secret decrypted, empty where none is kept; null if deleted. Throws SyncError `bug` if no configured key decrypts it. */
  connection(id: string): Promise<Connection | null>;
}
