// A BigQuery integration in tests of the whole system: a customer's project, the integration, and the counts of both sides.
import { randomInt } from "node:crypto";
import { startSharedBigQuery } from "../../../dev/standins/bigquery/sharedEmulator.ts";
import type { BigQueryControl } from "../../../dev/standins/bigquery/control.ts";
import type { Role } from "../../../dev/standins/bigquery/protocol.ts";
import { eventually } from "../eventually.ts";
import { startKillableWorkers } from "./killableWorker.ts";
import { allPages } from "./mixpanelSync.ts";
import { startSystem, type System } from "./system.ts";

export const DATASET = "analytics";
const EXPOSURES = "inworld_router_exposures";

/** The columns of the customer's table of events. */
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
  error?: { kind: string; message: string };
}

export interface BigQueryAnswer {
  status: string;
  export: ExportAnswer;
  import: { error?: { kind: string; message: string } };
}

interface EventAnswer {
  eventName: string;
  completeThrough: string | null;
  imported: number;
  rejected: number;
  error?: { kind: string; message: string };
}

export type BigQuery = Awaited<ReturnType<typeof connectBigQuery>>;

/** The settings for the local BigQuery. */
export async function bigQuerySettings(): Promise<{ settings: Record<string, string>; control: BigQueryControl }> {
  const { restUrl, storageUrl, iamUrl, sourceToken, control } = await startSharedBigQuery();
  const settings = {
    BIGQUERY_REST_URL: restUrl,
    BIGQUERY_STORAGE_URL: storageUrl,
    IAM_CREDENTIALS_URL: iamUrl,
    IAM_URL: iamUrl,
    GOOGLE_SOURCE_TOKEN: sourceToken,
  };
  return { settings, control };
}

/** A whole system with a worker and the local BigQuery. */
export async function startBigQuerySystem() {
  const { settings, control } = await bigQuerySettings();
  const system = await startSystem(settings);
  await system.startWorker();
  const stop = async () => {
    await system.stop();
    await control.close();
  };
  return { system, control, stop };
}

/** A whole system with the local BigQuery, and workers that are processes of their own. */
export async function startKillableBigQuerySystem() {
  const { settings, control } = await bigQuerySettings();
  const system = await startSystem(settings);
  const workers = await startKillableWorkers(system);
  const stop = async () => {
    await workers.stop();
    await system.stop();
    await control.close();
  };
  return { system, control, workers, stop };
}

/** The roles that an account needs for both directions, with rights to the data of these datasets. */
export function grantsOf(
  projectId: string,
  datasets = [DATASET],
): { role: Role; projectId: string; datasetId?: string }[] {
  return [
    { role: "roles/bigquery.jobUser", projectId },
    { role: "roles/bigquery.readSessionUser", projectId },
    ...datasets.map((datasetId) => ({ role: "roles/bigquery.dataEditor" as const, projectId, datasetId })),
  ];
}

/** Creates a project as a customer would, with an empty table of events. */
export async function prepareBigQuery(control: BigQueryControl) {
  const projectId = `project-${randomInt(1_000_000, 1_000_000_000)}`;
  const email = `sync@${projectId}.iam.gserviceaccount.com`;
  await control.putAccount(email, { grants: grantsOf(projectId) });
  await control.createDataset(projectId, DATASET, { location: "EU" });
  await control.createTable(projectId, DATASET, COLUMNS.tableName, { schema: { fields: FIELDS } });
  return {
    projectId,
    email,
    control,
    seed: (rows: EventRow[]) =>
      control.loadRows(
        projectId,
        DATASET,
        COLUMNS.tableName,
        rows.map((row) => ({ ...row })),
      ),
    /** The exposures that the customer's own queries see. */
    exposures: async () => {
      const text = `SELECT alias_id, route_id, variant_id, user_id, UNIX_MILLIS(\`timestamp\`) AS ms
        FROM \`${projectId}.${DATASET}.${EXPOSURES}\` ORDER BY user_id, ms`;
      const { rows } = await control.query(projectId, text);
      return rows.map((row) => ({ user: String(row["user_id"]), ms: Number(row["ms"]) }));
    },
  };
}

/** Such a project and an integration on it; both directions off. */
export async function connectBigQuery(
  system: System,
  control: BigQueryControl,
  integration: Record<string, unknown> = {},
) {
  const prepared = await prepareBigQuery(control);
  const { projectId, email } = prepared;
  const { id } = await system.call<{ id: string }>("POST", "/v1/integrations", {
    provider: "bigquery",
    projectId,
    datasetId: DATASET,
    serviceAccountEmail: email,
    location: "EU",
    ...integration,
  });
  const path = `/v1/integrations/${id}`;
  const ask = () => system.call<{ requestId: string }>("POST", `${path}/sync`);
  const outcome = async (requestId: string, withinMs?: number) => {
    const seen = () => system.call<{ status: string; outcome?: string }>("GET", `${path}/sync/${requestId}`);
    return (await eventually(seen, ({ status }) => status === "done", withinMs)).outcome;
  };
  return {
    ...prepared,
    id,
    path,
    get: () => system.call<BigQueryAnswer>("GET", path),
    event: async (eventName: string) => {
      const { events } = await system.call<{
        events: EventAnswer[];
      }>("GET", `${path}/events`);
      return events.find((event) => event.eventName === eventName)!;
    },
    records: (eventName: string) =>
      allPages<{
        user_id: string;
        timestamp: string;
        properties: Record<string, unknown>;
      }>(system, `${path}/events/${eventName}/records`, "records"),
    ask,
    outcome,
    sync: async (withinMs?: number) => await outcome((await ask()).requestId, withinMs),
    export: async () =>
      (
        await system.call<{
          export: ExportAnswer;
        }>("GET", path)
      ).export,
  };
}

export const FIELDS = [
  { name: "event_name", type: "STRING" },
  { name: "user_id", type: "STRING" },
  { name: "created_at", type: "TIMESTAMP" },
  { name: "event_uuid", type: "STRING" },
  { name: "amount", type: "INTEGER" },
];
