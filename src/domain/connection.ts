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
}

/** A rolling budget of read requests. `key` names who shares it. */
export interface RequestBudget {
  key: string;
  maxPerHour: number;
  maxPerSecond: number;
  /** Of the hourly budget, how many requests backfills leave to increments. */
  reservedPerHour: number;
}
