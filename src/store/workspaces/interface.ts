// Workspaces, the tenants.
import type { Workspace } from "../../domain/workspace.ts";

export interface WorkspaceStore {
  /** Makes a first key too, which may do everything. It is returned this once: the store keeps a hash of it. */
  create(name: string): Promise<{ workspaceId: string; apiKey: string }>;
  get(workspaceId: string): Promise<Workspace | null>;
}
