// This service's own Google identity: a fixed token, or Application Default Credentials, looked up when first needed.
import { type AuthClient, GoogleAuth, OAuth2Client } from "google-auth-library";
import type { BigQueryOptions } from "./options.ts";
import { projectOfAccount } from "./names.ts";

/** Needed to request another account's token: https://cloud.google.com/iam/docs/reference/credentials/rest */
const SOURCE_SCOPES = ["https://www.googleapis.com/auth/cloud-platform"];
const REQUEST_TIMEOUT_MS = 30_000;
const LOOK_AGAIN_MS = 10 * 60_000;

export interface OwnIdentity {
  client(): Promise<AuthClient>;
  /** The account that customers must let impersonate theirs; null if it is unknown. */
  principal(): Promise<string | null>;
  /** The projects that this service runs in, as far as they are known. */
  projects(): Promise<ReadonlySet<string>>;
}

export function createOwnIdentity({ sourceToken, sourcePrincipal }: BigQueryOptions): OwnIdentity {
  const transporterOptions = { timeout: REQUEST_TIMEOUT_MS };
  if (sourceToken !== undefined) {
    // A token does not say whose it is.
    const client = new OAuth2Client({ transporterOptions });
    client.setCredentials({ access_token: sourceToken });
    return {
      client: async () => client,
      principal: async () => sourcePrincipal ?? null,
      projects: async () => projectsOf([sourcePrincipal]),
    };
  }
  const auth = new GoogleAuth({ scopes: SOURCE_SCOPES, clientOptions: { transporterOptions } });
  const found = remembered(() => orNull(async () => (await auth.getCredentials()).client_email));
  const project = remembered(() => orNull(() => auth.getProjectId()));
  return {
    client: () => auth.getClient(),
    principal: async () => sourcePrincipal ?? (await found()),
    projects: async () => projectsOf([sourcePrincipal, await found()], await project()),
  };
}

function projectsOf(accounts: (string | null | undefined)[], project: string | null = null): ReadonlySet<string> {
  const projects = [project, ...accounts.map((account) => (account == null ? null : projectOfAccount(account)))];
  return new Set(projects.filter((each) => each !== null));
}

/** Credentials of a person have no address, and those of other clouds may have no project. */
async function orNull(find: () => Promise<string | null | undefined>): Promise<string | null> {
  try {
    return (await find()) ?? null;
  } catch {
    return null;
  }
}

/**
 * The metadata server may not answer yet when this process starts, so what was not found is looked up again. Meanwhile
 * the last answer stands, because outside of Google Cloud a look takes seconds.
 */
function remembered(find: () => Promise<string | null>): () => Promise<string | null> {
  let known: Promise<string | null> | null = null;
  let lookAgainAtMs = Infinity;
  const look = async (): Promise<string | null> => {
    const found = await find();
    lookAgainAtMs = found === null ? Date.now() + LOOK_AGAIN_MS : Infinity;
    return found;
  };
  return async () => {
    if (known === null) {
      known = look();
    } else if (Date.now() >= lookAgainAtMs) {
      lookAgainAtMs = Infinity;
      const again = look();
      void again.then(() => {
        known = again;
      });
    }
    return await known;
  };
}
