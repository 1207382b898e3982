// What a BigQuery connector is made from.
import type { Connection } from "../../domain/connection.ts";
import { SyncError } from "../../domain/errors.ts";
import type { EventDefinition } from "../../domain/event.ts";
import { readSettings, readSource, type BigQuerySettings, type EventSource } from "./spec.ts";

export interface BigQueryOptions {
  /** Origins without a path. `http://` for the Storage API means gRPC without TLS. */
  restUrl?: string;
  storageUrl?: string;
  iamCredentialsUrl?: string;
  iamUrl?: string;
  /** `description`: a claim is not enough, the account's description must hold the workspace's code. */
  ownership?: "claim" | "description";
  /** The account of this service, where its credentials do not say it. */
  sourcePrincipal?: string | undefined;
  /** An access token instead of Application Default Credentials. */
  sourceToken?: string;
  /** How long after its own timestamp a row may arrive and still be imported. */
  lookbackMs: number;
  exportTable: string;
  stagingPrefix: string;
  /** export/exportBuckets.ts has the default and its reason. */
  exportBatchRows?: number;
  requestTimeoutMs?: number;
  /** How long one attempt waits for a job. The next attempt goes on waiting for the same job. */
  jobWaitMs?: number;
}

export function settingsOf({ settings }: Connection): BigQuerySettings {
  return readSettings(settings);
}

export function sourceOf({ source }: Pick<EventDefinition, "source">): EventSource {
  if (source !== null) return readSource(source);
  const problem = "The event does not say which table it comes from.";
  throw new SyncError("schema", `${problem} Delete it and add it with its table.`);
}
