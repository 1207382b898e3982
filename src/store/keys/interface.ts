// API keys: made once, recognised by a hash, ended by time or by being revoked.
import type { ApiKey, NewApiKey, Scope } from "../../domain/apiKey.ts";
import type { Page, PageRequest } from "../../domain/page.ts";

/** What a call with a valid key may do, and where. */
export interface KeyAccess {
  keyId: string;
  name: string;
  workspaceId: string;
  scopes: Scope[];
  expiresAtMs: number | null;
}

export interface KeyStore {
  /** Returns the key's text, this once: the store keeps a hash of it. Null for an unknown workspace. */
  create(workspaceId: string, key: NewApiKey): Promise<{ text: string; key: ApiKey } | null>;
  /** In order of creation. Expired keys stay in the list until they are revoked. */
  list(workspaceId: string, page: PageRequest): Promise<Page<ApiKey>>;
  /** The sessions that the key opened end with it. */
  revoke(workspaceId: string, id: string): Promise<boolean>;
  /** Returns what a key gives access to, and counts as a use of it; null for an unknown or expired key. */
  authenticate(text: string): Promise<KeyAccess | null>;
}
