// What a data folder keeps, also when everything is killed at once, and that nobody is left behind.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { afterAll, beforeAll, expect, it } from "vitest";
import { BigQueryControl } from "../../../../dev/standins/bigquery/control.ts";
import { SHARED_START_TIMEOUT_MS } from "../../../../dev/standins/bigquery/sharedEmulator.ts";
import { startBigQuery, type BigQueryAddresses } from "../../../../dev/standins/bigquery/start.ts";
import { answers } from "../../../../dev/process/ready.ts";
import { eventually } from "../../../support/eventually.ts";
import { clientsOf, failure, usualGrants } from "../../../support/dev/bigqueryClients.ts";

const PROJECT = "start-project";
const EMAIL = `sync@${PROJECT}.iam.gserviceaccount.com`;
const SCHEMA = { fields: [{ name: "id", type: "STRING" }] };

let folder: string;
let parent: ChildProcess;
let first: BigQueryAddresses;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "crosscurrent-bigquery-start-"));
  const program = resolve(import.meta.dirname, "../../../support/dev/startAndWait.ts");
  parent = spawn(process.execPath, ["--import", "tsx", program, join(folder, "data")], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = (await once(createInterface({ input: parent.stdout as Readable }), "line")) as [string];
  first = JSON.parse(line) as BigQueryAddresses;
}, SHARED_START_TIMEOUT_MS);

afterAll(() => {
  parent.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

it("outlives a SIGKILL of its parent as data, not as processes", async () => {
  const file = join(folder, "rows.json");
  writeFileSync(file, '{"id":"a"}\n{"id":"b"}\n');
  const before = new BigQueryControl(first.restUrl);
  await before.putAccount(EMAIL, usualGrants(PROJECT, "ds"));
  await before.createDataset(PROJECT, "ds", { location: "EU" });
  const clients = clientsOf({ ...first, control: before }, PROJECT, EMAIL);
  const expirationTime = String(Date.now() + 3_600_000);
  await clients.bigQuery.dataset("ds").createTable("t", { schema: SCHEMA, labels: { kept: "yes" }, expirationTime });
  const load = { sourceFormat: "NEWLINE_DELIMITED_JSON", jobId: "kept", location: "EU" };
  await clients.bigQuery.dataset("ds").table("t").load(file, load);
  await Promise.all([clients.close(), before.close()]);

  parent.kill("SIGKILL");
  await eventually(async () => !(await answers(first.restUrl, () => true)));

  const again = await startBigQuery({ dataDir: join(folder, "data") });
  try {
    expect(again.sourceToken).toBe(first.sourceToken);
    const { rows } = await again.control.query(PROJECT, `SELECT * FROM \`${PROJECT}.ds.t\` ORDER BY id`);
    expect(rows).toEqual([{ id: "a" }, { id: "b" }]);
    expect(await again.control.table(PROJECT, "ds", "t")).toMatchObject({
      labels: { kept: "yes" },
      expirationTime,
      location: "EU",
    });
    const later = clientsOf(again, PROJECT, EMAIL);
    expect(await failure(later.bigQuery.dataset("ds").table("t").load(file, load))).toMatchObject({ code: 409 });
    const [job] = await later.bigQuery.job("kept", { location: "EU" }).get();
    expect(job.metadata).toMatchObject({ status: { state: "DONE" }, statistics: { load: { outputRows: "2" } } });
    await later.close();
    await expect(startBigQuery({ dataDir: join(folder, "data") })).rejects.toThrow(/is in use/);
  } finally {
    await again.stop();
  }
  expect(await answers(again.restUrl, () => true)).toBe(false);
});
