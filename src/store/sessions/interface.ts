// Browser sessions: opened with an API key, recognised by a random token, ended by time, by the user, or with the key.
import type { Scope } from "../../domain/apiKey.ts";
import type { Workspace } from "../../domain/workspace.ts";

export const SESSION_IDLE_MS = 12 * 3_600_000;
/** After this a session is over even if it is used. */
export const SESSION_MAX_AGE_MS = 7 * 24 * 3_600_000;

/** What a session may see and do: what the key that opened it may. */
export interface Session {
  workspace: Workspace;
  scopes: Scope[];
  /** The key that opened it. */
  key: { keyId: string; name: string };
}

export interface SessionStore {
  /** Returns the token, this once: the store keeps a hash of it. Null for an unknown or expired key. */
  open(apiKey: string): Promise<(Session & { token: string }) | null>;
  /** Returns a session that is not over, and counts as a use of it and of its key; null for any other token. */
  find(token: string): Promise<Session | null>;
  end(token: string): Promise<void>;
}
