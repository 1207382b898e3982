// A customer on the shared local BigQuery: project, dataset, service account, and what the export delivered.
import type { Connection } from "../../../src/domain/connection.ts";
import { randomUUID } from "node:crypto";
import type { BigQueryControl } from "../../../dev/standins/bigquery/control.ts";
import type { AccountInput } from "../../../dev/standins/bigquery/protocol.ts";
import { startSharedBigQuery } from "../../../dev/standins/bigquery/sharedEmulator.ts";
import { createBigQueryConnector } from "../../../src/providers/bigquery/connector.ts";
import type { Connector } from "../../../src/providers/connector.ts";
import type { BigQueryOptions } from "../../../src/providers/bigquery/options.ts";
import type { BigQuerySettings } from "../../../src/providers/bigquery/spec.ts";
import { createMemoryLedger, type MemoryLedger } from "./memoryLedger.ts";
import { bucketText } from "./contractSupport.ts";

export const DATASET = "analytics";
export const TABLE = "inworld_router_exposures";
export const STAGING = "inworld_staging_";

export interface Customer {
  projectId: string;
  email: string;
  control: BigQueryControl;
  connection: Connection;
  /** Shared by the connectors. */
  ledger: MemoryLedger;
  /** The same connection in another workspace. */
  inOther(): Connection;
  /** A new connector, which shares nothing with others but BigQuery, as in another process. */
  connector(change?: Partial<BigQueryOptions>): Connector;
  grant(roles: Role[]): Promise<void>;
  settings(change: Partial<BigQuerySettings>): Connection;
  /** The table's buckets, one text per row, sorted. */
  delivered(): Promise<string[]>;
  stagingTables(): Promise<string[]>;
  close(): Promise<void>;
}

type GrantInput = NonNullable<AccountInput["grants"]>[number];
type Role = "jobUser" | "readSessionUser" | "dataEditor" | "dataViewer";
export const ALL_ROLES: Role[] = ["jobUser", "readSessionUser", "dataEditor"];

/** Every project is new, so that tests do not disturb each other. */
export async function createCustomer(location = "EU"): Promise<Customer> {
  const { control, restUrl, storageUrl, iamUrl, sourceToken } = await startSharedBigQuery();
  const projectId = `p-${randomUUID().slice(0, 23)}a`;
  const email = `sync@${projectId}.iam.gserviceaccount.com`;
  const grant = (roles: Role[]) => control.putAccount(email, { grants: roles.map((role) => grantOf(role, projectId)) });
  await control.createDataset(projectId, DATASET, { location });
  await grant(ALL_ROLES);
  const connection: Connection = {
    integrationId: randomUUID(),
    workspaceId: `W-${randomUUID()}`,
    provider: "bigquery",
    settings: { projectId, datasetId: DATASET, serviceAccountEmail: email, location },
    secret: "",
    importFrom: "2026-01-01",
    learned: {},
  };
  const open: Connector[] = [];
  const ledger = createMemoryLedger();
  return {
    projectId,
    email,
    control,
    connection,
    ledger,
    inOther: () => ({ ...connection, integrationId: randomUUID(), workspaceId: `W-${randomUUID()}` }),
    connector: (change = {}) => {
      const options = {
        restUrl,
        storageUrl,
        iamCredentialsUrl: iamUrl,
        iamUrl,
        sourceToken,
        lookbackMs: 86_400_000,
        exportTable: TABLE,
        stagingPrefix: STAGING,
        exportBatchRows: 4_000,
        ...change,
      };
      const connector = createBigQueryConnector(options, ledger);
      open.push(connector);
      return connector;
    },
    grant,
    settings: (change) => ({ ...connection, settings: { ...connection.settings, ...change } }),
    delivered: () => deliveredTo(control, projectId),
    stagingTables: async () => {
      const tables = await control.tables(projectId, DATASET);
      const names = tables.map((table) => (table["tableReference"] as { tableId: string }).tableId);
      return names.filter((name) => name.startsWith(STAGING));
    },
    close: async () => {
      await Promise.all(open.map((connector) => connector.close()));
      await control.close();
    },
  };
}

function grantOf(role: Role, projectId: string): GrantInput {
  const isOfDataset = role === "dataEditor" || role === "dataViewer";
  return { role: `roles/bigquery.${role}`, projectId, ...(isOfDataset ? { datasetId: DATASET } : {}) };
}

async function deliveredTo(control: BigQueryControl, projectId: string): Promise<string[]> {
  if ((await control.table(projectId, DATASET, TABLE)) === null) return [];
  const { rows } = await control.query(
    projectId,
    `SELECT alias_id, route_id, variant_id, user_id, UNIX_MILLIS(timestamp) AS ms FROM \`${projectId}.${DATASET}.${TABLE}\``,
  );
  return rows
    .map((row) =>
      bucketText(
        {
          aliasId: String(row["alias_id"]),
          routeId: String(row["route_id"]),
          variantId: String(row["variant_id"]),
          userId: String(row["user_id"]),
        },
        Number(row["ms"]),
      ),
    )
    .toSorted();
}
