// Turns Google's errors into SyncErrors. Their messages are our own, because Google's texts may quote values of rows.
import type { Connection } from "../../domain/connection.ts";
import { type ErrorKind, SyncError } from "../../domain/errors.ts";
import { type GoogleErrorInfo, googleErrorInfo } from "./googleErrorInfo.ts";
import { settingsOf } from "./options.ts";
import { apiIsOff, namedColumns, refusalIn } from "./refusals.ts";

export interface Operation {
  /** Completes "BigQuery failed at …". */
  action: string;
  /** Its object: `dataset` or `dataset.table`; by default the project. */
  about?: string;
  /** The needed role, for refusals that name no permission. */
  role?: Role;
  /** The table's own columns: of a refusal's words, only these are shown. */
  columns?: readonly string[];
}

export type Role = "jobUser" | "dataViewer" | "dataEditor" | "readSessionUser";

const ROLES: Record<Role, { title: string; level: "project" | "dataset" }> = {
  jobUser: { title: "BigQuery Job User (roles/bigquery.jobUser)", level: "project" },
  dataViewer: { title: "BigQuery Data Viewer (roles/bigquery.dataViewer)", level: "dataset" },
  dataEditor: { title: "BigQuery Data Editor (roles/bigquery.dataEditor)", level: "dataset" },
  readSessionUser: { title: "BigQuery Read Session User (roles/bigquery.readSessionUser)", level: "project" },
};

/** Daily quotas refill over hours, rates within a minute. */
const QUOTA_WAIT_MS = 15 * 60_000;
const RATE_WAIT_MS = 60_000;
const WAIT_SPREAD = 0.2;
/** Reasons of refusals that need something else in Google Cloud. */
const NO_GRANT_MENDS = /^(accessNotConfigured|SERVICE_DISABLED|billing.*)$/;
const CHECK_ACCOUNT = "Check that the service account exists and is enabled.";

/** https://cloud.google.com/bigquery/docs/error-messages */
const KIND_OF_REASON: Record<string, ErrorKind> = {
  accessDenied: "permission",
  accessNotConfigured: "permission",
  SERVICE_DISABLED: "permission",
  billingNotEnabled: "permission",
  billingTierLimitExceeded: "permission",
  authError: "auth",
  required: "auth",
  notFound: "not_found",
  quotaExceeded: "rate_limited",
  rateLimitExceeded: "rate_limited",
  userRateLimitExceeded: "rate_limited",
  jobRateLimitExceeded: "rate_limited",
  loadJobRateLimitExceeded: "rate_limited",
  blocked: "rate_limited",
  backendError: "transient",
  internalError: "transient",
  jobBackendError: "transient",
  jobInternalError: "transient",
  resourceInUse: "transient",
  resourcesExceeded: "transient",
  tableUnavailable: "transient",
  timeout: "transient",
  stopped: "transient",
  conditionNotMet: "transient",
  invalid: "schema",
  invalidQuery: "schema",
  badRequest: "schema",
  parseError: "schema",
  notImplemented: "schema",
  duplicate: "bug",
  responseTooLarge: "bug",
};

/** https://grpc.io/docs/guides/status-codes/ */
const KIND_OF_GRPC: Record<number, ErrorKind> = {
  3: "schema",
  5: "not_found",
  6: "bug",
  7: "permission",
  8: "rate_limited",
  12: "schema",
  16: "auth",
};

export function toSyncError(error: unknown, operation: Operation, connection: Connection): SyncError {
  if (error instanceof SyncError) return error;
  const info = googleErrorInfo(error);
  const refused = refusal(info, operation, connection);
  if (refused !== null) return refused;
  const kind = kindOf(info);
  const message = messageOf(kind, info, operation, connection);
  if (kind === "rate_limited") return new SyncError(kind, message, { retryAtMs: retryAt(info) });
  return new SyncError(kind, message, { isFinal: NO_GRANT_MENDS.test(info.reason) });
}

/** Policy tags keep the account from columns of the table. */
export class RefusedColumns extends SyncError {
  readonly columns: readonly string[];

