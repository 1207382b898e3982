// Who holds an account at a provider that this service acts as: the first workspace that could, or one that proved it.

/** `elsewhere`: another workspace holds the account. `unproven`: no workspace is known to hold it. */
export const OWNERSHIP_STATUSES = ["proven", "claimed", "elsewhere", "unproven"] as const;
export type OwnershipStatus = (typeof OWNERSHIP_STATUSES)[number];

/** What the provider says of an account, read with this service's own identity. */
export interface AccountReading {
  /** The provider's stable id: an account that was deleted and made anew has another one. */
  accountId: string;
  /** What settings call the account. */
  address: string;
  /** The codes of workspaces that its owner wrote into it. */
  codes: string[];
}

/** How a workspace stands to an account, by the last reading of it. */
export interface AccountStanding {
  accountId: string;
  isProven: boolean;
  holder: "none" | "own" | "other";
  readAgeMs: number;
}

export interface AccountOwnership {
  status: OwnershipStatus;
  /** Empty for commands without the secret key, if no server has needed it yet. */
  code: string;
  /** When another workspace last tried to use the account that this one holds, if that was lately. */
  attemptedAtMs: number | null;
}

/** Keeps who holds which account. All decisions between workspaces are made here, each in one statement. */
export interface OwnershipLedger {
  /** The code with which a workspace proves that an account is its own. It never changes. */
  codeOf(workspaceId: string): Promise<string>;
  /** By the last reading of this address. Null if there was none. */
  find(workspaceId: string, provider: string, address: string): Promise<AccountStanding | null>;
  /**
   * Keeps a reading. A proof takes the account over for its workspace, whichever read it, unless its holder has proven
   * it too. With `onlyProof` a holder without a proof holds it no more.
   */
  record(
    workspaceId: string,
    provider: string,
    reading: AccountReading,
    options: { onlyProof: boolean },
  ): Promise<AccountStanding>;
  /** Claims an account that no workspace holds or proves. Of several workspaces at once, one does. */
  claim(workspaceId: string, provider: string, accountId: string): Promise<AccountStanding>;
  /** Notes, for the holder to see, that another workspace tried to use the account. */
  noteAttempt(provider: string, accountId: string): Promise<void>;
}

const CODE_PREFIX = "crosscurrent:";
const CODES = /(?<![a-z0-9])crosscurrent:([a-z0-9]{16})(?![a-z0-9])/gi;

/** What the owner of an account writes into it. */
export const proofText = (code: string): string => `${CODE_PREFIX}${code}`;

export function codesIn(text: string): string[] {
  return [...text.matchAll(CODES)].map(([, code = ""]) => code.toLowerCase());
}

export function ownershipStatus({ isProven, holder }: Pick<AccountStanding, "isProven" | "holder">): OwnershipStatus {
  if (isProven) return "proven";
  if (holder === "other") return "elsewhere";
  return holder === "own" ? "claimed" : "unproven";
}
