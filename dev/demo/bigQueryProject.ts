// The demo's BigQuery project: its owner fills it with Google's Python client and reads it with Google's Node client.
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

/** Creates the owner's account, and the account of the sync with only the roles that the setup guide asks for. */
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
  // A MERGE takes seconds in BigQuery. Here it would end before the demo can kill the worker during it.
  await control.addFault(projectId, {
    kind: "job_slow",
    target: "jobs.insert",
    jobType: "query",
    delayMs: 3_000,
    times: 1,
  });
}

/** The event name of a purchase, which is a column of its row. */
export function eventOf({ cds }: Purchase): "single_purchase" | "multi_purchase" {
  return cds === 1 ? "single_purchase" : "multi_purchase";
}

/** Creates the dataset and the table and fills it by load jobs, through PyPI `google-cloud-bigquery`. */
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

/** True if a load of exposures has begun. It asks BigQuery, whose jobs go on after the worker was killed. */
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
