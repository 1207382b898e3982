// Who may do what: impersonation, tokens that end, roles, and the words of each refusal.
import { beforeAll, afterAll, beforeEach, describe, expect, it } from "vitest";
import { status } from "@grpc/grpc-js";
import { request } from "undici";
import type { Role } from "../../../../dev/standins/bigquery/protocol.ts";
import {
  SHARED_START_TIMEOUT_MS,
  startSharedBigQuery,
  type SharedBigQuery,
} from "../../../../dev/standins/bigquery/sharedEmulator.ts";
import { eventually } from "../../../support/eventually.ts";
import {
  clientsOf,
  failure,
  openSession,
  readAll,
  streamOf,
  usualGrants,
  type Clients,
} from "../../../support/dev/bigqueryClients.ts";

const PROJECT = "access-project";
const EMAIL = `sync@${PROJECT}.iam.gserviceaccount.com`;
const TABLE = `\`${PROJECT}.ds.t\``;

let at: SharedBigQuery;
let clients: Clients;

beforeAll(async () => {
  at = await startSharedBigQuery();
  await at.control.deleteDataset(PROJECT, "ds");
  await at.control.createDataset(PROJECT, "ds");
  await at.control.createTable(PROJECT, "ds", "t", { schema: { fields: [{ name: "id", type: "STRING" }] } });
  await at.control.loadRows(PROJECT, "ds", "t", [{ id: "a" }, { id: "b" }]);
}, SHARED_START_TIMEOUT_MS);

beforeEach(async () => {
  await at.control.putAccount(EMAIL, usualGrants(PROJECT, "ds"));
  clients = clientsOf(at, PROJECT, EMAIL);
  return () => clients.close();
});

afterAll(() => at.control.close());

const query = () => clients.bigQuery.query(`SELECT * FROM ${TABLE}`);
const sessionFailure = async () => await failure(openSession(clients, PROJECT, "datasets/ds/tables/t"));

async function grant(...grants: [role: Role, datasetId?: string][]): Promise<void> {
  await at.control.putAccount(EMAIL, {
    grants: grants.map(([role, datasetId]) => ({
      role,
      projectId: PROJECT,
      ...(datasetId === undefined ? {} : { datasetId }),
    })),
  });
}

