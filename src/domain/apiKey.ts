// API keys: what a key may do, and until when.
export const SCOPES = ["chat", "exposures", "read", "admin"] as const;
export type Scope = (typeof SCOPES)[number];

export interface NewApiKey {
  name: string;
  scopes: Scope[];
  /** Null: it does not expire. */
  expiresAtMs: number | null;
}

export interface ApiKey extends NewApiKey {
  id: string;
  /** The start of the key, to recognise it by. Null for keys from before hints were kept. */
  hint: string | null;
  createdAtMs: number;
  /** Up to some minutes late. Null: it was never used. */
  lastUsedAtMs: number | null;
}

/** `admin` includes all other scopes, because it may make keys that have them. */
export function mayDo(scopes: readonly Scope[], needed: Scope): boolean {
  return scopes.includes(needed) || scopes.includes("admin");
}
