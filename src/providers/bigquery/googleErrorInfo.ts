// Reads status, reason and permission of an error of Google's clients, without texts that may quote rows or tokens.

export interface GoogleErrorInfo {
  /** HTTP status; null for gRPC and if there was no response. */
  status: number | null;
  /** gRPC status code; null for other protocols. */
  grpc: number | null;
  /** BigQuery's own word, for example `quotaExceeded`; empty if there is none. */
  reason: string;
  /** The missing permission, for example `bigquery.jobs.create`; null if none is named. */
  permission: string | null;
  /** A code of the network or of Node, for example `ECONNRESET`; null if there was a response. */
  network: string | null;
  /** For matching only. They must never be shown. */
  texts: string[];
  /** All of them. */
  text: string;
}

const MAX_TEXTS = 10;
const MAX_MATCHED_CHARS = 10_000;
const PERMISSION = /\bbigquery\.[a-z]+\.[a-z]+\b/i;
const QUERY_PERMISSION = /permission to query (table|view)/i;

export function googleErrorInfo(error: unknown): GoogleErrorInfo {
  const code = memberOf(error, "code");
  const response = memberOf(error, "response");
  const texts = textsOf(error).map((each) => each.slice(0, MAX_MATCHED_CHARS));
  const text = texts.join("\n");
  const isGrpc = typeof code === "number" && code >= 0 && code <= 16;
  const status = isGrpc ? null : (httpStatus(code) ?? httpStatus(memberOf(response, "status")));
  const reason = reasonOf(error, response);
  return {
    status,
    grpc: isGrpc ? code : null,
    reason,
    permission: PERMISSION.exec(text)?.[0] ?? (QUERY_PERMISSION.test(text) ? "bigquery.tables.getData" : null),
    network: isGrpc || status !== null || reason !== "" ? null : networkCode(error, code),
    texts,
    text,
  };
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && name in value
    ? (value as Record<string, unknown>)[name]
    : undefined;
}

/** A client joins several errors into one message, so each is looked at by itself too. */
function textsOf(error: unknown): string[] {
  const body = memberOf(memberOf(memberOf(error, "response"), "data"), "error");
  const listedErrors = [...listed(error, "errors"), ...listed(body, "errors")];
  const texts = [error, body, ...listedErrors].map((each) => memberOf(each, "message"));
  return [...new Set(texts)].filter((text) => typeof text === "string").slice(0, MAX_TEXTS);
}

/** A REST error lists its reasons, a job's error is a reason itself, and IAM's are in the details. */
function reasonOf(error: unknown, response: unknown): string {
  const body = memberOf(memberOf(response, "data"), "error");
  const candidates = [
    memberOf(error, "reason"),
    ...listed(error, "errors"),
    ...listed(body, "details"),
    ...listed(body, "errors"),
  ];
  const words = candidates.map((each) => (typeof each === "string" ? each : memberOf(each, "reason")));
  const word = words.find((each) => typeof each === "string" && /^[A-Za-z_]{1,100}$/.test(each));
  return typeof word === "string" ? word : "";
}

function listed(value: unknown, name: string): unknown[] {
  const list = memberOf(value, name);
  return Array.isArray(list) ? list : [];
}

function httpStatus(code: unknown): number | null {
  const status = typeof code === "string" && /^\d{3}$/.test(code) ? Number(code) : code;
  return typeof status === "number" && status >= 100 && status <= 599 ? status : null;
}

function networkCode(error: unknown, code: unknown): string {
  const cause = memberOf(memberOf(error, "cause"), "code");
  const word = [code, cause, memberOf(error, "type"), memberOf(error, "name")].find(
    (each) => typeof each === "string" && /^[\w-]{1,60}$/.test(each),
  );
  return typeof word === "string" ? word : "no answer";
}
