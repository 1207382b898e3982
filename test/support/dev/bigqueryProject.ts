// A BigQuery project for tests of jobs: an account, an empty dataset `ds` before each test, and rows for a table `staging`.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { JobMetadata, Table, TableSchema } from "@google-cloud/bigquery";
import { afterAll, beforeAll, beforeEach } from "vitest";
import {
  SHARED_START_TIMEOUT_MS,
  startSharedBigQuery,
  type SharedBigQuery,
} from "../../../dev/standins/bigquery/sharedEmulator.ts";
import { clientsOf, usualGrants, type Clients } from "./bigqueryClients.ts";

const DATASETS = ["ds", "eu", "de"];

export const SCHEMA: TableSchema = {
  fields: [
    { name: "user_id", type: "STRING", mode: "REQUIRED" },
    { name: "timestamp", type: "TIMESTAMP", mode: "REQUIRED" },
    { name: "amount", type: "INTEGER" },
  ],
};

export interface LoadProject {
  /** From the first test on. */
  readonly at: SharedBigQuery;
  readonly clients: Clients;
  /** A file of JSON lines. */
  fileOf(rows: readonly object[], encode?: (text: string) => string | Buffer): string;
  staging(): Table;
  /** Into `staging`, in place of what is there. */
  load(path: string, metadata?: object): Promise<JobMetadata>;
  rowCount(table?: string, dataset?: string): Promise<unknown>;
}

export const row = (i: number) => ({ user_id: `user-${i}`, timestamp: "2026-03-10T12:00:00.123456Z", amount: i });
export const rows = (count: number) => Array.from({ length: count }, (_, i) => row(i));

let ids = 0;
export const newId = (): string => `job-${Date.now()}-${ids++}`;

/** Each test file needs its own project, since files run in parallel. Registers hooks. */
export function useLoadProject(projectId: string): LoadProject {
  const email = `sync@${projectId}.iam.gserviceaccount.com`;
  let at: SharedBigQuery;
  let clients: Clients;
  let folder: string;
  let files = 0;

  beforeAll(async () => {
    at = await startSharedBigQuery();
    folder = mkdtempSync(join(tmpdir(), "crosscurrent-jobs-"));
    await at.control.putAccount(email, {
      grants: DATASETS.flatMap((datasetId) => usualGrants(projectId, datasetId).grants ?? []),
    });
    clients = clientsOf(at, projectId, email);
  }, SHARED_START_TIMEOUT_MS);
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    await clients.close();
  });
  beforeEach(async () => {
    for (const datasetId of DATASETS) await at.control.deleteDataset(projectId, datasetId);
    await at.control.createDataset(projectId, "ds");
    await at.control.resetCounters(projectId);
    await at.control.clearFaults(projectId);
  });

  const staging = () => clients.bigQuery.dataset("ds").table("staging");
  return {
    get at() {
      return at;
    },
    get clients() {
      return clients;
    },
    fileOf(all, encode = (text) => text) {
      const path = join(folder, `rows-${files++}.json`);
      writeFileSync(path, encode(all.map((one) => `${JSON.stringify(one)}\n`).join("")));
      return path;
    },
    staging,
    async load(path, metadata = {}) {
      const options = { sourceFormat: "NEWLINE_DELIMITED_JSON", schema: SCHEMA, writeDisposition: "WRITE_TRUNCATE" };
      const [job] = await staging().load(path, { ...options, ...metadata });
      return job;
    },
    async rowCount(table = "staging", dataset = "ds") {
      const sql = `SELECT COUNT(*) AS n FROM \`${projectId}.${dataset}.${table}\``;
      return (await at.control.query(projectId, sql)).rows[0]?.["n"];
    },
  };
}
