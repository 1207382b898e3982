// What a BigQuery connector is made from.
import type { Connection } from "../../domain/connection.ts";
import { SyncError } from "../../domain/errors.ts";
import type { EventDefinition } from "../../domain/event.ts";
import { reader } from "../provider.ts";
import { bigQuerySpec, type BigQuerySettings, type EventSource } from "./spec.ts";

export interface BigQueryOptions {
  /** Operator overrides of addresses: origins without a path. `http://` for the Storage API is plaintext gRPC. */
  restUrl?: string;
  storageUrl?: string;
  iamCredentialsUrl?: string;
  /** An access token that stands in for Application Default Credentials. */
  sourceToken?: string;
  /** How long after its own timestamp a row may arrive and still be imported. */
  overlapMs: number;
  exportTable: string;
  stagingPrefix: string;
  /** Buckets that one load and one MERGE deliver at most; see export.ts for the default and why. */
  exportBatchRows?: number;
  /** How long one call may take before it counts as unanswered; the job that it started goes on. */
  requestTimeoutMs?: number;
  /** How long to wait for one job before the next try goes on waiting for it. */
  jobWaitMs?: number;
}

const readSettings = reader(bigQuerySpec.settings);

export function settingsOf({ settings }: Connection): BigQuerySettings {
  return readSettings(settings);
}

const readSource = reader(bigQuerySpec.event.source);

export function sourceOf({ source }: Pick<EventDefinition, "source">): EventSource {
  if (source !== null) return readSource(source);
  throw new SyncError("schema", "The event does not say which table it comes from. Delete it and add it with its table.");
}
