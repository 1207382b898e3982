// Google's refusals in the closed set of error kinds. Their own texts may quote values of rows, so none is passed on: messages
// are ours and name reasons, permissions, roles and resources.
import type { Connection } from "../../domain/connection.ts";
import { SyncError } from "../../domain/errors.ts";
import type { ErrorKind } from "../../domain/errors.ts";
import { googleErrorInfo } from "./googleErrorInfo.ts";
import type { GoogleErrorInfo } from "./googleErrorInfo.ts";
import { settingsOf } from "./options.ts";

/** What was tried, for the message. */
export interface Operation {
  connection: Connection;
  /** As in "BigQuery failed at <action>": "the load of router exposures". */
  action: string;
  /** What it was about: `dataset` or `dataset.table`; the project where it is left out. */
  about?: string;
  /** The role that it takes, for refusals that name no permission. */
  role?: Role;
}

export type Role = "jobUser" | "dataViewer" | "dataEditor" | "readSessionUser";

const ROLES: Record<Role, { title: string; level: "project" | "dataset" }> = {
  jobUser: { title: "BigQuery Job User (roles/bigquery.jobUser)", level: "project" },
  dataViewer: { title: "BigQuery Data Viewer (roles/bigquery.dataViewer)", level: "dataset" },
  dataEditor: { title: "BigQuery Data Editor (roles/bigquery.dataEditor)", level: "dataset" },
  readSessionUser: { title: "BigQuery Read Session User (roles/bigquery.readSessionUser)", level: "project" },
};

/** Quotas of a day refill over hours, rates within a minute. */
const QUOTA_WAIT_MS = 15 * 60_000;
const RATE_WAIT_MS = 60_000;
const WAIT_SPREAD = 0.2;

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

/** The classified error; one that is classified already stays as it is. */
export function toSyncError(error: unknown, attempt: Operation): SyncError {
  if (error instanceof SyncError) return error;
  const facts = googleErrorInfo(error);
  const kind = kindOf(facts);
  const retryAtMs = kind === "rate_limited" ? retryAt(facts) : undefined;
  return new SyncError(kind, messageOf(kind, facts, attempt), retryAtMs === undefined ? {} : { retryAtMs });
}

function kindOf(facts: GoogleErrorInfo): ErrorKind {
  const { status, grpc, reason, text } = facts;
  // Told as an invalid query, but it is the fate of one of two statements that changed the same rows at once.
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

function messageOf(kind: ErrorKind, facts: GoogleErrorInfo, attempt: Operation): string {
  const { serviceAccountEmail: email, projectId, location } = settingsOf(attempt.connection);
  const { action, about } = attempt;
  const said = saidOf(facts);
  const where = about === undefined ? `the project ${projectId}` : `${about} in the project ${projectId}`;
  switch (kind) {
    case "auth":
      return `Google refused the access token of ${email} at ${action} (${said}). Check that the service account exists and is enabled.`;
    case "permission":
      return permissionMessage(facts, attempt);
    case "not_found":
      return (
        `BigQuery does not find ${where} at ${action} (${said}). Check the project id, the names of dataset and table, and that ` +
        `the dataset is in the location ${location}.`
      );
    case "rate_limited":
      return `BigQuery's quota for ${action} on ${where} is used up for now (${said}); it goes on by itself.`;
    case "transient":
      return `BigQuery failed at ${action} on ${where} (${said}); it is tried again.`;
    case "schema":
      return `BigQuery refused ${action} on ${where} (${said}). Check the tables' columns and types.`;
    case "rejected_record":
    case "bug":
      return `BigQuery gave an answer to ${action} on ${where} that was not expected (${said}).`;
  }
}

function permissionMessage(facts: GoogleErrorInfo, { connection, action, about, role }: Operation): string {
  const { serviceAccountEmail: email, projectId } = settingsOf(connection);
  if (/^(accessNotConfigured|SERVICE_DISABLED)$/.test(facts.reason)) {
    return `The BigQuery API is switched off in the project ${projectId}. Enable the BigQuery API and the BigQuery Storage API there.`;
  }
  if (facts.reason.startsWith("billing")) {
    return `The billing of the project ${projectId} does not allow ${action}. Enable billing in Google Cloud.`;
  }
  const lacking = facts.permission === null ? "" : `: it lacks ${facts.permission}`;
  const named = roleOf(facts.permission) ?? role ?? "dataViewer";
  // Whoever writes needs the editor, which may see as well.
  const needed = named === "dataViewer" && role === "dataEditor" ? role : named;
  return `The service account ${email} is not allowed ${action}${lacking}. ${grantText(needed, email, projectId, about)}`;
}

/** "Grant … to …": one sentence that says which role is missing, where and for whom. */
export function grantText(role: Role, email: string, projectId: string, about: string | undefined): string {
  const { title, level } = ROLES[role];
  const on =
    level === "project" || about === undefined ? `the project ${projectId}` : `the dataset ${datasetOf(about)}`;
  return `Grant the role ${title} on ${on} to ${email}.`;
}

function datasetOf(about: string): string {
  return about.split(".")[0] ?? about;
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

/** Why no token of the customer's account could be had. */
export function impersonationError(error: unknown, email: string): SyncError {
  if (error instanceof SyncError) return error;
  const facts = googleErrorInfo(error);
  const { status, reason } = facts;
  const said = saidOf(facts);
  if (/could not load the default credentials|unable to detect a project/i.test(facts.text)) {
    return new SyncError(
      "auth",
      "This service has no Google identity of its own: its operator sets up Application Default Credentials or GOOGLE_SOURCE_TOKEN.",
    );
  }
  if (reason === "SERVICE_DISABLED") {
    return new SyncError(
      "permission",
      "The IAM Service Account Credentials API is switched off for this service. Its operator enables it in Google Cloud.",
    );
  }
  if (status === 401) {
    return new SyncError("auth", `Google refused this service's own identity (${said}). Its operator renews it.`);
  }
  if (status === 403) return new SyncError("permission", impersonationRefused(email, null));
  if (status === 400 || status === 404) {
    return new SyncError(
      "auth",
      `Google knows no service account ${email} that can be impersonated (${said}). Check its address.`,
    );
  }
  if (status === 429) {
    return new SyncError("rate_limited", `Google gives no more tokens for ${email} for now; it goes on by itself.`, {
      retryAtMs: retryAt(facts),
    });
  }
  return new SyncError("transient", `Google gave no access token for ${email} (${said}); it is tried again.`);
}

export function impersonationRefused(email: string, principal: string | null): string {
  const to = principal ?? "the account that this service runs as";
  // Google answers a missing grant and a missing account alike.
  return (
    `This service may not impersonate ${email}, or there is no such account. Check its address; on the page of that service account, ` +
    `under Principals with access, grant the role Service Account Token Creator (roles/iam.serviceAccountTokenCreator) to ${to}.`
  );
}
