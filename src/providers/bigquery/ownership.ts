// Decides before every token whether a workspace may use a service account. docs/decisions/0027-ownership.md says why.
import type { Connection } from "../../domain/connection.ts";
import { SyncError } from "../../domain/errors.ts";
import { type AccountStanding, type OwnershipLedger, proofText } from "../../domain/ownership.ts";
import { projectOfAccount } from "./names.ts";
import type { OwnIdentity } from "./ownIdentity.ts";
import { type BigQueryOptions, settingsOf } from "./options.ts";
import { accountReadError, impersonationError } from "./errors.ts";
import { readServiceAccount } from "./serviceAccount.ts";

const PROVIDER = "bigquery";
/** An older reading is renewed. */
const READING_MS = 15 * 60_000;
/** A reading that cannot be renewed for a passing reason is good for as long as this. */
const MAX_READING_MS = 24 * 3_600_000;

export interface OwnershipGate {
  /** Throws if the workspace may not use the account. `isFresh` reads the account anew. */
  admit(connection: Connection, options?: { isFresh: boolean }): Promise<AccountStanding>;
  /** Reads the account anew, and decides nothing. */
  look: (connection: Connection) => Promise<void>;
  /** To be called with the first token: claims an account that no workspace holds. Throws if another was faster. */
  claim(connection: Connection, standing: AccountStanding): Promise<void>;
}

export function createOwnershipGate(
  options: BigQueryOptions,
  own: OwnIdentity,
  ledger: OwnershipLedger,
): OwnershipGate {
  const onlyProof = options.ownership === "description";

  async function read(connection: Connection): Promise<AccountStanding> {
    const email = settingsOf(connection).serviceAccountEmail;
    const principal = await own.principal();
    const source = await own.client().catch((error: unknown) => {
      throw impersonationError(error, email, principal);
    });
    const account = await readServiceAccount(source, email, options.iamUrl).catch((error: unknown) => {
      throw accountReadError(error, email, principal);
    });
    if ((await own.projects()).has(account.projectId)) throw ownAccount(email);
    if (account.isDisabled) {
      const remedy = "Enable it in Google Cloud, then test again.";
      throw new SyncError("permission", `The service account ${email} is disabled. ${remedy}`, FINAL);
    }
    return await ledger.record(connection.workspaceId, PROVIDER, account, { onlyProof });
  }

  async function standingOf(connection: Connection, isFresh: boolean): Promise<AccountStanding> {
    const email = settingsOf(connection).serviceAccountEmail;
    const known = await ledger.find(connection.workspaceId, PROVIDER, email);
    if (known !== null && !isFresh && known.readAgeMs < READING_MS) return known;
    try {
      return await read(connection);
    } catch (error) {
      const isPassing = error instanceof SyncError && (error.kind === "transient" || error.kind === "rate_limited");
      if (isPassing && known !== null && known.readAgeMs < MAX_READING_MS) return known;
      throw error;
    }
  }

  async function decide(connection: Connection, standing: AccountStanding): Promise<AccountStanding> {
    if (standing.isProven) return standing;
    if (standing.holder === "other") await ledger.noteAttempt(PROVIDER, standing.accountId);
    if (standing.holder !== "other" && !onlyProof) return standing;
    const { serviceAccountEmail } = settingsOf(connection);
    const proof = proofText(await ledger.codeOf(connection.workspaceId));
    throw new SyncError("permission", proofNeeded(serviceAccountEmail, proof, standing.holder === "other"), FINAL);
  }

  return {
    async admit(connection, { isFresh } = { isFresh: false }) {
      const email = settingsOf(connection).serviceAccountEmail;
      const project = projectOfAccount(email);
      const isOwn = email === (await own.principal()) || (project !== null && (await own.projects()).has(project));
      if (isOwn) throw ownAccount(email);
      return await lookUp(async () => await decide(connection, await standingOf(connection, isFresh)));
    },
    look: async (connection) => {
      await lookUp(async () => await read(connection));
    },
    async claim(connection, { accountId }) {
      await lookUp(
        async () => await decide(connection, await ledger.claim(connection.workspaceId, PROVIDER, accountId)),
      );
    },
  };
}

/** Waiting does not mend these. */
const FINAL = { isFinal: true };

function proofNeeded(email: string, proof: string, isHeld: boolean): string {
  const problem = isHeld
    ? `Another workspace uses the service account ${email}.`
    : `It is not proven that the service account ${email} is yours.`;
  return (
    `${problem} If it is yours, write ${proof} into its description in Google Cloud ` +
    "(IAM & Admin > Service Accounts > Edit), then test the connection."
  );
}

function ownAccount(email: string): SyncError {
  const problem = `The service account ${email} belongs to this service itself.`;
  return new SyncError("permission", `${problem} Create one in your own project and enter its address.`, FINAL);
}

/** The database's errors must not look like BigQuery's. */
async function lookUp<T>(decide: () => Promise<T>): Promise<T> {
  try {
    return await decide();
  } catch (error) {
    if (error instanceof SyncError) throw error;
    const message = "Who holds the service account could not be looked up in the database; it is tried again.";
    throw new SyncError("transient", message, { cause: error });
  }
}
