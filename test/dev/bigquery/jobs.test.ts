// Jobs as the official client runs them: loads, queries, MERGE, ids that are used up, locations.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { request } from "undici";
import type { JobMetadata, TableSchema } from "@google-cloud/bigquery";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { SHARED_START_TIMEOUT_MS, startSharedBigQuery, type SharedBigQuery } from "../../../dev/bigquery/shared.ts";
import { clientsOf, failure, usualGrants, type Clients } from "./clients.ts";

const PROJECT = "jobs-project";
const EMAIL = `sync@${PROJECT}.iam.gserviceaccount.com`;
const SCHEMA: TableSchema = {
  fields: [
    { name: "user_id", type: "STRING", mode: "REQUIRED" },
    { name: "timestamp", type: "TIMESTAMP", mode: "REQUIRED" },
    { name: "amount", type: "INTEGER" },
  ],
};

let at: SharedBigQuery;
let clients: Clients;
let folder: string;

beforeAll(async () => {
  at = await startSharedBigQuery();
  folder = mkdtempSync(join(tmpdir(), "crosscurrent-jobs-"));
  await at.control.putAccount(EMAIL, {
    grants: ["ds", "eu", "de"].flatMap((datasetId) => usualGrants(PROJECT, datasetId).grants ?? []),
  });
  clients = clientsOf(at, PROJECT, EMAIL);
}, SHARED_START_TIMEOUT_MS);

afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await clients.close();
});

beforeEach(async () => {
  for (const datasetId of ["ds", "eu", "de"]) await at.control.deleteDataset(PROJECT, datasetId);
  await at.control.createDataset(PROJECT, "ds");
  await at.control.resetCounters(PROJECT);
  await at.control.clearFaults(PROJECT);
});

let files = 0;
function fileOf(rows: readonly object[], encode: (text: string) => string | Buffer = (text) => text): string {
  const path = join(folder, `rows-${files++}.json`);
  writeFileSync(path, encode(rows.map((row) => `${JSON.stringify(row)}\n`).join("")));
  return path;
}

let ids = 0;
const newId = (): string => `job-${Date.now()}-${ids++}`;
const row = (i: number) => ({ user_id: `user-${i}`, timestamp: "2026-03-10T12:00:00.123456Z", amount: i });
const rows = (count: number) => Array.from({ length: count }, (_, i) => row(i));
const staging = () => clients.bigQuery.dataset("ds").table("staging");

async function load(path: string, metadata: object = {}): Promise<JobMetadata> {
  const options = { sourceFormat: "NEWLINE_DELIMITED_JSON", schema: SCHEMA, writeDisposition: "WRITE_TRUNCATE" };
  const [job] = await staging().load(path, { ...options, ...metadata });
  return job as JobMetadata;
}

/** What a call answers first. */
async function first(call: Promise<unknown[]>): Promise<unknown> {
  return (await call)[0];
}

async function count(table = "staging", dataset = "ds"): Promise<unknown> {
  return (await at.control.query(PROJECT, `SELECT COUNT(*) AS n FROM \`${PROJECT}.${dataset}.${table}\``)).rows[0]?.[
    "n"
  ];
}

