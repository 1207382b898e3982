// The rights of service accounts by BigQuery's predefined roles, as far as a sync needs them.
import { GoogleError, tableText, type TableName } from "./google.ts";
import type { Account, Role } from "./protocol.ts";

const METADATA = ["bigquery.datasets.get", "bigquery.tables.get", "bigquery.tables.list"];
const VIEW = [...METADATA, "bigquery.tables.getData"];
const READ_SESSIONS = ["create", "getData", "update"].map((verb) => `bigquery.readsessions.${verb}`);
const CHANGE = ["create", "delete", "update", "updateData"].map((verb) => `bigquery.tables.${verb}`);

const PERMISSIONS: Record<Exclude<Role, "roles/bigquery.admin">, readonly string[]> = {
  "roles/bigquery.jobUser": ["bigquery.jobs.create"],
  "roles/bigquery.readSessionUser": READ_SESSIONS,
  "roles/bigquery.metadataViewer": METADATA,
  "roles/bigquery.dataViewer": VIEW,
  "roles/bigquery.dataEditor": [...VIEW, ...CHANGE, "bigquery.datasets.create"],
  "roles/bigquery.user": ["bigquery.jobs.create", ...READ_SESSIONS, "bigquery.datasets.create", ...METADATA],
};
/** Permissions that exist on projects only. */
const OF_PROJECTS = /^bigquery\.(?:jobs|readsessions)\.|^bigquery\.datasets\.create$/;

export interface Principal extends Account {
  email: string;
}

export function holds(account: Account, permission: string, projectId: string, datasetId: string | null): boolean {
  return account.grants.some((grant) => {
    if (grant.projectId !== projectId) return false;
    if (grant.datasetId !== undefined && (grant.datasetId !== datasetId || OF_PROJECTS.test(permission))) return false;
    return grant.role === "roles/bigquery.admin" || PERMISSIONS[grant.role].includes(permission);
  });
}

export function needOnProject(account: Account, permission: string, projectId: string): void {
  if (holds(account, permission, projectId, null)) return;
  throw denied(
    `Access Denied: Project ${projectId}: User does not have ${permission} permission in project ${projectId}.`,
  );
}

export function needOnDataset(account: Account, permission: string, projectId: string, datasetId: string): void {
  if (holds(account, permission, projectId, datasetId)) return;
  const dataset = `${projectId}:${datasetId}`;
  throw denied(
    `Access Denied: Dataset ${dataset}: Permission ${permission} denied on dataset ${dataset} (or it may not exist).`,
  );
}

export function needOnTable(account: Account, permission: string, table: TableName): void {
  if (holds(account, permission, table.projectId, table.datasetId)) return;
  const name = tableText(table);
  throw denied(`Access Denied: Table ${name}: Permission ${permission} denied on table ${name} (or it may not exist).`);
}

/** Queries have their own message for a missing right to read. */
export function needToQuery(account: Account, table: TableName): void {
  if (holds(account, "bigquery.tables.getData", table.projectId, table.datasetId)) return;
  const name = tableText(table);
  throw denied(
    `Access Denied: Table ${name}: User does not have permission to query table ${name}, or perhaps it does not exist.`,
  );
}

export function denied(message: string): GoogleError {
  return new GoogleError(403, "accessDenied", message);
}
