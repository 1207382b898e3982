// Workspaces and their API keys.
import type { Workspace } from "../../domain/workspace.ts";

export interface WorkspaceStore {
  /** Returns the key, this once: the store keeps a hash of it. */
  create(name: string): Promise<{ workspaceId: string; apiKey: string }>;
  /** Returns the workspace of a key; null for an unknown key. */
  authenticate(apiKey: string): Promise<string | null>;
  get(workspaceId: string): Promise<Workspace | null>;
}