describe("loads", () => {
  it("loads into a table that is not there, and again in its place", async () => {
    const job = await load(fileOf(rows(100)), { jobId: newId() });
    expect(job.status?.state).toBe("DONE");
    expect(job.statistics?.load).toMatchObject({ outputRows: "100", badRecords: "0" });
    await load(fileOf(rows(7)));
    expect(await count()).toBe(7);
    await load(fileOf(rows(3)), { writeDisposition: "WRITE_APPEND" });
    expect(await count()).toBe(10);
    const [first] = (await at.control.query(PROJECT, `SELECT * FROM \`${PROJECT}.ds.staging\` ORDER BY amount`)).rows;
    expect(first).toEqual({ user_id: "user-0", timestamp: "2026-03-10T12:00:00.123456Z", amount: 0 });
    expect(await at.control.counters(PROJECT)).toMatchObject({
      jobs: { load: { done: 3, failed: 0 } },
      rowsLoaded: 110,
    });
  });

  it("keeps layout and expiration of a table that was made for it", async () => {
    await clients.bigQuery.dataset("ds").createTable("staging", {
      schema: SCHEMA,
      timePartitioning: { type: "DAY", field: "timestamp" },
      clustering: { fields: ["user_id"] },
      labels: { workspace: "w1" },
      expirationTime: String(Date.now() + 3_600_000),
    });
    await load(fileOf(rows(5)));
    const metadata = (await staging().getMetadata())[0] as Record<string, unknown>;
    expect(metadata).toMatchObject({
      timePartitioning: { type: "DAY", field: "timestamp" },
      clustering: { fields: ["user_id"] },
      labels: { workspace: "w1" },
      numRows: "5",
      location: "US",
    });
    expect(Number(metadata["expirationTime"])).toBeGreaterThan(Date.now());
    await staging().setMetadata({ expirationTime: String(Date.now() + 300) });
    await expect.poll(() => staging().exists()).toEqual([false]);
    expect(await at.control.tables(PROJECT, "ds")).toEqual([]);
  });

  it("takes gzip, and leaves the table as it was when a file is bad", async () => {
    await load(fileOf(rows(50), (text) => gzipSync(text)));
    expect(await count()).toBe(50);
    const unknown = await failure(load(fileOf([{ ...row(1), surprise: 1 }])));
    expect(unknown.message).toContain("No such field: surprise");
    const missing = await failure(load(fileOf([{ timestamp: "2026-03-10T12:00:00Z" }])));
    expect(missing.message).toContain("Required field user_id cannot be null");
    await failure(load(fileOf([{ ...row(1), amount: "many" }])));
    expect(await count()).toBe(50);
  });

  it("says that there is no dataset, no table to load into, no schema", async () => {
    const elsewhere = (location: string) => clients.bigQuery.dataset("eu", { location }).table("t");
    await at.control.createDataset(PROJECT, "eu", { location: "EU" });
    expect(await failure(load(fileOf(rows(1)), { createDisposition: "CREATE_NEVER" }))).toEqual({
      code: 404,
      message: `Not found: Table ${PROJECT}:ds.staging`,
      reason: "notFound",
    });
    await at.control.deleteDataset(PROJECT, "ds");
    expect(await failure(load(fileOf(rows(1))))).toMatchObject({
      code: 404,
      message: `Not found: Dataset ${PROJECT}:ds`,
    });
    const json = { sourceFormat: "NEWLINE_DELIMITED_JSON" };
    expect(await failure(elsewhere("US").load(fileOf(rows(1)), { ...json, schema: SCHEMA }))).toMatchObject({
      code: 404,
      message: `Not found: Dataset ${PROJECT}:eu was not found in location US`,
    });
    expect((await failure(elsewhere("EU").load(fileOf(rows(1)), json))).message).toContain(
      "No schema specified on job or table.",
    );
  });
});

describe("resumable uploads", () => {
  it("go on from where the server is, and end as one job", async () => {
    const { token } = await clients.auth.getAccessToken();
    const authorization = `Bearer ${token}`;
    const content = Buffer.from(
      rows(1_000)
        .map((each) => JSON.stringify(each))
        .join("\n"),
    );
    const jobId = newId();
    const start = await request(`${at.restUrl}/upload/bigquery/v2/projects/${PROJECT}/jobs?uploadType=resumable`, {
      method: "POST",
      headers: { authorization, "content-type": "application/json", "content-encoding": "gzip" },
      body: gzipSync(
        JSON.stringify({
          jobReference: { projectId: PROJECT, jobId },
          configuration: {
            load: {
              destinationTable: { projectId: PROJECT, datasetId: "ds", tableId: "staging" },
              sourceFormat: "NEWLINE_DELIMITED_JSON",
              schema: SCHEMA,
            },
          },
        }),
      ),
    });
    const location = String(start.headers["location"]);
    const put = async (from: number, to: number, total: number | "*") => {
      const range = from === to ? `bytes */${total}` : `bytes ${from}-${to - 1}/${total}`;
      const body = content.subarray(from, to);
      const answer = await request(location, {
        method: "PUT",
        headers: { authorization, "content-range": range },
        body,
      });
      return {
        status: answer.statusCode,
        range: answer.headers["range"],
        json: (await answer.body.json()) as JobMetadata,
      };
    };
    expect(await put(0, 20_000, "*")).toMatchObject({ status: 308, range: "bytes=0-19999" });
    expect(await put(0, 0, content.length)).toMatchObject({ status: 308, range: "bytes=0-19999" });
    // The answer was lost, say: half of this is there already.
    expect(await put(10_000, 30_000, content.length)).toMatchObject({ status: 308, range: "bytes=0-29999" });
    const end = await put(30_000, content.length, content.length);
    expect(end.json).toMatchObject({ jobReference: { jobId }, statistics: { load: { outputRows: "1000" } } });
    expect(await count()).toBe(1_000);
  });
});

