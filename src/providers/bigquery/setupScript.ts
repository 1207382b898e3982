// A shell script of gcloud and bq commands that prepares a customer's project, with the customer's own values.
import { SyncError } from "../../domain/errors.ts";
import type { SetupInput } from "../connector.ts";
import { datasetSql, projectOfAccount, stringSql } from "./names.ts";

interface Project {
  projectId: string;
  datasetId: string | null;
  serviceAccountEmail: string;
  location: string;
}

type Input = Omit<SetupInput, "settings">;

const NAMED_ACCOUNT = /^([a-z0-9-]+)@[^@]+[.]iam[.]gserviceaccount[.]com$/;

/** Every command can run again: what is there already stays. */
export function setupScript(project: Project, input: Input): string {
  const parts = [
    head(project, input),
    enableApis(input),
    createAccount(project),
    DESCRIBE_ACCOUNT,
    grantRoles(input),
    ...datasetParts(project, input),
  ];
  return `${parts.join("\n\n")}\n`;
}

function head({ projectId, serviceAccountEmail, location }: Project, { principal, proof }: Input): string {
  const accountProject = projectOfAccount(serviceAccountEmail) ?? projectId;
  const member = principal === null ? "" : memberOf(principal);
  return `#!/usr/bin/env bash
# Prepares BigQuery for the sync. Run it as an owner of the project, for example in Cloud Shell.
# It can run again: what is there already stays.
set -euo pipefail

PROJECT=${quoted(projectId)}
LOCATION=${quoted(location)}
ACCOUNT=${quoted(serviceAccountEmail)}
ACCOUNT_PROJECT=${quoted(accountProject)}
# The account that the sync runs as. It may act as the service account, and needs no key.
PRINCIPAL=${quoted(member)}
# Shows that the service account is yours.
PROOF=${quoted(proof)}
: "\${PRINCIPAL:?Ask the operator of the sync for its account, and enter it above as serviceAccount:ADDRESS}"`;
}

function enableApis({ imports }: Input): string {
  const apis = [
    "bigquery.googleapis.com",
    "iam.googleapis.com",
    ...(imports ? ["bigquerystorage.googleapis.com"] : []),
  ];
  return `gcloud services enable --project="$PROJECT" ${apis.join(" ")}`;
}

/** Accounts of Google's own exist already. */
function createAccount({ serviceAccountEmail }: Project): string {
  const name = NAMED_ACCOUNT.exec(serviceAccountEmail)?.[1];
  const look = `gcloud iam service-accounts describe "$ACCOUNT" --project="$ACCOUNT_PROJECT" >/dev/null`;
  if (name === undefined) return look;
  return `if ! ${look} 2>&1; then
  gcloud iam service-accounts create ${quoted(name)} --project="$ACCOUNT_PROJECT"
fi`;
}

/** A description that is there already stays before the proof. */
const DESCRIBE_ACCOUNT = `DESCRIPTION=$(gcloud iam service-accounts describe "$ACCOUNT" --project="$ACCOUNT_PROJECT" \\
  --format='value(description)')
if [[ "$DESCRIPTION" != *"$PROOF"* ]]; then
  gcloud iam service-accounts update "$ACCOUNT" --project="$ACCOUNT_PROJECT" \\
    --description="\${DESCRIPTION:+$DESCRIPTION }$PROOF"
fi`;

function grantRoles({ imports }: Input): string {
  const roles = ["roles/bigquery.jobUser", ...(imports ? ["roles/bigquery.readSessionUser"] : [])];
  const ofProject = roles.map(
    (role) => `gcloud projects add-iam-policy-binding "$PROJECT" --condition=None \\
  --member="serviceAccount:$ACCOUNT" --role=${role} >/dev/null`,
  );
  return [
    `gcloud iam service-accounts add-iam-policy-binding "$ACCOUNT" --project="$ACCOUNT_PROJECT" --condition=None \\
  --member="$PRINCIPAL" --role=roles/iam.serviceAccountTokenCreator >/dev/null`,
    ...ofProject,
  ].join("\n");
}

function datasetParts(project: Project, { exports, imports, datasets }: Input): string[] {
  const target = exports ? project.datasetId : null;
  if (exports && target === null) throw new SyncError("schema", "The export needs a dataset. Enter the Dataset ID.");
  const sources = imports ? [...new Set(datasets)].filter((dataset) => dataset !== target) : [];
  return [
    ...(target === null ? [] : [createDataset(target), grantOn(project, target, "dataEditor")]),
    ...sources.map((dataset) => grantOn(project, dataset, "dataViewer")),
  ];
}

function createDataset(dataset: string): string {
  const name = `"$PROJECT:"${quoted(dataset)}`;
  return `if ! bq show --project_id="$PROJECT" --dataset ${name} >/dev/null 2>&1; then
  bq mk --project_id="$PROJECT" --location="$LOCATION" --dataset ${name}
fi`;
}

/** SQL's GRANT adds to the rights of others, unlike an update of the dataset. */
function grantOn({ projectId, serviceAccountEmail }: Project, dataset: string, role: string): string {
  const schema = datasetSql({ projectId, datasetId: dataset });
  const member = stringSql(`serviceAccount:${serviceAccountEmail}`);
  const sql = `GRANT \`roles/bigquery.${role}\` ON SCHEMA ${schema} TO ${member}`;
  return `bq query --project_id="$PROJECT" --location="$LOCATION" --use_legacy_sql=false \\
  ${quoted(sql)}`;
}

const memberOf = (principal: string): string =>
  `${principal.endsWith("gserviceaccount.com") ? "serviceAccount" : "user"}:${principal}`;

/** Nothing is special within single quotes, and a single quote ends and begins them again. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
