// A project in the local BigQuery with a table of product events, and syncs that import all of them.
import type { NewEvent } from "../src/domain/event.ts";
import type { IntegrationPatch } from "../src/domain/integration.ts";
import { emptyTables } from "./importData.ts";
import type { BigQueryMachine } from "./machine.ts";
import { createTenantOf, type Tenant } from "./tenant.ts";

const DAY_MS = 86_400_000;
/** The length of the first window of a backfill, so that one session reads all rows, as for each peer. */
const DAYS = 7;
const LOCATION = "US";
export const DATASET = "analytics";
export const EVENT = "purchase";
const ROWS_OF_SMALL_TABLE = 100;

/** 12 columns of 11 types, as in real tables of events. */
const FIELDS = [
  { name: "event_name", type: "STRING" },
  { name: "user_id", type: "STRING" },
  { name: "created_at", type: "TIMESTAMP" },
  { name: "event_uuid", type: "STRING" },
  { name: "quantity", type: "INTEGER" },
  { name: "amount", type: "NUMERIC" },
  { name: "score", type: "FLOAT" },
  { name: "is_member", type: "BOOLEAN" },
  { name: "country", type: "STRING" },
  { name: "ordered_on", type: "DATE" },
  { name: "tags", type: "STRING", mode: "REPEATED" },
  { name: "context", type: "JSON" },
];

export interface EventTable {
  machine: BigQueryMachine;
  projectId: string;
  tableId: string;
  rows: number;
  fromMs: number;
  toMs: number;
}

export async function createBigQueryProject({ bigQuery: { control } }: BigQueryMachine, projectId: string) {
  await control.putAccount(emailOf(projectId), {
    grants: [
      { role: "roles/bigquery.jobUser", projectId },
      { role: "roles/bigquery.readSessionUser", projectId },
      { role: "roles/bigquery.dataEditor", projectId, datasetId: DATASET },
    ],
  });
  await control.createDataset(projectId, DATASET, { location: LOCATION });
}

/** A token of the customer's account, which a peer in production would get from its environment. */
export function tokenOf({ bigQuery }: BigQueryMachine, projectId: string): Promise<string> {
  return bigQuery.control.issueToken(emailOf(projectId), 12 * 3_600);
}

export async function generateEvents(machine: BigQueryMachine, projectId: string, rows: number): Promise<EventTable> {
  const { control } = machine.bigQuery;
  const tableId = "events";
  const toMs = Math.floor(Date.now() / DAY_MS) * DAY_MS;
  const fromMs = toMs - DAYS * DAY_MS;
  await createBigQueryProject(machine, projectId);
  await control.createTable(projectId, DATASET, tableId, { schema: { fields: FIELDS } });
  const stepMs = Math.max(1, Math.floor((DAYS * DAY_MS) / rows));
  await control.query(
    projectId,
    `INSERT INTO \`${projectId}.${DATASET}.${tableId}\` (${FIELDS.map(({ name }) => name).join(", ")})
    SELECT '${EVENT}', CONCAT('user-', CAST(MOD(n * 7919, 50000) AS STRING)), TIMESTAMP_MILLIS(${fromMs} + n * ${stepMs}),
      GENERATE_UUID(), MOD(n, 9) + 1, CAST(MOD(n * 31, 1000000) AS NUMERIC) / 100, CAST(MOD(n * 17, 1000) AS FLOAT64) / 7,
      MOD(n, 3) = 0, CASE MOD(n, 4) WHEN 0 THEN 'DE' WHEN 1 THEN 'US' WHEN 2 THEN 'JP' ELSE 'BR' END,
      DATE(TIMESTAMP_MILLIS(${fromMs} + n * ${stepMs})), ['web', CONCAT('campaign-', CAST(MOD(n, 40) AS STRING))],
      PARSE_JSON(CONCAT('{"session": ', CAST(n AS STRING), ', "device": {"os": "ios", "version": "18.1"}}'))
    FROM UNNEST(GENERATE_ARRAY(0, ${rows - 1})) AS n`,
  );
  const counted = await control.query(projectId, `SELECT COUNT(*) AS n FROM \`${projectId}.${DATASET}.${tableId}\``);
  if (Number(counted.rows[0]?.["n"]) !== rows) throw new Error(`${tableId} does not hold ${rows} rows.`);
  return { machine, projectId, tableId, rows, fromMs, toMs };
}

/** A run through Temporal into empty tables: plan, session, pages, discovery. Returns its duration in milliseconds. */
export async function syncEvents(table: EventTable): Promise<number> {
  const { machine, projectId, fromMs } = table;
  await emptyTables(machine);
  const event = eventOf(EVENT, table.tableId);
  const tenant = await createBigQueryTenant(machine, projectId, dayOf(fromMs), { importEnabled: true }, [event]);
  const ms = await tenant.sync();
  await tenant.stop();
  return ms;
}

/** Tables with a few rows each, and an event for each of them. */
export async function createTables(
  { bigQuery: { control } }: BigQueryMachine,
  projectId: string,
  tables: number,
): Promise<NewEvent[]> {
  const events: NewEvent[] = [];
  for (let i = 0; i < tables; i++) {
    const tableId = `events_${i}`;
    await control.createTable(projectId, DATASET, tableId, { schema: { fields: FIELDS.slice(0, 4) } });
    await control.query(
      projectId,
      `INSERT INTO \`${projectId}.${DATASET}.${tableId}\` (event_name, user_id, created_at, event_uuid)
      SELECT '${EVENT}_${i}', CAST(n AS STRING), CURRENT_TIMESTAMP(), GENERATE_UUID()
      FROM UNNEST(GENERATE_ARRAY(1, ${ROWS_OF_SMALL_TABLE})) AS n`,
    );
    events.push(eventOf(`${EVENT}_${i}`, tableId));
  }
  return events;
}

function eventOf(name: string, tableName: string): NewEvent {
  const source = {
    dataset: DATASET,
    tableName,
    eventFieldName: "event_name",
    userIdFieldName: "user_id",
    timestampFieldName: "created_at",
    eventUuidFieldName: "event_uuid",
  };
  return { name, description: null, source };
}

/** Creates a workspace for each call, because a workspace has one integration per project. It takes the account over. */
export async function createBigQueryTenant(
  machine: BigQueryMachine,
  projectId: string,
  importFrom: string,
  directions: IntegrationPatch,
  events: NewEvent[] = [],
): Promise<Tenant> {
  await machine.sql.query("delete from account_claims");
  const serviceAccountEmail = emailOf(projectId);
  const integration = {
    provider: "bigquery",
    settings: { projectId, datasetId: DATASET, serviceAccountEmail, location: LOCATION },
    secret: null,
    importFrom,
    project: { key: `${projectId}/${DATASET}`, name: projectId },
    deliversUpdates: true,
  };
  return createTenantOf(machine, integration, directions, events);
}

function emailOf(projectId: string): string {
  return `sync@${projectId}.iam.gserviceaccount.com`;
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
