// Errors in the words of Google's HTTP services, and the types of its JSON.
import { json, type Reply } from "../shared/reply.ts";

/** The canonical status of each HTTP status: https://cloud.google.com/apis/design/errors */
const CANONICAL: Record<number, string> = {
  400: "INVALID_ARGUMENT",
  401: "UNAUTHENTICATED",
  403: "PERMISSION_DENIED",
  404: "NOT_FOUND",
  409: "ALREADY_EXISTS",
  411: "INVALID_ARGUMENT",
  413: "INVALID_ARGUMENT",
  429: "RESOURCE_EXHAUSTED",
  500: "INTERNAL",
  501: "UNIMPLEMENTED",
  503: "UNAVAILABLE",
};

/** `errorResult` of a job. */
export interface JobError {
  reason: string;
  message: string;
  location?: string;
}

export type Json = Record<string, unknown>;

/** A refusal of BigQuery: an HTTP status with a `reason` in Google's JSON. */
export class GoogleError extends Error {
  readonly status: number;
  readonly reason: string;

  constructor(status: number, reason: string, message: string) {
    super(message);
    this.status = status;
    this.reason = reason;
  }

  reply(): Reply {
    const { status, reason, message } = this;
    const authorization = status === 401 ? { location: "Authorization", locationType: "header" } : {};
    const errors = [
      { message, domain: reason === "rateLimitExceeded" ? "usageLimits" : "global", reason, ...authorization },
    ];
    return json(status, { error: { code: status, message, errors, status: CANONICAL[status] ?? "UNKNOWN" } });
  }

  /** The same refusal as the error of a job. */
  jobError(): JobError {
    return { reason: this.reason, message: this.message };
  }
}

export interface TableName {
  projectId: string;
  datasetId: string;
  tableId: string;
}

export function tableText({ projectId, datasetId, tableId }: TableName): string {
  return `${projectId}:${datasetId}.${tableId}`;
}

export function notFound(what: string): GoogleError {
  return new GoogleError(404, "notFound", `Not found: ${what}`);
}

export function alreadyExists(what: string): GoogleError {
  return new GoogleError(409, "duplicate", `Already Exists: ${what}`);
}

export function invalid(message: string): GoogleError {
  return new GoogleError(400, "invalid", message);
}

export const BAD_TOKEN =
  "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid " +
  "authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.";
const NO_TOKEN =
  "Request is missing required authentication credential. Expected OAuth 2 access token, login cookie or other valid " +
  "authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.";

export function unauthenticated(hadToken: boolean): GoogleError {
  return new GoogleError(401, hadToken ? "authError" : "required", hadToken ? BAD_TOKEN : NO_TOKEN);
}

export const QUOTA_EXCEEDED =
  "Quota exceeded: Your table exceeded quota for imports or query appends per table. For more information, see " +
  "https://cloud.google.com/bigquery/docs/troubleshoot-quotas";
export const RATE_LIMITED =
  "Exceeded rate limits: too many table update operations for this table. For more information, see " +
  "https://cloud.google.com/bigquery/docs/troubleshoot-quotas";

/** The value if it is a string. */
export function textOf(value: unknown, otherwise: string): string {
  return typeof value === "string" ? value : otherwise;
}
