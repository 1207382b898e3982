// Google's own clients, one pair per customer's account and project, and the one way in which they are called.
import type { Connection } from "../../domain/connection.ts";
import { setTimeout as delay } from "node:timers/promises";
import { BigQuery } from "@google-cloud/bigquery";
import { v1 } from "@google-cloud/bigquery-storage";
import { credentials } from "@grpc/grpc-js";
import { GoogleAuth, OAuth2Client } from "google-auth-library";
import { USER_AGENT } from "../http.ts";
import { createAccounts } from "./auth.ts";
import type { Accounts } from "./auth.ts";
import { toSyncError } from "./errors.ts";
import type { Operation } from "./errors.ts";
import { settingsOf } from "./options.ts";
import type { BigQueryOptions } from "./options.ts";

/** BigQuery answers calls about jobs and tables within seconds; a job goes on without whoever asked for it. */
const REQUEST_TIMEOUT_MS = 60_000;
/** Waits before a call that failed in passing is made again; after the last one it fails. */
const RETRY_AFTER_MS = [200, 1_000];
/** What the service may send of a stream before it is read. */
const READ_WINDOW_BYTES = 4 * 1024 * 1024;
/** Each has connections of its own; an account that comes back gets new ones. */
const MAX_CLIENTS = 256;

/** The Storage Read API as one connection uses it. */
export interface ReadClient {
  client: v1.BigQueryReadClient;
  /** For each call: gRPC's own credentials do not work in plaintext, so the token goes along by hand. */
  callOptions: { otherArgs: { headers: { authorization: string } } };
}

export interface Clients {
  accounts: Accounts;
  /** Throws a SyncError where the account may not be impersonated. */
  bigQueryOf(connection: Connection): Promise<BigQuery>;
  /** `callOptions` hold a token that is good for some minutes: ask again for each call. */
  readClientOf(connection: Connection): Promise<ReadClient>;
  /**
   * A call that may be made twice, with what every call needs: failures in the closed set of kinds, a few tries where they
   * pass, a new token where the old one is refused, an end in time. Being aborted throws the signal's reason.
   */
  call<T>(attempt: Operation, signal: AbortSignal, run: () => Promise<T>, timeoutMs?: number): Promise<T>;
  close(): Promise<void>;
}

interface Pair {
  rest: BigQuery | null;
  read: v1.BigQueryReadClient | null;
}

/**
 * ```ts
 * const clients = createClients(options);
 * const [table] = await clients.call(attempt, signal, async () =>
 *   (await clients.bigQueryOf(connection)).dataset("analytics").table("events").getMetadata(),
 * );
 * ```
 */
export function createClients(options: BigQueryOptions): Clients {
  const accounts = createAccounts(options);
  const pairs = new Map<string, Pair>();
  const pairOf = (connection: Connection): Pair => {
    const { serviceAccountEmail, projectId, location } = settingsOf(connection);
    const key = [serviceAccountEmail, projectId, location].join(" ");
    const pair = pairs.get(key) ?? { rest: null, read: null };
    // Used last is kept longest.
    pairs.delete(key);
    pairs.set(key, pair);
    const [oldest] = pairs;
    if (pairs.size > MAX_CLIENTS && oldest !== undefined) {
      pairs.delete(oldest[0]);
      void oldest[1].read?.close();
    }
    return pair;
  };
  return {
    accounts,
    bigQueryOf: async (connection) => {
      await accounts.tokenOf(connection);
      const pair = pairOf(connection);
      pair.rest ??= await createRest(options, accounts, connection);
      return pair.rest;
    },
    readClientOf: async (connection) => {
      const authorization = `Bearer ${await accounts.tokenOf(connection)}`;
      const pair = pairOf(connection);
      pair.read ??= createRead(options, settingsOf(connection).projectId);
      return { client: pair.read, callOptions: { otherArgs: { headers: { authorization } } } };
    },
    call: (attempt, signal, run, timeoutMs = REQUEST_TIMEOUT_MS) =>
      callPatiently(accounts, attempt, signal, run, options.requestTimeoutMs ?? timeoutMs),
    close: async () => {
      const open = [...pairs.values()].flatMap(({ read }) => (read === null ? [] : [read]));
      pairs.clear();
      await Promise.all(open.map((client) => client.close()));
    },
  };
}

async function createRest(options: BigQueryOptions, accounts: Accounts, connection: Connection): Promise<BigQuery> {
  const { projectId, location } = settingsOf(connection);
  return new BigQuery({
    projectId,
    location,
    userAgent: USER_AGENT,
    authClient: await accounts.clientOf(connection),
    // Its own retries wait for seconds and do not end when they are asked to.
    retryOptions: { autoRetry: false },
    ...(options.restUrl === undefined ? {} : { apiEndpoint: options.restUrl }),
  });
}

function createRead({ storageUrl }: BigQueryOptions, projectId: string): v1.BigQueryReadClient {
  const url = storageUrl === undefined ? null : new URL(storageUrl);
  const isPlain = url?.protocol === "http:";
  return new v1.BigQueryReadClient({
    projectId,
    sslCreds: isPlain ? credentials.createInsecure() : credentials.createSsl(),
    // With it a broken stream fails at once instead of after seconds of the client's own tries.
    gaxServerStreamingRetries: true,
    // Not asked for a token, which goes along with each call; without a client of its own it would look for one on the network.
    auth: new GoogleAuth({ projectId, authClient: new OAuth2Client() }),
    // HTTP/2's own 64 KiB would let a stream over a long line carry some megabytes a second.
    "grpc-node.flow_control_window": READ_WINDOW_BYTES,
    ...(url === null ? {} : { apiEndpoint: url.hostname, port: Number(url.port) || (isPlain ? 80 : 443) }),
  });
}

async function callPatiently<T>(
  accounts: Accounts,
  attempt: Operation,
  signal: AbortSignal,
  run: () => Promise<T>,
  timeoutMs: number,
): Promise<T> {
  let hasNewToken = false;
  for (let tries = 0; ;) {
    signal.throwIfAborted();
    try {
      return await within(run(), signal, timeoutMs);
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      const failure = toSyncError(error, attempt);
      if (failure.kind === "auth" && failure !== error && !hasNewToken) {
        accounts.forget(attempt.connection);
        hasNewToken = true;
        continue;
      }
      const waitMs = RETRY_AFTER_MS[tries];
      if (failure.kind !== "transient" || waitMs === undefined) throw failure;
      tries++;
      await delay(waitMs * (1 + Math.random()), undefined, { signal }).catch(() => undefined);
    }
  }
}

/** The clients cannot be stopped: what they still answer after that is nobody's. */
function within<T>(pending: Promise<T>, signal: AbortSignal, timeoutMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason);
    const timer = setTimeout(() => reject(Object.assign(new Error("no answer"), { code: "ETIMEDOUT" })), timeoutMs);
    signal.addEventListener("abort", stop, { once: true });
    void pending.then(resolve, reject).finally(() => {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
    });
  });
}
