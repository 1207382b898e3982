// Browser sessions: opened with an API key, known again by a random token, ended by time, by the browser, or with the key.
import type { Workspace } from "../../domain/workspace.ts";

/** A session that nobody uses for so long is over. */
export const SESSION_IDLE_MS = 12 * 3_600_000;
/** However much it is used, a session is over after this. */
export const SESSION_MAX_AGE_MS = 7 * 24 * 3_600_000;

export interface SessionStore {
  /** The token is returned once; the store keeps a hash of it. Null for an unknown key. */
  open(apiKey: string): Promise<{ token: string; workspace: Workspace } | null>;
  /** The workspace of a session that is not over, which counts as a use; null for anything else. */
  find(token: string): Promise<Workspace | null>;
  /** Ends the session, if there is one. */
  end(token: string): Promise<void>;
}
