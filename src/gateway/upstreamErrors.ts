// What an upstream says about a failure, in OpenAI's shape, without the variant's secrets.
import { jsonQuotesKey, MIN_KEY_CHARS, quotesKey } from "./quotedKey.ts";

export interface RefusalBody {
  error: { message: string; type: string; param: string | null; code: string | number | null };
}

/** What the caller gets if no other variant answers. */
export interface Refusal {
  status: number;
  headers: Record<string, string>;
  /** JSON of OpenAI's shape: the upstream's own bytes if they have it. */
  text: string;
  /** For logs and figures: a code of ours. */
  reason: string;
  /** For logs: the upstream's own code. */
  code: string | null;
}

/** Beyond it HTTP has no classes of statuses, and a Response cannot have one. */
const MAX_STATUS = 599;
const MAX_MESSAGE_CHARS = 2_000;

export function ownRefusal(status: number, message: string, reason: string): Refusal {
  return { status, headers: {}, text: errorText(status, message, reason), reason, code: null };
}

/** Of a response with a status that is no success. `text` is empty if it is too large or broke off. */
export function refusalOf(
  { status, headers, text }: { status: number; headers: Record<string, string>; text: string },
  secrets: readonly string[],
): Refusal {
  const kept = Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith("content-")));
  const parsed = parse(text);
  const code = loggedCode(parsed, { status, secrets });
  const own = (ownStatus: number, message: string, ownReason: string) => ({
    ...ownRefusal(ownStatus, message, ownReason),
    headers: kept,
    code,
  });
  if (status < 400) {
    return own(502, `The upstream responded with ${status}, and redirects are not followed.`, "upstream_redirect");
  }
  const reason = reasonIn(parsed, text);
  if (status === 401 || status === 403) {
    const message = `The upstream refused the variant's API key or its permissions (${status})`;
    const rest = reason === null ? null : withoutSecrets(reason, secrets);
    return own(status, rest === null ? `${message}.` : `${message}: ${rest}`, "upstream_auth");
  }
  const isSecret = secrets.some((secret) =>
    parsed === undefined ? quotesKey(text, secret) : jsonQuotesKey(text, secret),
  );
  const ownStatus = status > MAX_STATUS ? 502 : status;
  if (isSecret) {
    const hidden = `The upstream responded with ${status}. Its error quotes the variant's API key.`;
    const rest = reason === null ? null : withoutSecrets(reason, secrets);
    return own(ownStatus, rest ?? hidden, "upstream_error");
  }
  if (reason === null || status > MAX_STATUS) {
    return own(ownStatus, `The upstream responded with ${status}.`, "upstream_error");
  }
  const passed = { status, headers: kept, reason: "upstream_error", code };
  if (hasOpenAiShape(parsed)) return { ...passed, text };
  const { type, param, ...said } = fieldsIn(parsed);
  const error = {
    message: reason,
    type: type ?? typeOf(status),
    param: param ?? null,
    code: said.code ?? "upstream_error",
  };
  return { ...passed, text: JSON.stringify({ error }) };
}

/** A code as upstreams have them, and nothing else that one may write there. */
const LOGGED_CODE = /^[\w.-]{1,64}$/;

/** Many repeat the status as the code. The type then says more. */
function loggedCode(
  parsed: unknown,
  { status, secrets }: { status: number; secrets: readonly string[] },
): string | null {
  const { code, type } = fieldsIn(parsed);
  const said = [code, type].flatMap((one) => (one === undefined ? [] : [String(one)]));
  const isLogged = (text: string) =>
    LOGGED_CODE.test(text) && text !== String(status) && !secrets.some((secret) => quotesKey(text, secret));
  return said.find(isLogged) ?? null;
}

function errorText(status: number, message: string, code: string): string {
  const body: RefusalBody = { error: { message, type: typeOf(status), param: null, code } };
  return JSON.stringify(body);
}

function typeOf(status: number): string {
  return status >= 500 || status === 401 || status === 403 ? "api_error" : "invalid_request_error";
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

type Fields = Record<string, unknown>;
const isFields = (value: unknown): value is Fields => typeof value === "object" && value !== null;

function hasOpenAiShape(body: unknown): boolean {
  return isFields(body) && !Array.isArray(body) && isFields(body.error) && typeof body.error.message === "string";
}

/** The object that says what is wrong: within a list as Gemini's, in `error`, or the body itself as vLLM's. */
function errorObjectIn(body: unknown): Fields | null {
  const first: unknown = Array.isArray(body) ? body[0] : body;
  if (!isFields(first)) return null;
  return isFields(first.error) ? first.error : first;
}

/** The upstream's words, or null. `message` is OpenAI's, `error` Ollama's, `detail` FastAPI's and RFC 9457's. */
function reasonIn(body: unknown, text: string): string | null {
  if (body === undefined) {
    const isPage = /^\s*</.test(text);
    return isPage || text.trim() === "" ? null : clipped(text.trim());
  }
  if (typeof body === "string") return clipped(body);
  const error = errorObjectIn(body);
  if (error === null) return null;
  for (const name of ["message", "error", "detail", "error_description", "title", "msg"]) {
    const value = error[name];
    if (typeof value === "string" && value !== "") return clipped(value);
    if (Array.isArray(value)) return clipped(value.map(faultIn).join("; "));
    if (isFields(value)) return reasonIn(value, "");
  }
  const [first] = Array.isArray(error.errors) ? (error.errors as unknown[]) : [];
  return first === undefined ? null : reasonIn(first, "");
}

/** One of FastAPI's: `body.user: Extra inputs are not permitted`. */
function faultIn(fault: unknown): string {
  if (!isFields(fault)) return String(fault);
  const place = Array.isArray(fault.loc) ? `${fault.loc.join(".")}: ` : "";
  return place + ([fault.msg, fault.message].find((one) => typeof one === "string") ?? "refused");
}

function fieldsIn(body: unknown): { type?: string; code?: string | number; param?: string } {
  const error = errorObjectIn(body) ?? {};
  const { type, code, param, status } = error;
  return {
    ...(typeof type === "string" && { type }),
    ...(typeof param === "string" && { param }),
    ...((typeof code === "string" || typeof code === "number") && { code }),
    ...(typeof status === "string" && { code: status }),
  };
}

const clipped = (text: string) => (text.length > MAX_MESSAGE_CHARS ? `${text.slice(0, MAX_MESSAGE_CHARS)}…` : text);

/** Of a key that is too short to keep a secret, only those that are words of their own. */
function occurrences(secret: string): RegExp {
  const literal = secret.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`);
  return new RegExp(secret.length >= MIN_KEY_CHARS ? literal : `(?<![\\w-])${literal}(?![\\w-])`, "g");
}

/** Cuts out the secrets, and words of which a part is masked. Null if a secret may be left. */
function withoutSecrets(text: string, secrets: readonly string[]): string | null {
  let rest = text.replaceAll(/\S*\*{2,}\S*/g, "[key]");
  for (const secret of secrets) rest = rest.replaceAll(occurrences(secret), "[key]");
  return secrets.some((secret) => quotesKey(rest, secret)) ? null : rest;
}
