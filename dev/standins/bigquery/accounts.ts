// Service accounts and the access tokens that were issued for them.
import { randomBytes } from "node:crypto";
import type { Account, AccountInput } from "./protocol.ts";
import { accountSchema } from "./protocol.ts";
import type { Principal } from "./roles.ts";

interface Token {
  email: string;
  expiresAtMs: number;
}

const TOKENS_KEPT = 100_000;

export class Accounts {
  /** The value of GOOGLE_SOURCE_TOKEN, which may impersonate all accounts without `sourceTokens`. */
  readonly sourceToken: string;
  readonly #accounts = new Map<string, Account>();
  readonly #tokens = new Map<string, Token>();

  constructor(sourceToken: string, accounts: Record<string, AccountInput & { uniqueId?: string }>) {
    this.sourceToken = sourceToken;
    for (const [email, { uniqueId, ...account }] of Object.entries(accounts)) this.put(email, account, uniqueId);
  }

  /** An account that is there keeps its id, and its description unless another one is given. */
  put(email: string, input: AccountInput, uniqueId = this.#accounts.get(email)?.uniqueId ?? newUniqueId()): void {
    const description = input.description ?? this.#accounts.get(email)?.description ?? "";
    this.#accounts.set(email, { ...accountSchema.parse(input), description, uniqueId });
  }

  /** Returns false for an unknown account. */
  describe(email: string, description: string): boolean {
    const account = this.#accounts.get(email);
    if (account !== undefined) this.#accounts.set(email, { ...account, description });
    return account !== undefined;
  }

  delete(email: string): void {
    this.#accounts.delete(email);
    this.revoke(email);
  }

  all(): Record<string, Account> {
    return Object.fromEntries(this.#accounts);
  }

  /** Returns the account if this source token may impersonate it. */
  impersonated(email: string, sourceToken: string): Account | null {
    const account = this.#accounts.get(email);
    if (account === undefined) return null;
    return (account.sourceTokens ?? [this.sourceToken]).includes(sourceToken) ? account : null;
  }

  isSource(token: string): boolean {
    if (token === this.sourceToken) return true;
    return [...this.#accounts.values()].some(({ sourceTokens }) => sourceTokens?.includes(token) === true);
  }

  issue(email: string, lifetimeSeconds: number): { token: string; expiresAtMs: number } {
    const token = `ya29.local-${randomBytes(24).toString("base64url")}`;
    const expiresAtMs = Date.now() + lifetimeSeconds * 1_000;
    this.#tokens.set(token, { email, expiresAtMs });
    const [oldest] = this.#tokens.keys();
    if (this.#tokens.size > TOKENS_KEPT && oldest !== undefined) this.#tokens.delete(oldest);
    return { token, expiresAtMs };
  }

  /** Returns how many tokens were revoked. */
  revoke(email: string): number {
    const revoked = [...this.#tokens].filter(([, token]) => token.email === email);
    for (const [token] of revoked) this.#tokens.delete(token);
    return revoked.length;
  }

  /** The account of a token; null if the token is unknown, revoked or expired. */
  bearer(authorization: string | undefined): Principal | null {
    const token = this.#tokens.get(bearerToken(authorization) ?? "");
    if (token === undefined || token.expiresAtMs <= Date.now()) return null;
    const account = this.#accounts.get(token.email);
    return account === undefined ? null : { ...account, email: token.email };
  }
}

/** 21 digits, as Google's. */
function newUniqueId(): string {
  return `1${Array.from(randomBytes(20), (byte) => byte % 10).join("")}`;
}

export function bearerToken(authorization: string | undefined): string | null {
  return /^Bearer (\S+)$/i.exec(authorization ?? "")?.[1] ?? null;
}

/** The project in `name@PROJECT.iam.gserviceaccount.com`, which has the faults and counters of the account's tokens. */
export function projectOfAccount(email: string): string {
  return /@([^@]+)\.iam\.gserviceaccount\.com$/.exec(email)?.[1] ?? email.slice(email.indexOf("@") + 1);
}
