// Google's own words for what waiting does not mend: each gets its kind and its remedy, and nothing of a row is quoted.
import { expect, test } from "vitest";
import { impersonationError, toSyncError } from "../../../src/providers/bigquery/errors.ts";
import type { ErrorKind } from "../../../src/domain/errors.ts";
import type { Connection } from "../../../src/domain/connection.ts";

const EMAIL = "sync@acme-data.iam.gserviceaccount.com";
const CONNECTION: Connection = {
  integrationId: "i",
  workspaceId: "w",
  provider: "bigquery",
  settings: { projectId: "acme-data", datasetId: "d", serviceAccountEmail: EMAIL, location: "EU" },
  secret: "",
  importFrom: "2026-01-01",
  learned: {},
};
const OPERATION = { action: "reading rows", about: "sales.orders", columns: ["ssn", "Email", "amount"] };

const rest = (code: number, reason: string, message: string): Error =>
  Object.assign(new Error(message), { code, errors: [{ reason, message, domain: "global" }] });
const grpc = (code: number, details: string): Error =>
  Object.assign(new Error(`${code} X_Y: ${details}`.replace("X_Y", "PERMISSION_DENIED")), { code, details });
const denied = (message: string): Error => rest(403, "accessDenied", message);

const TAG = '"Business Critical : ssn"';
const KEY = "projects/k/locations/eu/keyRings/r/cryptoKeys/key/cryptoKeyVersions/1";
const NO_BILLING =
  "Billing has not been enabled for this project. Enable billing at https://console.cloud.google.com/billing.";