describe("job ids", () => {
  it("are used up: 409, the first job's result, no second run", async () => {
    const jobId = newId();
    await load(fileOf(rows(10)), { jobId, writeDisposition: "WRITE_APPEND" });
    expect(await failure(load(fileOf(rows(10)), { jobId, writeDisposition: "WRITE_APPEND" }))).toEqual({
      code: 409,
      message: `Already Exists: Job ${PROJECT}:US.${jobId}`,
      reason: "duplicate",
    });
    expect(await count()).toBe(10);
    const [job] = await clients.bigQuery.job(jobId).get();
    expect((job.metadata as JobMetadata).statistics?.load).toMatchObject({ outputRows: "10" });
    expect((await at.control.counters(PROJECT)).jobConflicts).toBe(1);
  });

  it("of queries too: getQueryResults answers what the first one found", async () => {
    const jobId = newId();
    const [earlier] = await clients.bigQuery.createQueryJob({
      jobId,
      query: "SELECT 1 AS one UNION ALL SELECT 2 ORDER BY 1",
    });
    expect(await first(earlier.getQueryResults())).toEqual([{ one: 1 }, { one: 2 }]);
    expect(await failure(clients.bigQuery.createQueryJob({ jobId, query: "SELECT 3 AS one" }))).toMatchObject({
      code: 409,
    });
    const again = clients.bigQuery.job(jobId);
    expect(await first(again.getQueryResults({ maxResults: 1, autoPaginate: false }))).toEqual([{ one: 1 }]);
    expect(await first(again.getQueryResults())).toEqual([{ one: 1 }, { one: 2 }]);
  });

  it("are used up by a job that failed", async () => {
    const jobId = newId();
    await at.control.addFault(PROJECT, {
      kind: "job_failed",
      target: "jobs.insert",
      jobType: "load",
      reason: "backendError",
      times: 1,
    });
    expect(await failure(load(fileOf(rows(1)), { jobId }))).toMatchObject({ reason: "backendError" });
    expect(await failure(load(fileOf(rows(1)), { jobId }))).toMatchObject({ code: 409 });
    const [job] = await clients.bigQuery.job(jobId).get();
    expect((job.metadata as JobMetadata).status).toMatchObject({
      state: "DONE",
      errorResult: { reason: "backendError" },
    });
    await load(fileOf(rows(1)), { jobId: `${jobId}-2` });
    expect(await count()).toBe(1);
  });

  it("belong to a location, without which only US and EU are searched", async () => {
    await at.control.createDataset(PROJECT, "de", { location: "europe-west3" });
    const jobId = newId();
    const table = clients.bigQuery.dataset("de").table("t");
    await table.load(fileOf(rows(2)), {
      sourceFormat: "NEWLINE_DELIMITED_JSON",
      schema: SCHEMA,
      jobId,
      location: "europe-west3",
    });
    expect(await failure(clients.bigQuery.job(jobId).get())).toEqual({
      code: 404,
      message: `Not found: Job ${PROJECT}:${jobId}`,
      reason: "notFound",
    });
    expect(await failure(clients.bigQuery.job(jobId, { location: "US" }).get())).toMatchObject({
      message: `Not found: Job ${PROJECT}:US.${jobId}`,
    });
    await clients.bigQuery.job(jobId, { location: "europe-west3" }).get();
    await load(fileOf(rows(2)), { jobId });
    expect(
      await failure(clients.bigQuery.createQueryJob({ query: `SELECT * FROM \`${PROJECT}.de.t\``, location: "US" })),
    ).toMatchObject({
      message: `Not found: Dataset ${PROJECT}:de was not found in location US`,
    });
  });

  it("of long jobs are RUNNING until they end", async () => {
    await at.control.settings(PROJECT, { insertAnswersWithinMs: 0 });
    await at.control.addFault(PROJECT, { kind: "job_slow", target: "jobs.insert", delayMs: 400, times: 1 });
    const [job] = await clients.bigQuery.createQueryJob({ jobId: newId(), query: "SELECT 1 AS one" });
    expect((job.metadata as JobMetadata).status?.state).toBe("RUNNING");
    expect(await first(job.getQueryResults())).toEqual([{ one: 1 }]);
    await at.control.settings(PROJECT, { insertAnswersWithinMs: 2_000 });
  });
});

