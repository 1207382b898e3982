// Google's clients, one pair per workspace, service account and project, and the one way to call them.
import { setTimeout as delay } from "node:timers/promises";
import { BigQuery } from "@google-cloud/bigquery";
import { v1 } from "@google-cloud/bigquery-storage";
import { credentials } from "@grpc/grpc-js";
import { GoogleAuth, OAuth2Client } from "google-auth-library";
import { LRUCache } from "lru-cache";
import pTimeout from "p-timeout";
import type { Connection } from "../../domain/connection.ts";
import type { OwnershipLedger } from "../../domain/ownership.ts";
import { USER_AGENT } from "../http.ts";
import { type Accounts, createAccounts } from "./auth.ts";
import { type Operation, toSyncError } from "./errors.ts";
import { type BigQueryOptions, settingsOf } from "./options.ts";

/** A job goes on when its caller gives up. */
const REQUEST_TIMEOUT_MS = 60_000;
const RETRY_AFTER_MS = [200, 1_000];
const READ_WINDOW_BYTES = 4 * 1024 * 1024;
const MAX_CLIENTS = 256;

export interface ReadClient {
  client: v1.BigQueryReadClient;
  /** Must go with every call: gRPC's own credentials do not work without TLS, so the token is a header. */
  callOptions: { otherArgs: { headers: { authorization: string } } };
}

export interface Clients {
  accounts: Accounts;
  bigQueryOf(connection: Connection): Promise<BigQuery>;
  /** Must be asked for each call, because its token is valid for some minutes only. */
  readClientOf(connection: Connection): Promise<ReadClient>;
  /** Repeats `run` after transient errors, and once with a new token. Throws a SyncError or the signal's reason. */
  call<T>(scope: CallScope, operation: Operation, run: () => Promise<T>, timeoutMs?: number): Promise<T>;
  close(): Promise<void>;
}

export interface CallScope {
  connection: Connection;
  signal: AbortSignal;
}

type ClientPair = { rest: BigQuery | null; read: v1.BigQueryReadClient | null };

export function createClients(options: BigQueryOptions, ledger: OwnershipLedger): Clients {
  const accounts = createAccounts(options, ledger);
  const pairs = new LRUCache<string, ClientPair>({ max: MAX_CLIENTS, dispose: ({ read }) => void read?.close() });
  const pairOf = (connection: Connection): ClientPair => {
    const { serviceAccountEmail, projectId, location } = settingsOf(connection);
    const key = JSON.stringify([connection.workspaceId, serviceAccountEmail, projectId, location]);
    const pair = pairs.get(key) ?? { rest: null, read: null };
    pairs.set(key, pair);
    return pair;
  };
  return {
    accounts,
    bigQueryOf: async (connection) => {
      const authClient = await accounts.clientOf(connection);
      const pair = pairOf(connection);
      const { projectId, location } = settingsOf(connection);
      pair.rest ??= new BigQuery({
        projectId,
        location,
        userAgent: USER_AGENT,
        authClient,
        // The client's own retries wait for seconds and cannot be aborted.
        retryOptions: { autoRetry: false },
        ...(options.restUrl === undefined ? {} : { apiEndpoint: options.restUrl }),
      });
      return pair.rest;
    },
    readClientOf: async (connection) => {
      const authorization = `Bearer ${await accounts.tokenOf(connection)}`;
      const pair = pairOf(connection);
      pair.read ??= createRead(options, settingsOf(connection).projectId);
      return { client: pair.read, callOptions: { otherArgs: { headers: { authorization } } } };
    },
    call: (scope, operation, run, timeoutMs = REQUEST_TIMEOUT_MS) =>
      callWithRetries(accounts, scope, operation, run, options.requestTimeoutMs ?? timeoutMs),
    close: async () => {
      await Promise.all([...pairs.values()].map(async ({ read }) => await read?.close()));
    },
  };
}

function createRead({ storageUrl }: BigQueryOptions, projectId: string): v1.BigQueryReadClient {
  const url = storageUrl === undefined ? null : new URL(storageUrl);
  const isPlain = url?.protocol === "http:";
  return new v1.BigQueryReadClient({
    projectId,
    sslCreds: isPlain ? credentials.createInsecure() : credentials.createSsl(),
    // Makes a broken stream fail at once instead of after seconds of the client's own retries.
    gaxServerStreamingRetries: true,
    // Never asked for a token. Without an auth client of its own it would look for one on the network.
    auth: new GoogleAuth({ projectId, authClient: new OAuth2Client() }),
    // HTTP/2's default of 64 KiB limits a stream over a long distance to a few megabytes per second.
    "grpc-node.flow_control_window": READ_WINDOW_BYTES,
    ...(url === null ? {} : { apiEndpoint: url.hostname, port: Number(url.port) || (isPlain ? 80 : 443) }),
  });
}

async function callWithRetries<T>(
  accounts: Accounts,
  { connection, signal }: CallScope,
  operation: Operation,
  run: () => Promise<T>,
  timeoutMs: number,
): Promise<T> {
  // Google's clients cannot be aborted. A response that comes after the timeout is dropped.
  const timeoutError = Object.assign(new Error("no answer"), { code: "ETIMEDOUT" });
  let hasNewToken = false;
  for (let retries = 0; ;) {
    signal.throwIfAborted();
    try {
      return await pTimeout(run(), { milliseconds: timeoutMs, message: timeoutError, signal });
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      const syncError = toSyncError(error, operation, connection);
      if (syncError.kind === "auth" && syncError !== error && !hasNewToken) {
        accounts.forget(connection);
        hasNewToken = true;
        continue;
      }
      const waitMs = RETRY_AFTER_MS[retries];
      if (syncError.kind !== "transient" || waitMs === undefined) throw syncError;
      retries++;
      await delay(waitMs * (1 + Math.random()), undefined, { signal }).catch(() => undefined);
    }
  }
}
