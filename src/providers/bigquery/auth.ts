// Access tokens of a customer's service account: this service impersonates it and holds no key of anybody's.
import type { Connection } from "../../domain/connection.ts";
import { GoogleAuth, Impersonated, OAuth2Client } from "google-auth-library";
import type { AuthClient } from "google-auth-library";
import { impersonationError } from "./errors.ts";
import { settingsOf } from "./options.ts";
import type { BigQueryOptions } from "./options.ts";

/** Enough for jobs, tables and read sessions, and for nothing outside of BigQuery. */
const TARGET_SCOPES = ["https://www.googleapis.com/auth/bigquery"];
/** What asking for somebody else's token needs: https://cloud.google.com/iam/docs/reference/credentials/rest */
const SOURCE_SCOPES = ["https://www.googleapis.com/auth/cloud-platform"];
const TOKEN_LIFETIME_SECONDS = 3_600;
/** Tokens are renewed this long before their end; one that lives shorter altogether is renewed before each use. */
const RENEW_BEFORE_END_MS = 5 * 60_000;
const REQUEST_TIMEOUT_MS = 30_000;
const MAX_ACCOUNTS = 10_000;

export interface Accounts {
  /** The one client of this account, which renews its token by itself. */
  clientOf(connection: Connection): Promise<AuthClient>;
  /** A token that is good now; throws a SyncError where the account may not be impersonated. */
  tokenOf(connection: Connection): Promise<string>;
  /** Makes the next call get a new token: after one was refused. */
  forget(connection: Connection): void;
  /** Whom the customer lets impersonate the account; null where that cannot be told. */
  ownPrincipal(): Promise<string | null>;
}

/**
 * ```ts
 * const accounts = createAccounts(options);
 * const authorization = `Bearer ${await accounts.tokenOf(connection)}`;
 * ```
 */
export function createAccounts(options: BigQueryOptions): Accounts {
  const source = createSource(options);
  const known = new Map<string, Account>();
  const accountOf = (connection: Connection): Promise<Account> => {
    const email = settingsOf(connection).serviceAccountEmail;
    return source.client().then(
      (sourceClient) => known.get(email) ?? remember(known, email, createAccount(options, email, sourceClient)),
      (error: unknown) => {
        throw impersonationError(error, email);
      },
    );
  };
  return {
    clientOf: async (connection) => (await accountOf(connection)).client,
    tokenOf: async (connection) => await (await accountOf(connection)).token(),
    forget: (connection) => known.get(settingsOf(connection).serviceAccountEmail)?.forget(),
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
  // Of many pages that find the token too old, one asks for a new one.
  let asking: Promise<string> | null = null;
  const ask = async (): Promise<string> => {
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
      asking ??= ask().finally(() => {
        asking = null;
      });
      return asking;
    },
    forget: () => {
      client.credentials = { ...client.credentials, expiry_date: 1 };
    },
  };
}

/** The oldest makes room: it only has to ask for a token again. */
function remember(known: Map<string, Account>, email: string, account: Account): Account {
  const [oldest] = known.keys();
  if (known.size >= MAX_ACCOUNTS && oldest !== undefined) known.delete(oldest);
  known.set(email, account);
  return account;
}

interface Source {
  client(): Promise<AuthClient>;
  principal: () => Promise<string | null>;
}

/** This service's own identity: a fixed token, or Application Default Credentials looked up once they are needed. */
function createSource({ sourceToken }: BigQueryOptions): Source {
  const transporterOptions = { timeout: REQUEST_TIMEOUT_MS };
  if (sourceToken !== undefined) {
    const client = new OAuth2Client({ transporterOptions });
    client.setCredentials({ access_token: sourceToken });
    return { client: async () => client, principal: async () => null };
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