  constructor(message: string, columns: readonly string[]) {
    super("permission", message, { concernsAllDays: true });
    this.columns = columns;
  }
}

function refusal(info: GoogleErrorInfo, operation: Operation, connection: Connection): SyncError | null {
  const found = refusalIn(info);
  if (found === null) return null;
  const { serviceAccountEmail: email, projectId, location } = settingsOf(connection);
  const { action, about, columns = [] } = operation;
  const where = whereOf(about, projectId);
  const named = namedColumns(found.said, columns);
  const message = found.messageFor({ email, projectId, location, action, where, columns: named });
  if (named.length > 0) return new RefusedColumns(message, named);
  return new SyncError(found.kind, message, { concernsAllDays: true, isFinal: found.isFinal });
}

function whereOf(about: string | undefined, projectId: string): string {
  return about === undefined ? `the project ${projectId}` : `${about} in the project ${projectId}`;
}

function kindOf({ status, grpc, reason, text }: GoogleErrorInfo): ErrorKind {
  // BigQuery calls the query invalid, but the cause is another statement that changed the same rows at the same time.
  if (/could not serialize access|aborted due to concurrent update/i.test(text)) return "transient";
  if (status === 401) return "auth";
  const known = KIND_OF_REASON[reason];
  if (known !== undefined) return known;
  if (grpc !== null) return KIND_OF_GRPC[grpc] ?? "transient";
  if (status === null) return "transient";
  if (status === 403) return "permission";
  if (status === 404) return "not_found";
  if (status === 429) return "rate_limited";
  return status >= 500 || status === 408 ? "transient" : "schema";
}

function retryAt({ reason }: GoogleErrorInfo): number {
  const waitMs = reason === "quotaExceeded" || reason === "blocked" ? QUOTA_WAIT_MS : RATE_WAIT_MS;
  return Math.ceil(Date.now() + waitMs * (1 + Math.random() * WAIT_SPREAD));
}

function messageOf(kind: ErrorKind, info: GoogleErrorInfo, operation: Operation, connection: Connection): string {
  const { serviceAccountEmail: email, projectId, location } = settingsOf(connection);
  const { action, about } = operation;
  const said = saidOf(info);
  const where = whereOf(about, projectId);
  switch (kind) {
    case "auth":
      return `Google refused the access token of ${email} at ${action} (${said}). ${CHECK_ACCOUNT}`;
    case "permission":
      return permissionMessage(info, operation, connection);
    case "not_found":
      return (
        `BigQuery does not find ${where} at ${action} (${said}). ` +
        `Check the project id, the names of dataset and table, and that the dataset is in the location ${location}.`
      );
    case "rate_limited":
      return `BigQuery's quota for ${action} on ${where} is used up for now (${said}); it goes on by itself.`;
    case "transient":
      return `BigQuery failed at ${action} on ${where} (${said}); it is tried again.`;
    case "schema":
      return `BigQuery refused ${action} on ${where} (${said}). Check the tables' columns and types.`;
    case "rejected_record":
    case "bug":
      return `BigQuery sent an unexpected response for ${action} on ${where} (${said}). Report this.`;
  }
}

function permissionMessage(info: GoogleErrorInfo, { action, about, role }: Operation, connection: Connection): string {
  const { serviceAccountEmail: email, projectId } = settingsOf(connection);
  if (/^(accessNotConfigured|SERVICE_DISABLED)$/.test(info.reason)) return apiIsOff(projectId);
  if (info.reason.startsWith("billing")) {
    return `The billing of the project ${projectId} does not allow ${action}. Enable billing in Google Cloud.`;
  }
  const lacking = info.permission === null ? "" : `: it lacks ${info.permission}`;
  const named = roleOf(info.permission) ?? role ?? "dataViewer";
  // The editor's role includes the viewer's.
  const grant = grantText(named === "dataViewer" && role === "dataEditor" ? role : named, email, projectId, about);
  return `The service account ${email} has no permission for ${action}${lacking}. ${grant}`;
}