describe("the look at an account", () => {
  const look = async (email: string, token: string) => {
    const answer = await request(`${at.iamUrl}/v1/projects/-/serviceAccounts/${encodeURIComponent(email)}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    return { status: answer.statusCode, body: (await answer.body.json()) as Record<string, unknown> };
  };

  it("tells its stable id, project and description to who may impersonate it", async () => {
    const first = await look(EMAIL, at.sourceToken);
    const uniqueId = expect.stringMatching(/^1\d{20}$/) as string;
    expect(first).toMatchObject({ status: 200, body: { email: EMAIL, projectId: PROJECT, uniqueId } });
    expect(first.body).not.toHaveProperty("description");
    await at.control.describeAccount(EMAIL, "Syncs exposures.");
    await at.control.putAccount(EMAIL, usualGrants(PROJECT, "ds"));
    const described = await look(EMAIL, at.sourceToken);
    expect(described.body).toEqual({ ...first.body, description: "Syncs exposures." });
    await at.control.deleteAccount(EMAIL);
    await at.control.putAccount(EMAIL, usualGrants(PROJECT, "ds"));
    const anew = await look(EMAIL, at.sourceToken);
    expect(anew.body["uniqueId"]).not.toBe(first.body["uniqueId"]);
    expect(anew.body).not.toHaveProperty("description");
  });

  it("refuses others in the same words as for an account that does not exist", async () => {
    await at.control.putAccount(EMAIL, { ...usualGrants(PROJECT, "ds"), sourceTokens: ["another-source"] });
    const refusal = {
      status: 403,
      body: {
        error: {
          message: "Permission 'iam.serviceAccounts.get' denied on resource (or it may not exist).",
          status: "PERMISSION_DENIED",
        },
      },
    };
    expect(await look(EMAIL, at.sourceToken)).toMatchObject(refusal);
    expect(await look(`nobody@${PROJECT}.iam.gserviceaccount.com`, at.sourceToken)).toMatchObject(refusal);
    expect(await look(EMAIL, "unknown")).toMatchObject({ status: 401 });
  });
});

describe("impersonation", () => {
  it("gives tokens that work for REST and Storage", async () => {
    expect((await query())[0]).toHaveLength(2);
    const session = await openSession(clients, PROJECT, "datasets/ds/tables/t");
    expect(await readAll(clients, streamOf(session))).toMatchObject({ rows: 2, error: null });
  });

  it("is refused for unknown accounts and to callers that may not", async () => {
    const unknown = clientsOf(at, PROJECT, `nobody@${PROJECT}.iam.gserviceaccount.com`);
    await expect(unknown.bigQuery.query("SELECT 1")).rejects.toThrow(
      /PERMISSION_DENIED: unable to impersonate: Permission 'iam\.serviceAccounts\.getAccessToken' denied/,
    );
    await at.control.putAccount(EMAIL, { ...usualGrants(PROJECT, "ds"), sourceTokens: ["another-source"] });
    await expect(query()).rejects.toThrow(/unable to impersonate/);
    const other = clientsOf(at, PROJECT, EMAIL, "another-source");
    expect((await other.bigQuery.query("SELECT 1 AS one"))[0]).toEqual([{ one: 1 }]);
    const stranger = clientsOf(at, PROJECT, EMAIL, "made-up");
    await expect(stranger.bigQuery.query("SELECT 1")).rejects.toThrow(/invalid authentication credentials/);
    for (const each of [unknown, other, stranger]) await each.close();
    const { tokensIssued, tokensRefused } = await at.control.counters(PROJECT);
    expect(tokensIssued).toBeGreaterThan(0);
    expect(tokensRefused).toBeGreaterThanOrEqual(3);
  });

  it("answers 403 in Google's shape", async () => {
    const answer = await request(
      `${at.iamUrl}/v1/projects/-/serviceAccounts/nobody@${PROJECT}.iam.gserviceaccount.com:generateAccessToken`,
      {
        method: "POST",
        headers: { authorization: `Bearer ${at.sourceToken}`, "content-type": "application/json" },
        body: JSON.stringify({ scope: ["https://www.googleapis.com/auth/cloud-platform"], lifetime: "600s" }),
      },
    );
    expect(answer.statusCode).toBe(403);
    expect(await answer.body.json()).toMatchObject({
      error: {
        code: 403,
        status: "PERMISSION_DENIED",
        details: [{ reason: "IAM_PERMISSION_DENIED", domain: "iam.googleapis.com" }],
      },
    });
  });
});

describe("tokens", () => {
  it("are needed, and end by time or when revoked", async () => {
    const get = async (authorization?: string) => {
      const headers = authorization === undefined ? {} : { authorization };
      const answer = await request(`${at.restUrl}/bigquery/v2/projects/${PROJECT}/datasets/ds`, { headers });
      return { status: answer.statusCode, json: await answer.body.json() };
    };
    expect(await get()).toMatchObject({
      status: 401,
      json: {
        error: { code: 401, status: "UNAUTHENTICATED", errors: [{ reason: "required", location: "Authorization" }] },
      },
    });
    expect(await get(`Bearer ${at.sourceToken}`)).toMatchObject({
      status: 401,
      json: { error: { errors: [{ reason: "authError" }] } },
    });
    const brief = await at.control.issueToken(EMAIL, 0.4);
    expect((await get(`Bearer ${brief}`)).status).toBe(200);
    await eventually(async () => (await get(`Bearer ${brief}`)).status === 401);
    const token = await at.control.issueToken(EMAIL);
    expect((await get(`Bearer ${token}`)).status).toBe(200);
    expect(await at.control.revokeTokens(EMAIL)).toBeGreaterThan(0);
    expect((await get(`Bearer ${token}`)).status).toBe(401);
  });

  it("live no longer than the account allows", async () => {
    await at.control.putAccount(EMAIL, { ...usualGrants(PROJECT, "ds"), tokenLifetimeMaxSeconds: 60 });
    await clients.auth.getAccessToken();
    expect(clients.auth.credentials.expiry_date).toBeLessThan(Date.now() + 61_000);
  });

  it("are checked by the Storage API too", async () => {
    const session = await openSession(clients, PROJECT, "datasets/ds/tables/t");
    await at.control.revokeTokens(EMAIL);
    expect((await readAll(clients, streamOf(session))).error).toMatchObject({ code: status.UNAUTHENTICATED });
    const bare = clients.read.createReadSession({
      parent: `projects/${PROJECT}`,
      readSession: { table: `projects/${PROJECT}/datasets/ds/tables/t`, dataFormat: "ARROW" },
    });
    expect(await failure(bare)).toMatchObject({ code: status.UNAUTHENTICATED });
  });
});

describe("roles", () => {
  it("Job User: without it no job", async () => {
    await grant(["roles/bigquery.dataEditor", "ds"]);
    expect(await failure(query())).toEqual({
      code: 403,
      message: `Access Denied: Project ${PROJECT}: User does not have bigquery.jobs.create permission in project ${PROJECT}.`,
      reason: "accessDenied",
    });
  });

  it("Read Session User: neither Job User nor Data Editor may open sessions", async () => {
    await grant(["roles/bigquery.jobUser"], ["roles/bigquery.dataEditor"]);
    expect(await sessionFailure()).toMatchObject({
      code: status.PERMISSION_DENIED,
      message: `7 PERMISSION_DENIED: request failed: the user does not have 'bigquery.readsessions.create' permission for 'projects/${PROJECT}'`,
    });
  });

  it("Data Viewer: without it nothing to read", async () => {
    await grant(["roles/bigquery.jobUser"], ["roles/bigquery.readSessionUser"], ["roles/bigquery.dataViewer", "other"]);
    expect(await failure(query())).toMatchObject({
      code: 403,
      message: `Access Denied: Table ${PROJECT}:ds.t: User does not have permission to query table ${PROJECT}:ds.t, or perhaps it does not exist.`,
    });
    expect(await sessionFailure()).toMatchObject({ code: status.PERMISSION_DENIED });
    expect((await sessionFailure()).message).toContain(
      "'bigquery.tables.getData' permission for 'projects/access-project/datasets/ds/tables/t'",
    );
    expect(await failure(clients.bigQuery.dataset("ds").table("t").get())).toMatchObject({
      code: 403,
      message: `Access Denied: Table ${PROJECT}:ds.t: Permission bigquery.tables.get denied on table ${PROJECT}:ds.t (or it may not exist).`,
    });
  });

  it("Data Viewer reads and changes nothing; Data Editor of a dataset makes tables, but no dataset", async () => {
    await grant(["roles/bigquery.jobUser"], ["roles/bigquery.dataViewer", "ds"]);
    expect((await query())[0]).toHaveLength(2);
    const insert = () => clients.bigQuery.query(`INSERT INTO ${TABLE} (id) VALUES ('c')`);
    const create = () =>
      clients.bigQuery.dataset("ds").createTable("made", { schema: { fields: [{ name: "id", type: "STRING" }] } });
    expect(await failure(insert())).toMatchObject({
      code: 403,
      message: `Access Denied: Table ${PROJECT}:ds.t: Permission bigquery.tables.updateData denied on table ${PROJECT}:ds.t (or it may not exist).`,
    });
    expect(await failure(create())).toMatchObject({
      code: 403,
      message: `Access Denied: Dataset ${PROJECT}:ds: Permission bigquery.tables.create denied on dataset ${PROJECT}:ds (or it may not exist).`,
    });
    await grant(["roles/bigquery.jobUser"], ["roles/bigquery.dataEditor", "ds"]);
    await create();
    await clients.bigQuery.dataset("ds").table("made").delete();
    expect(await failure(clients.bigQuery.createDataset("more"))).toMatchObject({ code: 403, reason: "accessDenied" });
  });

  it("others' jobs are not for everybody", async () => {
    const [job] = await clients.bigQuery.createQueryJob({ query: "SELECT 1" });
    const other = `other@${PROJECT}.iam.gserviceaccount.com`;
    await at.control.putAccount(other, usualGrants(PROJECT, "ds"));
    const stranger = clientsOf(at, PROJECT, other);
    expect((await failure(stranger.bigQuery.job(job.id ?? "").get())).message).toContain(
      "Permission bigquery.jobs.get denied on job",
    );
    await stranger.close();
  });
});
