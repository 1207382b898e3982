// Errors of REST, gRPC and IAM as the clients throw them: their kind, and a message that quotes none of their texts.
import { expect, test } from "vitest";
import {
  accountReadError,
  impersonationError,
  type Operation,
  toSyncError,
} from "../../../src/providers/bigquery/errors.ts";
import { type ErrorKind, SyncError } from "../../../src/domain/errors.ts";
import type { Connection } from "../../../src/domain/connection.ts";

const EMAIL = "sync@acme-data.iam.gserviceaccount.com";
const CONNECTION: Connection = {
  integrationId: "i",
  workspaceId: "w",
  provider: "bigquery",
  settings: {
    projectId: "acme-data",
    datasetId: "d",
    serviceAccountEmail: EMAIL,
    location: "EU",
  },
  secret: "",
  importFrom: "2026-01-01",
  learned: {},
};
const OPERATION: Operation = { action: "the load of router exposures", about: "analytics.exposures" };
/** Stands for values of rows and for tokens, which texts of Google's may quote. */
const PRIVATE = "user-4711 ya29.token";

function rest(code: number, reason: string, text = ""): Error {
  const message = `${text} ${PRIVATE}`;
  return Object.assign(new Error(message), { code, errors: [{ reason, message, domain: "global" }] });
}
function grpc(code: number, details = ""): Error {
  return Object.assign(new Error(`${code} X: ${details} ${PRIVATE}`), { code, details });
}

test.each<[string, unknown, ErrorKind, RegExp]>([
  ["401", rest(401, "authError"), "auth", /Check that the service account exists/],
  [
    "jobs",
    rest(403, "accessDenied", "User does not have bigquery.jobs.create permission"),
    "permission",
    /roles\/bigquery\.jobUser\) on the project acme-data to sync@/,
  ],
  [
    "writing",
    rest(403, "accessDenied", "Permission bigquery.tables.updateData denied"),
    "permission",
    /roles\/bigquery\.dataEditor\) on the dataset analytics to/,
  ],
  [
    "reading",
    rest(403, "accessDenied", "User does not have permission to query table a:b.c"),
    "permission",
    /roles\/bigquery\.dataViewer\) on the dataset analytics/,
  ],
  ["API off", rest(403, "accessNotConfigured"), "permission", /Enable the BigQuery API/],
  ["billing", rest(403, "billingNotEnabled"), "permission", /Enable billing/],
  ["missing", rest(404, "notFound", "Not found: Table"), "not_found", /location EU/],
  ["quota", rest(403, "quotaExceeded"), "rate_limited", /goes on by itself/],
  ["rate", rest(403, "rateLimitExceeded"), "rate_limited", /rateLimitExceeded/],
  ["429", rest(429, ""), "rate_limited", /429/],
  ["job's rate", { reason: "jobRateLimitExceeded", message: PRIVATE }, "rate_limited", /jobRateLimitExceeded/],
  ["503", rest(503, "backendError"), "transient", /backendError/],
  ["502 in HTML", Object.assign(new Error(`<html>${PRIVATE}`), { code: 502 }), "transient", /status 502/],
  ["job's failure", { reason: "jobBackendError", message: PRIVATE }, "transient", /tried again/],
  [
    "conflict",
    rest(400, "invalidQuery", "Could not serialize access to table x due to concurrent update"),
    "transient",
    /tried again/,
  ],
  ["bad rows", { reason: "invalid", message: PRIVATE, location: "gs" }, "schema", /\(invalid\)/],
  ["bad query", rest(400, "invalidQuery"), "schema", /columns and types/],
  ["reset", Object.assign(new Error(PRIVATE), { code: "ECONNRESET" }), "transient", /ECONNRESET/],
  [
    "fetch",
    Object.assign(new Error(PRIVATE), { type: "request-timeout", name: "FetchError" }),
    "transient",
    /request-timeout/,
  ],
  ["thrown text", PRIVATE, "transient", /no answer/],
  ["gRPC 16", grpc(16), "auth", /gRPC status 16/],
  [
    "gRPC 7",
    grpc(7, "the user does not have 'bigquery.readsessions.create' permission"),
    "permission",
    /roles\/bigquery\.readSessionUser\) on the project/,
  ],
  ["gRPC 5", grpc(5), "not_found", /names of dataset and table/],
  ["gRPC 8", grpc(8), "rate_limited", /goes on by itself/],
  ["gRPC 14", grpc(14), "transient", /tried again/],
  ["gRPC 13", grpc(13), "transient", /tried again/],
  ["gRPC 9", grpc(9, "session expired"), "transient", /tried again/],
  ["gRPC 3", grpc(3), "schema", /refused/],
])("%s", (_name, error, kind, message) => {
  const syncError = toSyncError(error, OPERATION, CONNECTION);
  expect(syncError).toMatchObject({ kind, message: expect.stringMatching(message) as string });
  for (const secret of PRIVATE.split(" "))
    expect(`${syncError.stack} ${JSON.stringify(syncError)}`).not.toContain(secret);
  expect(syncError.cause).toBeUndefined();
  const waitMs = (syncError.retryAtMs ?? Date.now()) - Date.now();
  expect(waitMs > 30_000).toBe(kind === "rate_limited");
});

