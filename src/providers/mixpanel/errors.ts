// Turns Mixpanel's refusals into SyncErrors whose messages say what to do and hold no secret.
import { z } from "zod";
import type { Connection } from "../../domain/connection.ts";
import { SyncError } from "../../domain/errors.ts";
import { parseJson } from "../http.ts";
import { settingsOf } from "./options.ts";

const MAX_QUOTED_CHARS = 200;
const NEW_SECRET =
  "In Mixpanel, under Project Settings > Service Accounts, create a new service account with the role Admin or Owner " +
  "that does not expire, and enter its username and secret here.";

export function redactSecrets(text: string, connection: Connection): string {
  const { serviceAccountUsername: username } = settingsOf(connection);
  const { secret } = connection;
  return redact(text, [Buffer.from(`${username}:${secret}`).toString("base64"), secret, username]);
}

function redact(text: string, hidden: string[]): string {
  return hidden.reduce((rest, secret) => (secret === "" ? rest : rest.replaceAll(secret, "[hidden]")), text);
}

/** Hides ids where they stand as words, because a short id may also be a part of many words. */
function redactIds(text: string, ids: string[]): string {
  return ids.reduce((rest, id) => {
    if (id === "" || !rest.includes(id)) return rest;
    const literal = id.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
    return rest.replaceAll(new RegExp(`(?<!\\w)${literal}(?!\\w)`, "g"), "[hidden]");
  }, text);
}

/** Mixpanel's own words, short, on one line, without secrets and user ids; empty for a web page. */
export function quoted(body: string, connection: Connection, userIds: string[] = []): string {
  const trimmed = body.trim();
  if (trimmed === "" || isWebPage(trimmed)) return "";
  const text = redactIds(redactSecrets(errorText(trimmed), connection), userIds);
  return text.replaceAll(/\s+/g, " ").slice(0, MAX_QUOTED_CHARS);
}

const importError = z.object({
  error: z.string().optional().catch(undefined),
  failed_records: z
    .array(z.union([z.string(), z.object({ message: z.string() }).transform(({ message }) => message)]))
    .optional()
    .catch(undefined),
});

/** The export API answers in plain text, the others in JSON. The import API may name its reason in `failed_records`. */
function errorText(body: string): string {
  const { error, failed_records: failed } = importError.safeParse(parseJson(body)).data ?? {};
  const texts = [error, ...new Set(failed)].filter((text) => text !== undefined);
  return texts.length === 0 ? body : texts.join(": ");
}

function isWebPage(body: string): boolean {
  return body.trimStart().startsWith("<");
}

const PROXY_WORDS = /upstream connect error|no healthy upstream|bad gateway|gateway time-?out|service unavailable/i;

/** A proxy, a load balancer or a firewall may answer with any status, but not in Mixpanel's words. */
function isFromProxy(status: number, body: string): boolean {
  if (status === 401 || status === 402 || status === 404 || status >= 500) return false;
  return isWebPage(body) || PROXY_WORDS.test(body) || (status === 400 && body.trim() === "");
}

/** `action` completes "Mixpanel refused …". `userIds` are those of the request. */
export function refusalError(
  connection: Connection,
  status: number,
  body: string,
  action: string,
  userIds: string[] = [],
): SyncError {
  const text = quoted(body, connection, userIds);
  const said = text === "" ? `status ${status}` : `status ${status}: ${text}`;
  if (isFromProxy(status, body)) {
    const problem = `A proxy or firewall before Mixpanel answered ${action} (${said}).`;
    return new SyncError("transient", `${problem} It is tried again by itself; if it goes on, ask your operator.`);
  }
  if (status === 400) return badRequestError(text, said, action);
  if (status === 401) return credentialError(text, said);
  if (status === 402) {
    const problem = `The Mixpanel plan of this project does not include ${action} (${said}).`;
    return new SyncError("permission", `${problem} Upgrade the plan in Mixpanel.`);
  }
  if (status === 403) {
    const problem = `The Mixpanel service account has no permission for ${action} (${said}).`;
    return new SyncError("permission", `${problem} Give it the role Admin or Owner on this project.`);
  }
  if (status === 404) return notFoundError(said);
  if (status >= 500 || status === 408) return new SyncError("transient", `Mixpanel failed at ${action} (${said}).`);
  return refusedRequest(said, action);
}

function badRequestError(text: string, said: string, action: string): SyncError {
  if (/project[ _]?id/i.test(text)) {
    const remedy = "Check the project id and the region of the integration.";
    const problem = `Mixpanel refused the project id at ${action} (${said}).`;
    return new SyncError("schema", `${problem} ${remedy}`, { concernsAllDays: true });
  }
  if (/authenticat|unauthorized|credentials|service account|(project|api) (secret|token)/i.test(text)) {
    return credentialError(text, said);
  }
  return refusedRequest(said, action);
}

function refusedRequest(said: string, action: string): SyncError {
  const remedy = "Nothing is lost: it goes on from here when Mixpanel accepts it.";
  return new SyncError("schema", `Mixpanel refused ${action} (${said}). ${remedy}`);
}

function credentialError(text: string, said: string): SyncError {
  if (/cannot find the project/i.test(text)) return notFoundError(said);
  if (/not a project member/i.test(text)) {
    const remedy = "Add it to the project with the role Admin or Owner, or check the project id.";
    return new SyncError("auth", `The Mixpanel service account is not a member of this project (${said}). ${remedy}`);
  }
  return new SyncError("auth", `Mixpanel refused the service account (${said}). ${NEW_SECRET}`);
}

function notFoundError(said: string): SyncError {
  const remedy = "Check the project id and the region of the integration.";
  return new SyncError("not_found", `Mixpanel does not know this project or address (${said}). ${remedy}`);
}

/** Whether Mixpanel refused the credentials, so that it did not count the request. */
export function isRefusedAccount(status: number, body: string): boolean {
  return status === 401 || (status === 400 && /unable to authenticate/i.test(body));
}

const MAX_RETRY_AFTER_MS = 3_600_000;
/** A server that asks for more has sent something else, for example an epoch time. */
const MAX_SENSIBLE_RETRY_AFTER_MS = 24 * MAX_RETRY_AFTER_MS;
const SECONDS = /^\d{1,9}(\.\d{1,9})?$/;
const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/** The time of a `Retry-After` header (seconds or a date), at most an hour ahead; undefined if it makes no sense. */
export function retryAfterMs(header: string | undefined, nowMs: number): number | undefined {
  const text = header?.trim() ?? "";
  let waitMs: number;
  if (SECONDS.test(text)) waitMs = Number(text) * 1_000;
  else if (HTTP_DATE.test(text)) waitMs = Date.parse(text) - nowMs;
  else return undefined;
  const isSensible = waitMs >= 0 && waitMs <= MAX_SENSIBLE_RETRY_AFTER_MS;
  return isSensible ? nowMs + Math.min(waitMs, MAX_RETRY_AFTER_MS) : undefined;
}
