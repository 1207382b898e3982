// Access tokens of a customer's service account. This service impersonates the account and holds no key of it.
import { type AuthClient, Impersonated } from "google-auth-library";
import { LRUCache } from "lru-cache";
import type { Connection } from "../../domain/connection.ts";
import { SyncError } from "../../domain/errors.ts";
import type { OwnershipLedger } from "../../domain/ownership.ts";
import { impersonationError } from "./errors.ts";
import { createOwnershipGate } from "./ownership.ts";
import { createOwnIdentity } from "./ownIdentity.ts";
import { type BigQueryOptions, settingsOf } from "./options.ts";

/** Allows nothing outside of BigQuery. */
const TARGET_SCOPES = ["https://www.googleapis.com/auth/bigquery"];
const TOKEN_LIFETIME_SECONDS = 3_600;
/** A token with a shorter life is renewed before each use. */
const RENEW_BEFORE_END_MS = 5 * 60_000;
const MAX_ACCOUNTS = 10_000;

export interface Accounts {
  /** Returns the account's one client, with a token. Ask for it before each use, as for a token. */
  clientOf(connection: Connection): Promise<AuthClient>;
  /** Throws a SyncError if the workspace may not use the account, or if this service may not impersonate it. */
  tokenOf(connection: Connection): Promise<string>;
  /** Makes the next call request a new token. */
  forget(connection: Connection): void;
  /** Reads the account anew. Throws a SyncError if the workspace may not use it. */
  admit(connection: Connection): Promise<void>;
  /** Reads the account anew, and decides nothing. */
  look(connection: Connection): Promise<void>;
  /** The account that customers must let impersonate theirs; null if it is unknown. */
  ownPrincipal(): Promise<string | null>;
}

/** Tokens are kept per workspace, and each use of one passes the gate. */
export function createAccounts(options: BigQueryOptions, ledger: OwnershipLedger): Accounts {
  const own = createOwnIdentity(options);
  const gate = createOwnershipGate(options, own, ledger);
  const accounts = new LRUCache<string, Account>({ max: MAX_ACCOUNTS });
  const keyOf = (connection: Connection) =>
    JSON.stringify([connection.workspaceId, settingsOf(connection).serviceAccountEmail]);
  const accountOf = async (connection: Connection): Promise<Account> => {
    const email = settingsOf(connection).serviceAccountEmail;
    const principal = await own.principal();
    const sourceClient = await own.client().catch((error: unknown) => {
      throw impersonationError(error, email, principal);
    });
    const key = keyOf(connection);
    const account = accounts.get(key) ?? createAccount(options, email, principal, sourceClient);
    accounts.set(key, account);
    return account;
  };
  /** A workspace that is refused keeps no token. */
  const guarded = async <T>(connection: Connection, pass: () => Promise<T>): Promise<T> => {
    try {
      return await pass();
    } catch (error) {
      if (error instanceof SyncError && error.kind === "permission") accounts.get(keyOf(connection))?.forget();
      throw error;
    }
  };
  const tokenOf = (connection: Connection): Promise<string> =>
    guarded(connection, async () => {
      const standing = await gate.admit(connection);
      const token = await (await accountOf(connection)).token();
      if (!standing.isProven && standing.holder === "none") await gate.claim(connection, standing);
      return token;
    });
  return {
    tokenOf,
    clientOf: async (connection) => {
      await tokenOf(connection);
      return (await accountOf(connection)).client;
    },
    forget: (connection) => accounts.get(keyOf(connection))?.forget(),
    admit: (connection) =>
      guarded(connection, async () => {
        await gate.admit(connection, { isFresh: true });
      }),
    look: gate.look,
    ownPrincipal: () => own.principal(),
  };
}

interface Account {
  client: AuthClient;
  token(): Promise<string>;
  forget(): void;
}

function createAccount(
  options: BigQueryOptions,
  email: string,
  principal: string | null,
  sourceClient: AuthClient,
): Account {
  const client = new Impersonated({
    sourceClient,
    targetPrincipal: email,
    targetScopes: TARGET_SCOPES,
    lifetime: TOKEN_LIFETIME_SECONDS,
    eagerRefreshThresholdMillis: RENEW_BEFORE_END_MS,
    ...(options.iamCredentialsUrl === undefined ? {} : { endpoint: options.iamCredentialsUrl }),
  });
  // Calls that find the token too old at the same time share one request for a new one.
  let pending: Promise<string> | null = null;
  const requestToken = async (): Promise<string> => {
    try {
      const { token } = await client.getAccessToken();
      if (typeof token === "string" && token !== "") return token;
    } catch (error) {
      throw impersonationError(error, email, principal);
    }
    throw impersonationError(new Error("no token came"), email, principal);
  };
  return {
    client,
    token: () => {
      pending ??= requestToken().finally(() => {
        pending = null;
      });
      return pending;
    },
    forget: () => {
      client.credentials = { ...client.credentials, access_token: "forgotten", expiry_date: 1 };
    },
  };
}