describe("queries", () => {
  const MERGE = `MERGE \`${PROJECT}.ds.t\` t
    USING (SELECT user_id, MAX(timestamp) AS timestamp FROM \`${PROJECT}.ds.staging\` GROUP BY user_id) s
    ON t.user_id = s.user_id AND t.timestamp >= @from AND t.timestamp < @to
    WHEN MATCHED AND s.timestamp > t.timestamp THEN UPDATE SET timestamp = s.timestamp
    WHEN NOT MATCHED THEN INSERT (user_id, timestamp) VALUES (user_id, timestamp)`;

  it("merges with parameters and tells what it did", async () => {
    await at.control.createTable(PROJECT, "ds", "t", { schema: SCHEMA });
    await at.control.loadRows(PROJECT, "ds", "t", [{ user_id: "user-1", timestamp: "2026-03-10T10:00:00Z" }]);
    await load(fileOf(rows(3)));
    const bounds = { from: new Date("2026-03-10T00:00:00Z"), to: new Date("2026-03-11T00:00:00Z") };
    const [job] = await clients.bigQuery.createQueryJob({ jobId: newId(), query: MERGE, params: bounds });
    await job.promise();
    const { statistics } = (await job.getMetadata())[0] as JobMetadata;
    expect(statistics?.query).toMatchObject({
      statementType: "MERGE",
      numDmlAffectedRows: "3",
      dmlStats: { insertedRowCount: "2", updatedRowCount: "1", deletedRowCount: "0" },
    });
    expect(await count("t")).toBe(3);
  });

  it("fail as the service's do", async () => {
    expect(await failure(clients.bigQuery.query(`SELECT * FROM \`${PROJECT}.ds.missing\``))).toEqual({
      code: 404,
      message: `Not found: Table ${PROJECT}:ds.missing was not found in location US`,
      reason: "notFound",
    });
    expect(await failure(clients.bigQuery.query(`SELECT * FROM \`${PROJECT}.eu.t\``))).toMatchObject({
      message: `Not found: Dataset ${PROJECT}:eu was not found in location US`,
    });
    expect(await failure(clients.bigQuery.query("SELEC"))).toMatchObject({ code: 400, reason: "invalidQuery" });
  });

  it("that add a column show it in the metadata, as does a changed schema", async () => {
    await at.control.createTable(PROJECT, "ds", "t", { schema: SCHEMA });
    await clients.bigQuery.query(`ALTER TABLE \`${PROJECT}.ds.t\` ADD COLUMN note STRING`);
    const table = clients.bigQuery.dataset("ds").table("t");
    const { schema } = (await table.getMetadata())[0] as { schema: TableSchema };
    expect(schema.fields?.map(({ name, mode }) => `${name} ${mode}`)).toEqual([
      "user_id REQUIRED",
      "timestamp REQUIRED",
      "amount NULLABLE",
      "note NULLABLE",
    ]);
    await table.setMetadata({ schema: { fields: [...(schema.fields ?? []), { name: "more", type: "FLOAT" }] } });
    await at.control.loadRows(PROJECT, "ds", "t", [{ ...row(1), note: "n", more: 0.5 }]);
    const read = clients.bigQuery.query(`SELECT note, more FROM \`${PROJECT}.ds.t\``);
    expect(await first(read)).toEqual([{ note: "n", more: 0.5 }]);
  });
});

describe("datasets and tables", () => {
  it("are listed in pages, and deleted", async () => {
    for (const name of ["a", "b", "c"]) await at.control.createTable(PROJECT, "ds", name, { schema: SCHEMA });
    const page = { maxResults: 2, autoPaginate: false };
    const [tables, next] = await clients.bigQuery.dataset("ds").getTables(page);
    const [others] = await clients.bigQuery.dataset("ds").getTables({ ...page, ...next });
    expect([...tables, ...others].map(({ id }) => id)).toEqual(["a", "b", "c"]);
    const [datasets] = await clients.bigQuery.getDatasets();
    expect(datasets.map(({ id }) => id)).toEqual(["ds"]);
    await clients.bigQuery.dataset("ds").table("a").delete();
    expect(await failure(clients.bigQuery.dataset("ds").table("a").get())).toMatchObject({
      code: 404,
      message: `Not found: Table ${PROJECT}:ds.a`,
    });
    expect(await failure(clients.bigQuery.dataset("ds").createTable("b", { schema: SCHEMA }))).toMatchObject({
      code: 409,
      message: `Already Exists: Table ${PROJECT}:ds.b`,
    });
    expect(await failure(clients.bigQuery.dataset("ds").delete())).toMatchObject({ code: 403 });
  });
});
