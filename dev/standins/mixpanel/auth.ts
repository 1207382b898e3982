// Authentication by service account, project token or project secret, in the three forms of Basic that clients send.
import type { IncomingMessage } from "node:http";
import type { TLSSocket } from "node:tls";
import type { EmulatorState } from "./emulatorState.ts";
import type { Project } from "./project.ts";
import { INVALID_ACCOUNT, INVALID_CREDENTIALS, INVALID_SECRET, SECRET_MISMATCH, UNKNOWN_ACCOUNT } from "./replies.ts";
import type { Region, ServiceAccount } from "./settings.ts";

export interface Credentials {
  username: string;
  password: string;
}

export type Auth = { project: Project; account: ServiceAccount | null } | { project: Project | null; error: string };

/** `base64(user:password)`, `base64(secret)` without the colon, or `user:password` as it is. */
export function readBasic(header: string | undefined): Credentials | null {
  const given = /^Basic\s+(\S+)\s*$/i.exec(header ?? "")?.[1];
  if (given === undefined || given.length > 4096) return null;
  // A colon is not a base64 character, so such credentials were not encoded.
  const plain = given.includes(":") ? given : Buffer.from(given, "base64").toString("utf8");
  const colon = plain.indexOf(":");
  if (colon < 0) return { username: plain, password: "" };
  return { username: plain.slice(0, colon), password: plain.slice(colon + 1) };
}

/** The region of the host that the client addresses. */
export function regionOf(state: EmulatorState, request: IncomingMessage): Region | null {
  const host = (request.headers.host ?? "").split(":")[0] ?? "";
  if (!/(^|\.)mixpanel\.com$/.test(host)) return state.region;
  if (/^(?:eu\.|[a-z]+-eu\.)/.test(host)) return "eu";
  return /^(?:in\.|[a-z]+-in\.)/.test(host) ? "in" : "us";
}

export function isWrongRegion(state: EmulatorState, request: IncomingMessage, project: Project): boolean {
  const region = regionOf(state, request);
  return region !== null && region !== project.settings.region;
}

interface AuthOptions {
  /** Whether a project token is accepted. */
  token: boolean;
  /** Whether the role of a service account must allow imports. */
  importing: boolean;
}

export function authenticate(
  state: EmulatorState,
  request: IncomingMessage,
  projectId: string | null,
  options: AuthOptions,
): Auth {
  const credentials = readBasic(request.headers.authorization);
  const named = projectId === null ? null : (state.projects.get(projectId) ?? null);
  if (!credentials || credentials.username === "") return { project: named, error: INVALID_CREDENTIALS };
  const found =
    credentials.password === ""
      ? byTokenOrSecret(state, request, credentials.username, named, projectId, options)
      : byAccount(state, credentials, named, options);
  if (found.project && isWrongRegion(state, request, found.project)) {
    return { project: found.project, error: found.project.settings.invented.wrongRegionError };
  }
  return found;
}

function byTokenOrSecret(
  state: EmulatorState,
  request: IncomingMessage,
  word: string,
  named: Project | null,
  projectId: string | null,
  options: AuthOptions,
): Auth {
  for (const project of state.projects.values()) {
    if (options.token && project.settings.token === word && (projectId === null || named === project))
      return { project, account: null };
    if (project.settings.secret !== word) continue;
    if (projectId !== null && named !== project) return { project: named, error: SECRET_MISMATCH };
    const encrypted = (request.socket as Partial<TLSSocket>).encrypted === true;
    if (project.settings.invented.refuseSecretOverHttp && !encrypted) return { project, error: INVALID_SECRET };
    return { project, account: null };
  }
  return { project: named, error: projectId === null ? INVALID_SECRET : INVALID_CREDENTIALS };
}

function byAccount(state: EmulatorState, credentials: Credentials, named: Project | null, options: AuthOptions): Auth {
  const account = named?.settings.serviceAccounts.find(({ username }) => username === credentials.username);
  if (!named || !account) {
    const elsewhere = anyAccount(state, credentials.username);
    if (!elsewhere) return { project: named, error: UNKNOWN_ACCOUNT };
    return { project: named, error: (named ?? state.unknownProject).settings.invented.notMemberError };
  }
  if (account.secret !== credentials.password) return { project: named, error: INVALID_ACCOUNT };
  if (account.expiresAtMs !== undefined && account.expiresAtMs <= state.nowMs()) {
    return { project: named, error: named.settings.invented.expiredAccountError };
  }
  if (options.importing && !mayImport(account)) return { project: named, error: INVALID_CREDENTIALS };
  return { project: named, account };
}

function mayImport({ role, canImport }: ServiceAccount): boolean {
  return canImport ?? (role === "owner" || role === "admin");
}

function anyAccount(state: EmulatorState, username: string): boolean {
  return [...state.projects.values()].some(({ settings }) =>
    settings.serviceAccounts.some((account) => account.username === username),
  );
}

/** The projects in which these are the credentials of a valid service account. */
export function projectsOf(
  state: EmulatorState,
  credentials: Credentials,
): { project: Project; account: ServiceAccount }[] {
  return [...state.projects.values()].flatMap((project) => {
    const account = project.settings.serviceAccounts.find(({ username }) => username === credentials.username);
    const valid = account?.secret === credentials.password && (account.expiresAtMs ?? Infinity) > state.nowMs();
    return account && valid ? [{ project, account }] : [];
  });
}
