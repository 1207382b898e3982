// A ledger of accounts in memory, for tests of the connector without a database. Workspaces are made when they are named.
import { hash } from "node:crypto";
import type { AccountReading, AccountStanding, OwnershipLedger } from "../../../src/domain/ownership.ts";

interface Account extends AccountReading {
  readAtMs: number;
  holder: string | null;
  attempts: number;
}

export interface MemoryLedger extends OwnershipLedger {
  readonly accounts: Map<string, Account>;
  /** Moves the ledger's clock. */
  advance(ms: number): void;
}

const codeOf = (workspaceId: string): string => hash("sha256", workspaceId, "hex").slice(0, 16);

export function createMemoryLedger(): MemoryLedger {
  const accounts = new Map<string, Account>();
  const workspaces = new Map<string, string>();
  const codeOfWorkspace = (workspaceId: string): string => {
    const code = codeOf(workspaceId);
    workspaces.set(code, workspaceId);
    return code;
  };
  const proverOf = (codes: string[], workspaceId: string): string | null =>
    codes.includes(codeOfWorkspace(workspaceId))
      ? workspaceId
      : (codes.map((code) => workspaces.get(code)).find((id) => id !== undefined) ?? null);
  let advancedMs = 0;
  const nowMs = () => Date.now() + advancedMs;
  const standingOf = (workspaceId: string, account: Account): AccountStanding => ({
    accountId: account.accountId,
    isProven: account.codes.includes(codeOf(workspaceId)),
    holder: account.holder === null ? "none" : account.holder === workspaceId ? "own" : "other",
    readAgeMs: nowMs() - account.readAtMs,
  });
  const accountOf = (accountId: string): Account => {
    const account = accounts.get(accountId);
    if (account === undefined) throw new Error(`The account ${accountId} was never read.`);
    return account;
  };
  return {
    accounts,
    advance: (ms) => void (advancedMs += ms),
    codeOf: async (workspaceId) => codeOfWorkspace(workspaceId),
    find: async (workspaceId, _provider, address) => {
      const [latest] = [...accounts.values()]
        .filter((account) => account.address === address)
        .toSorted((a, b) => b.readAtMs - a.readAtMs);
      return latest === undefined ? null : standingOf(workspaceId, latest);
    },
    record: async (workspaceId, _provider, reading, { onlyProof }) => {
      const before = accounts.get(reading.accountId);
      const proves = (id: string | null) => id !== null && reading.codes.includes(codeOf(id));
      let holder = before?.holder ?? null;
      if (!proves(holder)) holder = proverOf(reading.codes, workspaceId) ?? (onlyProof ? null : holder);
      const account = { ...reading, readAtMs: nowMs(), holder, attempts: before?.attempts ?? 0 };
      accounts.set(reading.accountId, account);
      return standingOf(workspaceId, account);
    },
    claim: async (workspaceId, _provider, accountId) => {
      const account = accountOf(accountId);
      account.holder ??= proverOf(account.codes, workspaceId) ?? workspaceId;
      return standingOf(workspaceId, account);
    },
    noteAttempt: async (_provider, accountId) => {
      accountOf(accountId).attempts += 1;
    },
  };
}