export function grantText(role: Role, email: string, projectId: string, about: string | undefined): string {
  const { title, level } = ROLES[role];
  const dataset = level === "project" ? undefined : about?.split(".")[0];
  const on = dataset === undefined ? `the project ${projectId}` : `the dataset ${dataset}`;
  return `Grant the role ${title} on ${on} to ${email}.`;
}

function roleOf(permission: string | null): Role | null {
  if (permission === null) return null;
  if (/^bigquery\.jobs\./i.test(permission)) return "jobUser";
  if (/^bigquery\.readsessions\./i.test(permission)) return "readSessionUser";
  return /^bigquery\.tables\.(create|update|updateData|delete)$/i.test(permission) ? "dataEditor" : "dataViewer";
}

function saidOf({ status, grpc, reason, network }: GoogleErrorInfo): string {
  if (reason !== "") return reason;
  if (status !== null) return `status ${status}`;
  if (grpc !== null) return `gRPC status ${grpc}`;
  return network ?? "no answer";
}

/** A call that this service makes with its own identity, in the words of messages. `limited`: Google refuses more. */
interface OwnCall {
  api: string;
  limited: string;
  failed: string;
}

const IMPERSONATION: OwnCall = {
  api: "IAM Service Account Credentials API",
  limited: "Google issues no more tokens for",
  failed: "Google gave no access token for",
};
const ACCOUNT_READING: OwnCall = {
  api: "IAM API (iam.googleapis.com)",
  limited: "Google answers no more questions about",
  failed: "Google did not show the service account",
};

export function impersonationError(error: unknown, email: string, principal: string | null): SyncError {
  return ownIdentityError(error, email, principal, IMPERSONATION);
}

export function accountReadError(error: unknown, email: string, principal: string | null): SyncError {
  return ownIdentityError(error, email, principal, ACCOUNT_READING);
}

function ownIdentityError(error: unknown, email: string, principal: string | null, call: OwnCall): SyncError {
  if (error instanceof SyncError) return error;
  const info = googleErrorInfo(error);
  const { status, reason, text } = info;
  const said = saidOf(info);
  if (/could not load the default credentials|unable to detect a project/i.test(text)) {
    const remedy = "Its operator must set up Application Default Credentials or GOOGLE_SOURCE_TOKEN.";
    return new SyncError("auth", `This service has no Google identity of its own. ${remedy}`);
  }
  if (reason === "SERVICE_DISABLED") {
    const message = `The ${call.api} is switched off for this service. Its operator must enable it.`;
    return new SyncError("permission", message, { isFinal: true });
  }
  if (status === 401) {
    return new SyncError("auth", `Google refused this service's own identity (${said}). Its operator must renew it.`);
  }
  if (status === 403) {
    return refusedImpersonation(info, email) ?? new SyncError("permission", impersonationRefused(email, principal));
  }
  if (status === 400 || status === 404) {
    return new SyncError("auth", `Google does not know the service account ${email} (${said}). Check its address.`);
  }
  if (status === 429) {
    const message = `${call.limited} ${email} for now; it goes on by itself.`;
    return new SyncError("rate_limited", message, { retryAtMs: retryAt(info) });
  }
  return new SyncError("transient", `${call.failed} ${email} (${said}); it is tried again.`);
}

/** A perimeter or an organization policy may stop impersonation too; null if it is the grant that is missing. */
function refusedImpersonation(info: GoogleErrorInfo, email: string): SyncError | null {
  const found = refusalIn(info);
  if (found === null) return null;
  const projectId = email.slice(email.indexOf("@") + 1).replace(/\.iam\.gserviceaccount\.com$/, "");
  const action = "impersonating the service account";
  const subject = { email, projectId, location: "", action, where: `the project ${projectId}`, columns: [] };
  return new SyncError("permission", found.messageFor(subject), { isFinal: found.isFinal });
}

export function impersonationRefused(email: string, principal: string | null): string {
  const to = principal ?? "the account that this service runs as";
  // Google gives the same response for a missing grant and a missing account.
  return (
    `This service may not impersonate ${email}, or there is no such account. Check its address. ` +
    "On the page of that service account, under Principals with access, grant the role " +
    `Service Account Token Creator (roles/iam.serviceAccountTokenCreator) to ${to}.`
  );
}