test.each<[string, unknown, ErrorKind, RegExp]>([
  [
    "policy tag, query",
    denied(
      "Access Denied: BigQuery BigQuery: User has neither fine-grained reader nor masked get permission to get data " +
        `protected by policy tag ${TAG} on column sales.orders.ssn.`,
    ),
    "permission",
    /keep sync@\S+ from reading ssn of sales\.orders.*Fine-Grained Reader/,
  ],
  [
    "policy tags, several columns, some of another table",
    denied(
      "Access Denied: BigQuery BigQuery: User has neither fine-grained reader nor masked get permission to get data " +
        `protected by policy tag ${TAG} on columns acme-data.sales.orders.ssn, acme-data.sales.orders.email, a.b.c.secret.`,
    ),
    "permission",
    /from reading ssn, Email of sales/,
  ],
  [
    "policy tag, older words",
    denied(
      `Access Denied: BigQuery BigQuery: User does not have permission to access policy tag ${TAG} on column x.y.z.`,
    ),
    "permission",
    /from reading columns of sales\.orders/,
  ],
  [
    "policy tag, documented words",
    denied(
      "Access denied: User does not have permission to access policy tag projects/p/locations/eu/taxonomies/1/policyTags/2 " +
        "on column acme-data.sales.orders.ssn.'",
    ),
    "permission",
    /from reading ssn of/,
  ],
  [
    "policy tag, Storage API",
    grpc(
      7,
      `request failed: User has neither fine-grained reader nor masked get permission to get data protected by policy tag ${TAG} on column acme-data.sales.orders.ssn.`,
    ),
    "permission",
    /from reading ssn of/,
  ],
  [
    "policy tag, DML",
    denied("Access denied: Requires fineGrainedGet permission on the read columns to execute the DML statements"),
    "permission",
    /Fine-Grained Reader/,
  ],
  [
    "perimeter, REST",
    rest(
      403,
      "policyViolation",
      "VPC Service Controls: Request is prohibited by organization's policy. vpcServiceControlsUniqueIdentifier: XlFLBBM_Wstu6u3Q-x",
    ),
    "permission",
    /ingress rule for sync@.*XlFLBBM_Wstu6u3Q-x/,
  ],
  [
    "perimeter, without its name",
    grpc(7, "Request is prohibited by organization's policy. vpcServiceControlsUniqueIdentifier: 8e042d53afb67532"),
    "permission",
    /perimeter of VPC Service Controls.*8e042d53afb67532/,
  ],
  ["perimeter, reason alone", rest(403, "policyViolation", "?"), "permission", /ingress rule/],
  [
    "external table",
    grpc(3, "request failed: Only external tables with connections can be read with the Storage API."),
    "schema",
    /sales\.orders in the project acme-data is an external table.*Make a table of it/,
  ],
  [
    "external files",
    denied(
      "Access Denied: BigQuery BigQuery: Permission denied while globbing file pattern. a@b.iam.gserviceaccount.com does " +
        "not have storage.objects.list access to the Google Cloud Storage bucket.",
    ),
    "schema",
    /external table/,
  ],
  [
    "Drive",
    denied("Access Denied: BigQuery BigQuery: Permission denied while getting Drive credentials."),
    "schema",
    /Google Drive/,
  ],
  [
    "key, no right",
    denied(
      "Access Denied: BigQuery BigQuery: Cloud KMS Error: Permission 'cloudkms.cryptoKeyVersions.useToEncrypt' denied on " +
        "resource 'x' (or it may not exist). Please grant Cloud KMS CryptoKey Encrypter/Decrypter role to BigQuery service account: bq-1@bigquery-encryption.iam.gserviceaccount.com",
    ),
    "permission",
    /cryptoKeyEncrypterDecrypter/,
  ],
  [
    "key disabled",
    rest(400, "invalid", `Cloud KMS Error: ${KEY} is not enabled, current state is: DISABLED.`),
    "permission",
    /Cloud KMS key of sales.orders.* is disabled/,
  ],
  [
    "key destroyed",
    grpc(9, `request failed: ${KEY} is not enabled, current state is: DESTROY_SCHEDULED.`),
    "permission",
    /is destroy scheduled/,
  ],
  [
    "key not accessible",
    rest(
      400,
      "invalid",
      `The customer-managed encryption key required by the requested resource is not accessible. Error reason: ${KEY} is not enabled, current state is: DISABLED.`,
    ),
    "permission",
    /is disabled/,
  ],
  [
    "key demanded",
    rest(
      403,
      "accessDenied",
      "Your administrator requires that you specify an encryption key for queries in project acme-data. See x for more info.",
    ),
    "permission",
    /organization policy on encryption keys/,
  ],
  [
    "key forbidden",
    denied("Your administrator prevents using KMS keys from project k to protect resources in project acme-data."),
    "permission",
    /organization policy on encryption keys/,
  ],
  [
    "organization policy on locations",
    rest(
      412,
      "conditionNotMet",
      "US violates constraint constraints/gcp.resourceLocations on the resource projects/acme-data",
    ),
    "permission",
    /constraints\/gcp\.resourceLocations forbids reading rows/,
  ],
  [
    "organization policy, other order",
    rest(412, "conditionNotMet", "Constraint constraints/gcp.restrictNonCmekServices violated for projects/acme-data."),
    "permission",
    /restrictNonCmekServices/,
  ],
  [
    "location unknown",
    rest(400, "invalid", "Invalid value for: Asia is not a valid value"),
    "schema",
    /knows no location EU.*Create the integration again/,
  ],
  ["location unknown, gRPC", grpc(3, 'Location "us" does not exist.'), "schema", /knows no location/],
  [
    "other location",
    rest(404, "notFound", "Not found: Dataset acme-data:sales was not found in location US"),
    "not_found",
    /not in the location EU/,
  ],
  [
    "two locations",
    rest(400, "invalid", "Cannot read and write in different locations: source: EU, destination: US"),
    "not_found",
    /not in the location EU/,
  ],
  [
    "sandbox, DML",
    rest(403, "billingNotEnabled", `${NO_BILLING} DML queries are not allowed in the free tier.`),
    "permission",
    /sandbox/,
  ],
  [
    "sandbox, expiration",
    rest(403, "billingNotEnabled", `${NO_BILLING} The default table expiration time must be less than 60 days`),
    "permission",
    /sandbox.*60 days/,
  ],
  [
    "sandbox, streaming",
    denied("Access Denied: BigQuery BigQuery: Streaming insert is not allowed in the free tier"),
    "permission",
    /Enable billing/,
  ],
  [
    "billing disabled",
    rest(
      403,
      "billingNotEnabled",
      "This API method requires billing to be enabled. Please enable billing on project #123",
    ),
    "permission",
    /Link an open billing account/,
  ],
  [
    "billing closed",
    rest(403, "accountDisabled", "The billing account for the owning project is disabled in state absent"),
    "permission",
    /Link an open billing account/,
  ],
  [
    "API never used",
    grpc(7, "BigQuery Storage API has not been used in project 123 before or it is disabled. Enable it by visiting x"),
    "permission",
    /switched off in the project acme-data/,
  ],
  ["not a BigQuery project", denied("The project acme-data has not enabled BigQuery."), "permission", /switched off/],
  [
    "row policies",
    denied(
      "Access Denied: Table acme-data:sales.orders: User does not have full access for table acme-data:sales.orders due to row access policies.",
    ),
    "permission",
    /FILTER USING \(TRUE\)/,
  ],
])("%s", (_name, error, kind, message) => {
  const syncError = toSyncError(error, OPERATION, CONNECTION);
  expect(syncError).toMatchObject({ kind, message: expect.stringMatching(message) as string });
  for (const foreign of ["secret", "bigquery-encryption", "taxonomies", "Business"])
    expect(syncError.message).not.toContain(foreign);
  expect(syncError.cause).toBeUndefined();
  expect(syncError.concernsAllDays).toBe(true);
  const isMendedByGrant = /Fine-Grained|FILTER USING|ingress rule|CryptoKey Encrypter/.test(syncError.message);
  expect(syncError.isFinal).toBe(!isMendedByGrant);
});

