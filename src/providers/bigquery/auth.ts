// Access tokens of a customer's service account. This service impersonates the account and holds no key of it.
import { type AuthClient, GoogleAuth, Impersonated, OAuth2Client } from "google-auth-library";
import { LRUCache } from "lru-cache";
import type { Connection } from "../../domain/connection.ts";
import { impersonationError } from "./errors.ts";
import { type BigQueryOptions, settingsOf } from "./options.ts";

/** Allows nothing outside of BigQuery. */
const TARGET_SCOPES = ["https://www.googleapis.com/auth/bigquery"];
/** Needed to request another account's token: https://cloud.google.com/iam/docs/reference/credentials/rest */
const SOURCE_SCOPES = ["https://www.googleapis.com/auth/cloud-platform"];
const TOKEN_LIFETIME_SECONDS = 3_600;
/** A token with a shorter life is renewed before each use. */
const RENEW_BEFORE_END_MS = 5 * 60_000;
const REQUEST_TIMEOUT_MS = 30_000;
const MAX_ACCOUNTS = 10_000;

export interface Accounts {
  /** Returns the account's one client, which renews its token by itself. */
  clientOf(connection: Connection): Promise<AuthClient>;
  /** Throws a SyncError if the account may not be impersonated. */
  tokenOf(connection: Connection): Promise<string>;
  /** Makes the next call request a new token. */
  forget(connection: Connection): void;
  /** The account that customers must let impersonate theirs; null if it is unknown. */
  ownPrincipal(): Promise<string | null>;
}

export function createAccounts(options: BigQueryOptions): Accounts {
  const source = createSource(options);
  const accounts = new LRUCache<string, Account>({ max: MAX_ACCOUNTS });
  const accountOf = async (connection: Connection): Promise<Account> => {
    const email = settingsOf(connection).serviceAccountEmail;
    const sourceClient = await source.client().catch((error: unknown) => {
      throw impersonationError(error, email);
    });
    const account = accounts.get(email) ?? createAccount(options, email, sourceClient);
    accounts.set(email, account);
    return account;
  };
  return {
    clientOf: async (connection) => (await accountOf(connection)).client,
    tokenOf: async (connection) => await (await accountOf(connection)).token(),
    forget: (connection) => accounts.get(settingsOf(connection).serviceAccountEmail)?.forget(),
    ownPrincipal: source.principal,
  };
}

interface Account {
  client: AuthClient;
  token(): Promise<string>;
  forget(): void;
}

function createAccount(options: BigQueryOptions, email: string, sourceClient: AuthClient): Account {
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
      throw impersonationError(error, email);
    }
    throw impersonationError(new Error("no token came"), email);
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
      client.credentials = { ...client.credentials, expiry_date: 1 };
    },
  };
}

/** This service's own identity: a fixed token, or Application Default Credentials, looked up when first needed. */
function createSource({ sourceToken }: BigQueryOptions) {
  const transporterOptions = { timeout: REQUEST_TIMEOUT_MS };
  if (sourceToken !== undefined) {
    const client = new OAuth2Client({ transporterOptions });
    client.setCredentials({ access_token: sourceToken });
    return { client: async (): Promise<AuthClient> => client, principal: async () => null };
  }
  const auth = new GoogleAuth({ scopes: SOURCE_SCOPES, clientOptions: { transporterOptions } });
  return {
    client: () => auth.getClient(),
    principal: async () => {
      try {
        return (await auth.getCredentials()).client_email ?? null;
      } catch {
        return null;
      }
    },
  };
}
