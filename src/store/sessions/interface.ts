// Browser sessions: opened with an API key, recognised by a random token, ended by time, by the user, or with the key.
import type { Workspace } from "../../domain/workspace.ts";

export const SESSION_IDLE_MS = 12 * 3_600_000;
/** After this a session is over even if it is used. */
export const SESSION_MAX_AGE_MS = 7 * 24 * 3_600_000;

export interface SessionStore {
  /** Returns the token, this once: the store keeps a hash of it. Null for an unknown key. */
  open(apiKey: string): Promise<{ token: string; workspace: Workspace } | null>;
  /** Returns the workspace of a session that is not over, and counts as a use of it; null for any other token. */
  find(token: string): Promise<Workspace | null>;
  end(token: string): Promise<void>;
}
