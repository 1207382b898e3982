// What tests of the whole system do with a BigQuery integration: a customer's project, an integration on it, and both sides' counts.
import { randomInt } from "node:crypto";
import { startSharedBigQuery } from "../../dev/bigquery/shared.ts";
import type { BigQueryControl } from "../../dev/bigquery/control.ts";
import { eventually } from "./system.ts";
import type { System } from "./system.ts";

export const DATASET = "analytics";
const EXPOSURES = "inworld_router_exposures";

/** Columns of the customer's table of events. */
export const COLUMNS = {
  dataset: DATASET,
  tableName: "events",
  eventFieldName: "event_name",
  userIdFieldName: "user_id",
  timestampFieldName: "created_at",
  eventUuidFieldName: "event_uuid",
};

export interface EventRow {
  event_name: string;
  user_id: string;
  created_at: string;
  event_uuid: string;
  amount: number;
}

interface ExportAnswer {
  completeThrough: string | null;
  sent: number;
  rejected: number;
  pending: number;
  late: number;
}

/** Settings with which the system under test finds the local BigQuery. */
export async function bigQuerySettings(): Promise<{ settings: Record<string, string>; control: BigQueryControl }> {
  const { restUrl, storageUrl, iamUrl, sourceToken, control } = await startSharedBigQuery();
  const settings = {
    BIGQUERY_REST_URL: restUrl,
    BIGQUERY_STORAGE_URL: storageUrl,
    IAM_CREDENTIALS_URL: iamUrl,
    GOOGLE_SOURCE_TOKEN: sourceToken,
  };
  return { settings, control };
}

/** A project as its customer would prepare it, with an empty table of events, and an integration on it; both legs off. */
export async function connectBigQuery(system: System, control: BigQueryControl) {
  const projectId = `project-${randomInt(1_000_000, 1_000_000_000)}`;
  const email = `sync@${projectId}.iam.gserviceaccount.com`;
  await control.putAccount(email, {
    grants: [
      { role: "roles/bigquery.jobUser", projectId },
      { role: "roles/bigquery.readSessionUser", projectId },
      { role: "roles/bigquery.dataEditor", projectId, datasetId: DATASET },
    ],
  });
  await control.createDataset(projectId, DATASET, { location: "EU" });
  await control.createTable(projectId, DATASET, COLUMNS.tableName, { schema: { fields: FIELDS } });
  const { id } = await system.call<{ id: string }>("POST", "/v1/integrations", {
    provider: "bigquery",
    projectId,
    datasetId: DATASET,
    serviceAccountEmail: email,
    location: "EU",
  });
  const path = `/v1/integrations/${id}`;
  return {
    id,
    projectId,
    path,
    email,
    seed: (rows: EventRow[]) =>
      control.loadRows(
        projectId,
        DATASET,
        COLUMNS.tableName,
        rows.map((row) => ({ ...row })),
      ),
    sync: async () => {
      const { requestId } = await system.call<{ requestId: string }>("POST", `${path}/sync`);
      const ask = () => system.call<{ status: string; outcome?: string }>("GET", `${path}/sync/${requestId}`);
      return (await eventually(ask, ({ status }) => status === "done")).outcome;
    },
    export: async () => (await system.call<{ export: ExportAnswer }>("GET", path)).export,
    /** The exposures that the customer's own queries see. */
    exposures: async () => {
      const text = `SELECT alias_id, route_id, variant_id, user_id, UNIX_MILLIS(\`timestamp\`) AS ms
        FROM \`${projectId}.${DATASET}.${EXPOSURES}\` ORDER BY user_id, ms`;
      const { rows } = await control.query(projectId, text);
      return rows.map((row) => ({ user: String(row["user_id"]), ms: Number(row["ms"]) }));
    },
  };
}

const FIELDS = [
  { name: "event_name", type: "STRING" },
  { name: "user_id", type: "STRING" },
  { name: "created_at", type: "TIMESTAMP" },
  { name: "event_uuid", type: "STRING" },
  { name: "amount", type: "INTEGER" },
];