test("a SyncError stays as it is", () => {
  const error = new SyncError("schema", "known");
  expect(toSyncError(error, OPERATION, CONNECTION)).toBe(error);
  expect(impersonationError(error, EMAIL, null)).toBe(error);
});

test("a write that lacks a viewer's permission asks for the editor's role", () => {
  const error = rest(403, "accessDenied", "Permission bigquery.tables.get denied");
  expect(toSyncError(error, { ...OPERATION, role: "dataEditor" }, CONNECTION).message).toContain(
    "roles/bigquery.dataEditor",
  );
});

const PRINCIPAL = "ours@own.iam.gserviceaccount.com";

function iam(status: number, reason: string): Error {
  const data = { error: { code: status, message: PRIVATE, status: "X", details: [{ reason }] } };
  return Object.assign(new Error(`X: unable to impersonate: ${PRIVATE}`), { response: { status, data } });
}

test.each<[string, Error, ErrorKind, RegExp]>([
  ["refused", iam(403, "IAM_PERMISSION_DENIED"), "permission", /roles\/iam\.serviceAccountTokenCreator/],
  ["API off", iam(403, "SERVICE_DISABLED"), "permission", /IAM Service Account Credentials API/],
  ["no such account", iam(404, ""), "auth", /does not know the service account/],
  ["own identity", iam(401, "authError"), "auth", /own identity/],
  ["quota", iam(429, "rateLimitExceeded"), "rate_limited", /goes on by itself/],
  ["down", iam(503, ""), "transient", /tried again/],
  ["unreachable", Object.assign(new Error(PRIVATE), { code: "ENOTFOUND" }), "transient", /ENOTFOUND/],
  ["none at all", new Error("Could not load the default credentials."), "auth", /GOOGLE_SOURCE_TOKEN/],
])("impersonation: %s", (_name, error, kind, message) => {
  const syncError = impersonationError(error, EMAIL, PRINCIPAL);
  expect(syncError).toMatchObject({ kind, message: expect.stringMatching(message) as string });
  for (const secret of PRIVATE.split(" ")) expect(`${syncError.stack}`).not.toContain(secret);
});

test.each<[string, Error, ErrorKind, RegExp]>([
  ["refused", iam(403, "IAM_PERMISSION_DENIED"), "permission", /roles\/iam\.serviceAccountTokenCreator\) to ours@own/],
  ["API off", iam(403, "SERVICE_DISABLED"), "permission", /IAM API \(iam\.googleapis\.com\).*operator/],
  ["no such account", iam(404, ""), "auth", /does not know the service account/],
  ["own identity", iam(401, "authError"), "auth", /own identity/],
  ["quota", iam(429, "rateLimitExceeded"), "rate_limited", /goes on by itself/],
  ["down", iam(503, ""), "transient", /tried again/],
  ["unreachable", Object.assign(new Error(PRIVATE), { code: "ENOTFOUND" }), "transient", /ENOTFOUND/],
])("reading an account: %s", (_name, error, kind, message) => {
  const syncError = accountReadError(error, EMAIL, PRINCIPAL);
  expect(syncError).toMatchObject({ kind, message: expect.stringMatching(message) as string });
  for (const secret of PRIVATE.split(" ")) expect(`${syncError.stack}`).not.toContain(secret);
});

test("a perimeter that stops impersonation is not called a missing grant", () => {
  const message = "Request is prohibited by organization's policy. vpcServiceControlsUniqueIdentifier: abc";
  const data = { error: { code: 403, message, details: [{ reason: "SECURITY_POLICY_VIOLATED" }] } };
  const error = Object.assign(new Error(`PERMISSION_DENIED: unable to impersonate: ${message}`), {
    response: { status: 403, data },
  });
  const syncError = impersonationError(error, EMAIL, null);
  expect(syncError).toMatchObject({
    kind: "permission",
    message: expect.stringMatching(/ingress rule.*abc/) as string,
  });
  expect(syncError.message).not.toContain("Token Creator");
});
