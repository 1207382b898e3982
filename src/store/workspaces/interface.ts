// Workspaces and the keys that open them.
import type { Workspace } from "../../domain/workspace.ts";

export interface WorkspaceStore {
  /** The key is returned once; the store keeps a hash of it. */
  create(name: string): Promise<{ workspaceId: string; apiKey: string }>;
  /** The workspace that this key belongs to; null for an unknown one. */
  authenticate(apiKey: string): Promise<string | null>;
  get(workspaceId: string): Promise<Workspace | null>;
}
