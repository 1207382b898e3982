// Every fault of REST calls: what the official client sees, whether the job ran, how often it strikes.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { FaultInput } from "../../../../dev/standins/bigquery/protocol.ts";
import {
  SHARED_START_TIMEOUT_MS,
  startSharedBigQuery,
  type SharedBigQuery,
} from "../../../../dev/standins/bigquery/sharedEmulator.ts";
import { eventually } from "../../../support/eventually.ts";
import { clientsOf, failure, usualGrants, type Clients } from "../../../support/dev/bigqueryClients.ts";

const PROJECT = "faults-project";
const EMAIL = `sync@${PROJECT}.iam.gserviceaccount.com`;

let at: SharedBigQuery;
let clients: Clients;
let folder: string;
let file: string;

beforeAll(async () => {
  at = await startSharedBigQuery();
  folder = mkdtempSync(join(tmpdir(), "crosscurrent-faults-"));
  file = join(folder, "rows.json");
  writeFileSync(file, '{"id":"a"}\n{"id":"b"}\n');
  await at.control.putAccount(EMAIL, usualGrants(PROJECT, "ds"));
  clients = clientsOf(at, PROJECT, EMAIL);
}, SHARED_START_TIMEOUT_MS);

afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await clients.close();
});

beforeEach(async () => {
  await at.control.clearFaults(PROJECT);
  await at.control.deleteDataset(PROJECT, "ds");
  await at.control.createDataset(PROJECT, "ds");
  await at.control.createTable(PROJECT, "ds", "t", { schema: { fields: [{ name: "id", type: "STRING" }] } });
  await at.control.resetCounters(PROJECT);
});

let ids = 0;
const newId = (): string => `fault-${Date.now()}-${ids++}`;
const table = () => clients.bigQuery.dataset("ds").table("t");
const load = (jobId: string) => table().load(file, { sourceFormat: "NEWLINE_DELIMITED_JSON", jobId });
const fault = (given: Partial<FaultInput> & Pick<FaultInput, "kind">) =>
  at.control.addFault(PROJECT, { target: "jobs.insert", times: 1, ...given });

async function count(): Promise<unknown> {
  return (await at.control.query(PROJECT, `SELECT COUNT(*) AS n FROM \`${PROJECT}.ds.t\``)).rows[0]?.["n"];
}

describe("of jobs", () => {
  it.each([
    ["quota_exceeded", 403, "quotaExceeded"],
    ["rate_limited", 403, "rateLimitExceeded"],
    ["rate_limited_429", 429, "rateLimitExceeded"],
    ["backend_error", 503, "backendError"],
    ["internal_error", 500, "internalError"],
    ["unauthenticated", 401, "authError"],
    ["access_denied", 403, "accessDenied"],
  ] as const)("%s refuses once, and the job does not run", async (kind, code, reason) => {
    const jobId = newId();
    await fault({ kind });
    expect(await failure(load(jobId))).toMatchObject({ code, reason });
    expect(await count()).toBe(0);
    await load(jobId);
    expect(await count()).toBe(2);
  });

  it("reset before: nothing ran; reset after: it did, and its id tells so", async () => {
    const jobId = newId();
    await fault({ kind: "reset" });
    await expect(load(jobId)).rejects.toThrow(/./);
    expect(await count()).toBe(0);
    await fault({ kind: "reset_after" });
    await expect(load(jobId)).rejects.toThrow(/./);
    expect(await count()).toBe(2);
    expect(await failure(load(jobId))).toMatchObject({ code: 409, reason: "duplicate" });
    expect(await count()).toBe(2);
    expect((await at.control.counters(PROJECT)).requests["jobs.insert"]).toEqual({
      total: 3,
      byStatus: { 409: 1 },
      reset: 2,
    });
  });

  it("503 instead of the answer, or none until the client gives up", async () => {
    const jobId = newId();
    await fault({ kind: "backend_error_after" });
    expect(await failure(load(jobId))).toMatchObject({ code: 503 });
    const id = await fault({ kind: "hang_after" });
    const hanging = load(newId()).catch((error: unknown) => error);
    await eventually(count, (n) => n === 4);
    await at.control.clearFaults(PROJECT, id);
    expect(await hanging).toBeInstanceOf(Error);
  });

  it("strike one kind of job, or jobs about something", async () => {
    await fault({ kind: "backend_error", jobType: "query", times: null });
    await load(newId());
    expect(await failure(clients.bigQuery.createQueryJob("SELECT 1"))).toMatchObject({ code: 503 });
    await at.control.clearFaults(PROJECT);
    await fault({ kind: "rate_limited", about: "MERGE", times: null, afterRequests: 1 });
    const merge = () =>
      clients.bigQuery.createQueryJob(
        `MERGE \`${PROJECT}.ds.t\` t USING (SELECT 'z' AS id) s ON t.id = s.id WHEN NOT MATCHED THEN INSERT (id) VALUES (id)`,
      );
    await merge();
    expect(await failure(merge())).toMatchObject({ code: 403, reason: "rateLimitExceeded" });
    await clients.bigQuery.createQueryJob("SELECT 1");
    expect(await at.control.faults(PROJECT)).toMatchObject([{ kind: "rate_limited", struck: 1 }]);
  });
});

describe("of other calls", () => {
  it("are HTML, a given answer, slow, or about tokens", async () => {
    await fault({ kind: "backend_error_html", target: "tables.get" });
    expect(await failure(table().get())).toMatchObject({ code: 503 });
    await fault({ kind: "respond", target: "tables.get", status: 418, body: "teapot" });
    expect(await failure(table().get())).toMatchObject({ code: 418 });
    const startedAtMs = Date.now();
    await fault({ kind: "slow", target: "tables.get", delayMs: 300 });
    await table().get();
    expect(Date.now() - startedAtMs).toBeGreaterThanOrEqual(300);
    await fault({ kind: "access_denied", target: "iam.generateAccessToken" });
    const fresh = clientsOf(at, PROJECT, EMAIL);
    await expect(fresh.bigQuery.query("SELECT 1")).rejects.toThrow(/unable to impersonate/);
    await fresh.close();
  });
});