test.each([
  [toSyncError(rest(403, "accessNotConfigured", "new words"), OPERATION, CONNECTION), true],
  [toSyncError(rest(403, "billingNotEnabled", "new words"), OPERATION, CONNECTION), true],
  [toSyncError(denied("new words"), OPERATION, CONNECTION), false],
  [impersonationError(rest(403, "SERVICE_DISABLED", "new words"), "a@b", null), true],
  [impersonationError(rest(403, "IAM_PERMISSION_DENIED", "new words"), "a@b", null), false],
])("waiting for a grant is of no use where none mends it: %s, %s", (error, isFinal) => {
  expect(error).toMatchObject({ kind: "permission", isFinal });
});

test.each([
  "Could not parse 'Request is prohibited by organization's policy' as INT64 for field note (position 3)",
  "Error while reading data, error message: JSON: 'Cloud KMS Error: ' is no number",
  "Invalid timestamp: 'Billing has not been enabled for this project'",
  'Bad int64 value: User does not have permission to access policy tag "x" on column sales.orders.ssn',
  "Value\nOnly external tables with connections can be read with the Storage API.",
])("a text that quotes a row is no refusal: %s", (text) => {
  const syncError = toSyncError(rest(400, "invalid", text), OPERATION, CONNECTION);
  expect(syncError).toMatchObject({ kind: "schema", message: expect.stringMatching(/\(invalid\)/) as string });
  expect(syncError.message).not.toContain("ssn");
});

test.each<[unknown, ErrorKind]>([
  [grpc(9, "request failed: something new"), "transient"],
  [rest(503, "backendError", "something new"), "transient"],
  [rest(418, "teapot", "something new"), "schema"],
  [grpc(3, "request failed: something new"), "schema"],
])("what is not understood fails the request, never a record: %s", (error, kind) => {
  expect(toSyncError(error, OPERATION, CONNECTION)).toMatchObject({ kind, concernsAllDays: false });
});
