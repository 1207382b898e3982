// Load jobs by the official client: in one request and in chunks, into existing and new tables, with good and bad files.
import { gzipSync } from "node:zlib";
import { request } from "undici";
import type { JobMetadata } from "@google-cloud/bigquery";
import { describe, expect, it } from "vitest";
import { eventually } from "../../../support/eventually.ts";
import { failure } from "../../../support/dev/bigqueryClients.ts";
import { newId, row, rows, SCHEMA, useLoadProject } from "../../../support/dev/bigqueryProject.ts";

const PROJECT = "loads-project";
const project = useLoadProject(PROJECT);
const { fileOf, staging, load, rowCount } = project;

describe("loads", () => {
  it("loads into a table that is not there, and again in its place", async () => {
    const job = await load(fileOf(rows(100)), { jobId: newId() });
    expect(job.status?.state).toBe("DONE");
    expect(job.statistics?.load).toMatchObject({ outputRows: "100", badRecords: "0" });
    await load(fileOf(rows(7)));
    expect(await rowCount()).toBe(7);
    await load(fileOf(rows(3)), { writeDisposition: "WRITE_APPEND" });
    expect(await rowCount()).toBe(10);
    const [lowest] = (
      await project.at.control.query(PROJECT, `SELECT * FROM \`${PROJECT}.ds.staging\` ORDER BY amount`)
    ).rows;
    expect(lowest).toEqual({ user_id: "user-0", timestamp: "2026-03-10T12:00:00.123456Z", amount: 0 });
    expect(await project.at.control.counters(PROJECT)).toMatchObject({
      jobs: { load: { done: 3, failed: 0 } },
      rowsLoaded: 110,
    });
  });

  it("keeps layout and expiration of a table that was made for it", async () => {
    await project.clients.bigQuery.dataset("ds").createTable("staging", {
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
    await eventually(async () => !(await staging().exists())[0]);
    expect(await project.at.control.tables(PROJECT, "ds")).toEqual([]);
  });

  it("takes gzip, and leaves the table as it was when a file is bad", async () => {
    await load(fileOf(rows(50), (text) => gzipSync(text)));
    expect(await rowCount()).toBe(50);
    const unknown = await failure(load(fileOf([{ ...row(1), surprise: 1 }])));
    expect(unknown.message).toContain("No such field: surprise");
    const missing = await failure(load(fileOf([{ timestamp: "2026-03-10T12:00:00Z" }])));
    expect(missing.message).toContain("Required field user_id cannot be null");
    await failure(load(fileOf([{ ...row(1), amount: "many" }])));
    expect(await rowCount()).toBe(50);
  });

  it("says that there is no dataset, no table to load into, no schema", async () => {
    const elsewhere = (location: string) => project.clients.bigQuery.dataset("eu", { location }).table("t");
    await project.at.control.createDataset(PROJECT, "eu", { location: "EU" });
    expect(await failure(load(fileOf(rows(1)), { createDisposition: "CREATE_NEVER" }))).toEqual({
      code: 404,
      message: `Not found: Table ${PROJECT}:ds.staging`,
      reason: "notFound",
    });
    await project.at.control.deleteDataset(PROJECT, "ds");
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
    const { token } = await project.clients.auth.getAccessToken();
    const authorization = `Bearer ${token}`;
    const content = Buffer.from(
      rows(1_000)
        .map((each) => JSON.stringify(each))
        .join("\n"),
    );
    const jobId = newId();
    const start = await request(
      `${project.at.restUrl}/upload/bigquery/v2/projects/${PROJECT}/jobs?uploadType=resumable`,
      {
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
      },
    );
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
    expect(await rowCount()).toBe(1_000);
  });
});
