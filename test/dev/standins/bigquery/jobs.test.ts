// Jobs as the official client runs them: ids that are used up, locations, queries, MERGE; then datasets and tables.
import type { JobMetadata, TableSchema } from "@google-cloud/bigquery";
import { describe, expect, it } from "vitest";
import { failure } from "../../../support/dev/bigqueryClients.ts";
import { newId, row, rows, SCHEMA, useLoadProject } from "../../../support/dev/bigqueryProject.ts";

const PROJECT = "jobs-project";
const project = useLoadProject(PROJECT);
const { fileOf, load, rowCount } = project;

/** What a call answers first. */
async function firstOf(call: Promise<unknown[]>): Promise<unknown> {
  return (await call)[0];
}

describe("job ids", () => {
  it("are used up: 409, the first job's result, no second run", async () => {
    const jobId = newId();
    await load(fileOf(rows(10)), { jobId, writeDisposition: "WRITE_APPEND" });
    expect(await failure(load(fileOf(rows(10)), { jobId, writeDisposition: "WRITE_APPEND" }))).toEqual({
      code: 409,
      message: `Already Exists: Job ${PROJECT}:US.${jobId}`,
      reason: "duplicate",
    });
    expect(await rowCount()).toBe(10);
    const [job] = await project.clients.bigQuery.job(jobId).get();
    expect((job.metadata as JobMetadata).statistics?.load).toMatchObject({ outputRows: "10" });
    expect((await project.at.control.counters(PROJECT)).jobConflicts).toBe(1);
  });

  it("of queries too: getQueryResults answers what the first one found", async () => {
    const jobId = newId();
    const [earlier] = await project.clients.bigQuery.createQueryJob({
      jobId,
      query: "SELECT 1 AS one UNION ALL SELECT 2 ORDER BY 1",
    });
    expect(await firstOf(earlier.getQueryResults())).toEqual([{ one: 1 }, { one: 2 }]);
    expect(await failure(project.clients.bigQuery.createQueryJob({ jobId, query: "SELECT 3 AS one" }))).toMatchObject({
      code: 409,
    });
    const again = project.clients.bigQuery.job(jobId);
    expect(await firstOf(again.getQueryResults({ maxResults: 1, autoPaginate: false }))).toEqual([{ one: 1 }]);
    expect(await firstOf(again.getQueryResults())).toEqual([{ one: 1 }, { one: 2 }]);
  });

  it("are used up by a job that failed", async () => {
    const jobId = newId();
    await project.at.control.addFault(PROJECT, {
      kind: "job_failed",
      target: "jobs.insert",
      jobType: "load",
      reason: "backendError",
      times: 1,
    });
    expect(await failure(load(fileOf(rows(1)), { jobId }))).toMatchObject({ reason: "backendError" });
    expect(await failure(load(fileOf(rows(1)), { jobId }))).toMatchObject({ code: 409 });
    const [job] = await project.clients.bigQuery.job(jobId).get();
    expect((job.metadata as JobMetadata).status).toMatchObject({
      state: "DONE",
      errorResult: { reason: "backendError" },
    });
    await load(fileOf(rows(1)), { jobId: `${jobId}-2` });
    expect(await rowCount()).toBe(1);
  });

  it("belong to a location, without which only US and EU are searched", async () => {
    await project.at.control.createDataset(PROJECT, "de", { location: "europe-west3" });
    const jobId = newId();
    const table = project.clients.bigQuery.dataset("de").table("t");
    await table.load(fileOf(rows(2)), {
      sourceFormat: "NEWLINE_DELIMITED_JSON",
      schema: SCHEMA,
      jobId,
      location: "europe-west3",
    });
    expect(await failure(project.clients.bigQuery.job(jobId).get())).toEqual({
      code: 404,
      message: `Not found: Job ${PROJECT}:${jobId}`,
      reason: "notFound",
    });
    expect(await failure(project.clients.bigQuery.job(jobId, { location: "US" }).get())).toMatchObject({
      message: `Not found: Job ${PROJECT}:US.${jobId}`,
    });
    await project.clients.bigQuery.job(jobId, { location: "europe-west3" }).get();
    await load(fileOf(rows(2)), { jobId });
    expect(
      await failure(
        project.clients.bigQuery.createQueryJob({ query: `SELECT * FROM \`${PROJECT}.de.t\``, location: "US" }),
      ),
    ).toMatchObject({
      message: `Not found: Dataset ${PROJECT}:de was not found in location US`,
    });
  });

  it("are not used by dry runs, which change nothing", async () => {
    await load(fileOf(rows(1)));
    const options = { jobId: newId(), query: `DELETE FROM \`${PROJECT}.ds.staging\` WHERE TRUE` };
    await project.clients.bigQuery.createQueryJob({ ...options, dryRun: true });
    expect(await rowCount()).toBe(1);
    const [job] = await project.clients.bigQuery.createQueryJob(options);
    await job.promise();
    expect(await rowCount()).toBe(0);
  });

  it("of long jobs are RUNNING until they end", async () => {
    await project.at.control.settings(PROJECT, { insertAnswersWithinMs: 0 });
    await project.at.control.addFault(PROJECT, { kind: "job_slow", target: "jobs.insert", delayMs: 400, times: 1 });
    const [job] = await project.clients.bigQuery.createQueryJob({ jobId: newId(), query: "SELECT 1 AS one" });
    expect((job.metadata as JobMetadata).status?.state).toBe("RUNNING");
    expect(await firstOf(job.getQueryResults())).toEqual([{ one: 1 }]);
    await project.at.control.settings(PROJECT, { insertAnswersWithinMs: 2_000 });
  });
});

