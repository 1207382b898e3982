// What a connector needs to reach a customer's project.
import type { JsonObject, Provider } from "./integration.ts";

/** One integration's address and credentials, decrypted for the length of a call. Never logged, never in a payload. */
export interface Connection {
  integrationId: string;
  workspaceId: string;
  provider: Provider;
  /** Parsed by the connector with the schema of its spec. */
  settings: JsonObject;
  /** Empty if the provider needs none. */
  secret: string;
  /** First day imported, `yyyy-mm-dd`. */
  importFrom: string;
  /** What the connector found out about the project, in its own shape. The store keeps it with the rows. */
  learned: JsonObject;
}

/** A rolling budget of read requests. All who share it use the same `key`. */
export interface RequestBudget {
  key: string;
  maxPerHour: number;
  maxPerSecond: number;
  /** How many requests of the hourly budget backfills leave to increments. */
  reservedPerHour: number;
}

export type RequestKind = "backfill" | "increment";

/** Takes one request from the shared budget. Throws SyncError `rate_limited` with `retryAtMs` if there is none. */
export type AcquireRequest = (kind: RequestKind) => Promise<GiveBack>;

/** Returns the request to the budget, because the provider did not count it: the credentials were refused. */
export type GiveBack = () => Promise<void>;
