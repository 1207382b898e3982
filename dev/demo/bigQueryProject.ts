// The demo's BigQuery project: filled by Google's Python client, read back by its Node client, as its owner would.
import { join } from "node:path";
import { BigQuery as BigQueryClient } from "@google-cloud/bigquery";
import { execa } from "execa";
import { Impersonated, OAuth2Client } from "google-auth-library";
import { failureText } from "../process/program.ts";
import { bigQueryPeersBin } from "../standins/bigquery/peers/python.ts";
import type { BigQuery } from "../standins/bigquery/start.ts";
import type { DemoExposure } from "./exposures.ts";
import type { Purchase } from "./purchases.ts";

export const PROJECT_ID = "cdnow-demo";
export const DATASET = "shop";
export const LOCATION = "EU";
export const PURCHASES_TABLE = "purchases";
export const SYNC_ACCOUNT = `crosscurrent@${PROJECT_ID}.iam.gserviceaccount.com`;
const OWNER = `owner@${PROJECT_ID}.iam.gserviceaccount.com`;
const EXPOSURES_TABLE = "inworld_router_exposures";
const STAGING_PREFIX = "inworld_staging_";
const LOADER = join(import.meta.dirname, "loadPurchases.py");
const LOAD_WITHIN_MS = 300_000;

/** The owner's account, and the one of the sync job with the roles that the README asks for and no others. */
export async function createAccounts({ control }: BigQuery): Promise<void> {
  const projectId = PROJECT_ID;
  await control.putAccount(OWNER, { grants: [{ role: "roles/bigquery.admin", projectId }] });
  await control.putAccount(SYNC_ACCOUNT, {
    grants: [
      { role: "roles/bigquery.jobUser", projectId },
      { role: "roles/bigquery.readSessionUser", projectId },
      { role: "roles/bigquery.dataEditor", projectId, datasetId: DATASET },
    ],
  });
  // A MERGE of BigQuery's own takes seconds; here it would be over before anybody could kill the worker in it.
  await control.addFault(projectId, {
    kind: "job_slow",
    target: "jobs.insert",
    jobType: "query",
    delayMs: 3_000,
    times: 1,
  });
}

/** One purchase is a row; what kind of event it is, a column says. */
export function eventOf({ cds }: Purchase): "single_purchase" | "multi_purchase" {
  return cds === 1 ? "single_purchase" : "multi_purchase";
}

/** Makes the dataset and the table and fills it by load jobs, through PyPI `google-cloud-bigquery`. */
export async function loadPurchases(
  { restUrl, iamUrl, sourceToken }: BigQuery,
  purchases: Purchase[],
  onLoaded: (count: number) => void,
  signal: AbortSignal,
): Promise<void> {
  const python = join(await bigQueryPeersBin(), "python");
  const loader = execa(python, [LOADER, restUrl, iamUrl, PROJECT_ID, DATASET, PURCHASES_TABLE, LOCATION, OWNER], {
    env: { GOOGLE_SOURCE_TOKEN: sourceToken },
    input: purchases.map((purchase) => `${JSON.stringify(rowOf(purchase))}\n`).join(""),
    timeout: LOAD_WITHIN_MS,
    // Without it the client would try for minutes to reach a BigQuery that has stopped.
    cancelSignal: signal,
  });
  try {
    for await (const count of loader) onLoaded(Number(count));
  } catch (error) {
    throw new Error(`Loading the purchases into BigQuery failed: ${failureText(error)}`, { cause: error });
  }
}

function rowOf(purchase: Purchase): object {
  const { line, customer, timeMs, cds, amount } = purchase;
  return {
    event_name: eventOf(purchase),
    user_id: customer,
    created_at: new Date(timeMs).toISOString(),
    event_uuid: `cdnow-${line}`,
    amount,
    cds,
  };
}

/** Whether the sync job has begun to load exposures: at BigQuery, whose jobs outlive whoever started them. */
export async function hasBegunExport({ control }: BigQuery): Promise<boolean> {
  const jobs = await control.jobs(PROJECT_ID);
  return jobs.some(({ configuration }) => {
    const { load } = configuration as { load?: { destinationTable: { tableId: string } } };
    return load?.destinationTable.tableId.startsWith(STAGING_PREFIX) === true;
  });
}

export async function readExposures({ restUrl, iamUrl, sourceToken }: BigQuery): Promise<DemoExposure[]> {
  const sourceClient = new OAuth2Client();
  sourceClient.setCredentials({ access_token: sourceToken });
  const authClient = new Impersonated({
    sourceClient,
    targetPrincipal: OWNER,
    targetScopes: ["https://www.googleapis.com/auth/cloud-platform"],
    endpoint: iamUrl,
  });
  const client = new BigQueryClient({ projectId: PROJECT_ID, apiEndpoint: restUrl, authClient });
  const query = `SELECT alias_id, route_id, variant_id, user_id AS user, UNIX_MILLIS(\`timestamp\`) AS \`timestamp\`
    FROM \`${PROJECT_ID}.${DATASET}.${EXPOSURES_TABLE}\``;
  const [rows] = await client.query({ query, location: LOCATION });
  return rows as DemoExposure[];
}