describe("queries", () => {
  const MERGE = `MERGE \`${PROJECT}.ds.t\` t
    USING (SELECT user_id, MAX(timestamp) AS timestamp FROM \`${PROJECT}.ds.staging\` GROUP BY user_id) s
    ON t.user_id = s.user_id AND t.timestamp >= @from AND t.timestamp < @to
    WHEN MATCHED AND s.timestamp > t.timestamp THEN UPDATE SET timestamp = s.timestamp
    WHEN NOT MATCHED THEN INSERT (user_id, timestamp) VALUES (user_id, timestamp)`;

  it("merges with parameters and tells what it did", async () => {
    await project.at.control.createTable(PROJECT, "ds", "t", { schema: SCHEMA });
    await project.at.control.loadRows(PROJECT, "ds", "t", [{ user_id: "user-1", timestamp: "2026-03-10T10:00:00Z" }]);
    await load(fileOf(rows(3)));
    const bounds = { from: new Date("2026-03-10T00:00:00Z"), to: new Date("2026-03-11T00:00:00Z") };
    const [job] = await project.clients.bigQuery.createQueryJob({ jobId: newId(), query: MERGE, params: bounds });
    await job.promise();
    const { statistics } = (await job.getMetadata())[0] as JobMetadata;
    expect(statistics?.query).toMatchObject({
      statementType: "MERGE",
      numDmlAffectedRows: "3",
      dmlStats: { insertedRowCount: "2", updatedRowCount: "1", deletedRowCount: "0" },
    });
    expect(await rowCount("t")).toBe(3);
  });

  it("fail as the service's do", async () => {
    expect(await failure(project.clients.bigQuery.query(`SELECT * FROM \`${PROJECT}.ds.missing\``))).toEqual({
      code: 404,
      message: `Not found: Table ${PROJECT}:ds.missing was not found in location US`,
      reason: "notFound",
    });
    expect(await failure(project.clients.bigQuery.query(`SELECT * FROM \`${PROJECT}.eu.t\``))).toMatchObject({
      message: `Not found: Dataset ${PROJECT}:eu was not found in location US`,
    });
    expect(await failure(project.clients.bigQuery.query("SELEC"))).toMatchObject({ code: 400, reason: "invalidQuery" });
  });

  it("that add a column show it in the metadata, as does a changed schema", async () => {
    await project.at.control.createTable(PROJECT, "ds", "t", { schema: SCHEMA });
    await project.clients.bigQuery.query(`ALTER TABLE \`${PROJECT}.ds.t\` ADD COLUMN note STRING`);
    const table = project.clients.bigQuery.dataset("ds").table("t");
    const { schema } = (await table.getMetadata())[0] as { schema: TableSchema };
    expect(schema.fields?.map(({ name, mode }) => `${name} ${mode}`)).toEqual([
      "user_id REQUIRED",
      "timestamp REQUIRED",
      "amount NULLABLE",
      "note NULLABLE",
    ]);
    await table.setMetadata({ schema: { fields: [...(schema.fields ?? []), { name: "more", type: "FLOAT" }] } });
    await project.at.control.loadRows(PROJECT, "ds", "t", [{ ...row(1), note: "n", more: 0.5 }]);
    const read = project.clients.bigQuery.query(`SELECT note, more FROM \`${PROJECT}.ds.t\``);
    expect(await firstOf(read)).toEqual([{ note: "n", more: 0.5 }]);
  });
});

describe("datasets and tables", () => {
  it("are listed in pages, and deleted", async () => {
    for (const name of ["a", "b", "c"]) await project.at.control.createTable(PROJECT, "ds", name, { schema: SCHEMA });
    const page = { maxResults: 2, autoPaginate: false };
    const [tables, next] = await project.clients.bigQuery.dataset("ds").getTables(page);
    const [others] = await project.clients.bigQuery.dataset("ds").getTables({ ...page, ...next });
    expect([...tables, ...others].map(({ id }) => id)).toEqual(["a", "b", "c"]);
    const [datasets] = await project.clients.bigQuery.getDatasets();
    expect(datasets.map(({ id }) => id)).toEqual(["ds"]);
    await project.clients.bigQuery.dataset("ds").table("a").delete();
    expect(await failure(project.clients.bigQuery.dataset("ds").table("a").get())).toMatchObject({
      code: 404,
      message: `Not found: Table ${PROJECT}:ds.a`,
    });
    expect(await failure(project.clients.bigQuery.dataset("ds").createTable("b", { schema: SCHEMA }))).toMatchObject({
      code: 409,
      message: `Already Exists: Table ${PROJECT}:ds.b`,
    });
    expect(await failure(project.clients.bigQuery.dataset("ds").delete())).toMatchObject({ code: 403 });
  });
});
