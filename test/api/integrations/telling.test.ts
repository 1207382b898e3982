// What an integration says of itself: tests before and after creating, warnings, and what is in the way of a change.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { NO_PROGRESS } from "../../../src/domain/progress.ts";
import { SyncError } from "../../../src/domain/errors.ts";
import {
  BIGQUERY_EVENT,
  createHarness,
  createIntegration,
  errorsOf,
  NEW_BIGQUERY,
  NEW_INTEGRATION,
  pathsOf,
  SECRET,
  type Harness,
} from "../../support/api/harness.ts";

let api: Harness;
let nextProject = 1;
let id: string;
let one: string;
beforeAll(async () => {
  api = await createHarness();
});
afterAll(() => api.close());
beforeEach(async () => {
  api.connector.answer = async () => [{ name: "sign in", ok: true }];
  api.connector.eventNames = undefined;
  id = await createIntegration(api.call, String(nextProject++));
  one = `/v1/integrations/${id}`;
  api.control.take();
});

const codesOf = (body: Record<string, unknown>) => (body["warnings"] as { code: string }[]).map(({ code }) => code);
const patch = (json: object) => api.call(one, { method: "PATCH", json });
const addEvent = (eventId: string) => api.call(`${one}/events`, { json: { eventId } });
const importing = (rows: { rejected?: number; imported?: number }) =>
  api.store.imports.commitChunk({
    integrationId: id,
    runId: "run",
    events: ["purchase"],
    from: NO_PROGRESS,
    rows: Array.from({ length: rows.imported ?? 0 }, (_, i) => ({
      event: "purchase",
      uuid: `00000000-0000-4000-8000-00000000000${i}`,
      userIds: ["user"],
      versionMs: null,
      timestampMs: 1,
      properties: "{}",
      fields: {},
    })),
    rejected: Array.from({ length: rows.rejected ?? 0 }, (_, i) => ({
      event: "purchase",
      key: `k${i}`,
      reason: "broken",
      record: "{",
    })),
    progress: null,
  });

describe("POST /v1/integrations/test", () => {
  const tryOut = (json: object) => api.call("/v1/integrations/test", { json });
  const body = { ...NEW_INTEGRATION, projectId: "900001" };

  test("tests what would be created, and stores nothing", async () => {
    api.connector.tested = [];
    const before = (await api.call("/v1/integrations?limit=1000")).text;
    const answer = await tryOut({ ...body, region: "eu", importFrom: "2026-01-31" });
    const result = { ok: true, retryUntil: null, steps: [{ name: "sign in", ok: true }] };
    expect([answer.status, answer.body]).toEqual([202, result]);
    expect(api.connector.tested).toMatchObject([
      {
        connection: {
          workspaceId: api.workspace.workspaceId,
          settings: { projectId: "900001", region: "eu" },
          secret: SECRET,
          importFrom: "2026-01-31",
        },
        events: [],
      },
    ]);
    expect((await api.call("/v1/integrations?limit=1000")).text).toBe(before);
    expect(api.control.take()).toEqual([]);
    expect(answer.text + api.log.text).not.toContain(SECRET);
  });

  test("is for every provider, and a failure is a failed step", async () => {
    api.bigQuery.answer = async () => {
      throw new SyncError("auth", "no such account");
    };
    const answer = await tryOut({ ...NEW_BIGQUERY, projectId: "my-project" });
    expect([answer.status, answer.body]).toEqual([
      202,
      { ok: false, retryUntil: null, steps: [{ name: "connection", ok: false, message: "no such account" }] },
    ]);
  });

  test("refuses what creating refuses, with the same words", async () => {
    for (const wrong of [{ projectId: "x" }, { region: "cn" }, { extra: 1 }, { serviceAccountSecret: "" }]) {
      const created = await api.call("/v1/integrations", { json: { ...body, ...wrong } });
      const answer = await tryOut({ ...body, ...wrong });
      expect([answer.status, errorsOf(answer)]).toEqual([400, errorsOf(created)]);
    }
  });

  test("uses no request of the project's budget before the connector asks for one", async () => {
    api.connector.budget = { key: "test-budget", maxPerHour: 1, maxPerSecond: 3, reservedPerHour: 0 };
    api.connector.answer = async () => [{ name: "sign in", ok: false }];
    await tryOut(body);
    expect(await api.store.budgets.take(api.connector.budget, "increment", "ws")).toMatchObject({ granted: true });
  });
});

describe("the last test", () => {
  test("is null at first, kept by /test, and void with new credentials", async () => {
    expect((await api.call(one)).body).toMatchObject({ lastTest: null, warnings: [{ code: "never_tested" }] });
    const steps = [{ name: "sign in", ok: false, message: "make it an Admin" }];
    api.connector.answer = async () => steps;
    await api.call(`${one}/test`, { method: "POST" });
    const failed = (await api.call(one)).body;
    expect(failed).toMatchObject({
      lastTest: { at: expect.stringMatching(/Z$/) as string, ok: false, steps },
      warnings: [{ code: "test_failed", message: expect.stringContaining("“sign in”") as string }],
    });
    api.connector.answer = async () => [{ name: "sign in", ok: true }];
    await api.call(`${one}/test`, { method: "POST" });
    expect((await api.call(one)).body).toMatchObject({ lastTest: { ok: true }, warnings: [] });
    expect((await api.call("/v1/integrations?limit=1000")).body.integrations).toContainEqual(
      (await api.call(one)).body,
    );
    expect((await patch({ serviceAccountSecret: "another" })).body).toMatchObject({ lastTest: null });
  });
});

describe("warnings", () => {
  beforeEach(async () => {
    await api.call(`${one}/test`, { method: "POST" });
  });

  test("an import without events, one that never ran, rejected records", async () => {
    expect(codesOf((await patch({ import: { enabled: true } })).body)).toEqual(["never_run", "no_events"]);
    await addEvent("purchase");
    await importing({ imported: 1, rejected: 2 });
    const { warnings } = (await api.call(one)).body;
    expect(warnings).toMatchObject([
      { code: "never_run" },
      {
        code: "rejected",
        message: expect.stringContaining("2 records were rejected (0 of the export, 2 of") as string,
      },
    ]);
    expect((await api.call(`${one}/events`)).body).toMatchObject({ events: [{ warnings: [{ code: "rejected" }] }] });
  });

  test("an event that the project has never seen: at once, with the nearest names, also on its integration", async () => {
    api.connector.eventNames = async () => ({ names: ["purchase", "refund"], isWhole: true });
    const { body } = await addEvent("Purchase");
    expect(codesOf(body)).toEqual(["event_not_seen"]);
    expect(JSON.stringify(body)).toContain("“purchase”, “refund”");
    await patch({ import: { enabled: true } });
    const [own] = body["warnings"] as { message: string }[];
    expect((await api.call(one)).body["warnings"]).toContainEqual({
      code: "event_not_seen",
      message: `Purchase: ${own?.message}`,
    });
    expect(codesOf((await addEvent("purchase")).body)).toEqual([]);
  });

  test("a provider that does not answer costs nothing but the knowledge", async () => {
    api.connector.eventNames = async () => {
      throw new SyncError("rate_limited", "later");
    };
    expect(await addEvent("Purchase")).toMatchObject({ status: 201, body: { warnings: [] } });
    expect(api.log.text).toContain("could not be checked");
  });

  test("an import that is complete and found nothing", async () => {
    await addEvent("purchase");
    await api.store.imports.setProgress(id, { purchase: { completeThroughMs: 0, unfinished: null } });
    expect((await api.call(`${one}/events`)).body).toMatchObject({
      events: [{ warnings: [{ code: "nothing_imported", message: expect.stringContaining("1970-01-01") as string }] }],
    });
  });

  test("a run that should have started", async () => {
    await patch({ export: { enabled: true } });
    await api.store.syncState.loadConfig(id);
    const status = { integrationId: id, paused: null, exportError: null, importError: null, eventErrors: {} };
    await api.store.syncState.recordStatus({ ...status, nextRunAtMs: Date.now() - 3_600_000 });
    const { body } = await api.call(one);
    expect([body["overdue"], codesOf(body)]).toEqual([true, ["overdue"]]);
    await api.store.syncState.recordStatus({ ...status, nextRunAtMs: Date.now() });
    expect((await api.call(one)).body["overdue"]).toBe(false);
  });

  test("a run with nothing to do says so", async () => {
    const asked = await api.call(`${one}/sync`, { method: "POST" });
    const requestIds = [String(asked.body["requestId"])];
    const run = { integrationId: id, runId: "idle", startedAtMs: 1, requestIds, directions: [] };
    await api.store.runs.record({ ...run, finished: { atMs: 2, outcome: "nothing_to_do" } });
    expect((await api.call(one)).body).toMatchObject({ lastRun: { outcome: "nothing_to_do" } });
    expect((await api.call(`${one}/runs`)).body).toMatchObject({ runs: [{ outcome: "nothing_to_do" }] });
    expect((await api.call(`${one}/sync/${requestIds[0]}`)).body).toMatchObject({ outcome: "nothing_to_do" });
  });
});

describe("names that cannot be imported", () => {
  test("say what to do, where it is known", async () => {
    for (const eventId of ["plan.upgrade", "Plan Upgraded", "$mp_web_page_view"]) {
      expect(errorsOf(await addEvent(eventId))[0]?.message).toMatch(
        /^must be 1 to 255 letters.*cannot rename.*Lexicon is for display only.*second time/s,
      );
    }
    const { body } = await api.call("/v1/integrations", {
      json: { ...NEW_BIGQUERY, projectId: `p-${id.slice(4, 20)}` },
    });
    const refused = await api.call(`/v1/integrations/${String(body["id"])}/events`, {
      json: { ...BIGQUERY_EVENT, eventName: "a b" },
    });
    expect(errorsOf(refused)).toMatchObject([
      { message: "must be 1 to 255 letters, numbers, underscores and hyphens" },
    ]);
    const { providers } = (await api.call("/v1/providers")).body as { providers: { event: { message?: string }[] }[] };
    expect(providers.map(({ event }) => event[0]?.message)).toEqual([
      expect.stringMatching(/^Only letters, numbers, underscores, and hyphens\. .*Lexicon/s),
      "Only letters, numbers, underscores, and hyphens.",
    ]);
  });
});

describe("the project", () => {
  test("can be changed until the first row, with all that identifies it; then 409", async () => {
    expect(await patch({ projectId: "800001", region: "eu" })).toMatchObject({
      status: 200,
      body: { projectId: "800001", region: "eu", projectFixed: false },
    });
    expect(api.control.take().map(([name]) => name)).toEqual(["configChanged"]);
    const taken = await createIntegration(api.call, "800002");
    expect(await patch({ projectId: "800002" })).toMatchObject({
      status: 409,
      body: { detail: "There is an integration of Mixpanel with Project ID 800002 already." },
    });
    await api.call(`/v1/integrations/${taken}`, { method: "DELETE" });
    expect(await patch({ projectId: "800002" })).toMatchObject({ status: 200 });
    await addEvent("purchase");
    await importing({ imported: 1 });
    const refused = await patch({ projectId: "800003", region: "us", serviceAccountUsername: "new" });
    expect(refused).toMatchObject({
      status: 409,
      body: { detail: expect.stringMatching(/^Project ID, Region cannot be changed any more/) as string },
    });
    expect((await api.call(one)).body).toMatchObject({
      projectId: "800002",
      region: "eu",
      projectFixed: true,
      serviceAccountUsername: NEW_INTEGRATION.serviceAccountUsername,
    });
    // What stays as it is may be sent along.
    const same = { projectId: "800002", serviceAccountUsername: "new" };
    expect(await patch(same)).toMatchObject({ status: 200, body: same });
  });

  test("a patch leaves what is absent as it was, defaults included", async () => {
    await patch({ region: "in", projectTime: "local" });
    const { body } = await patch({ serviceAccountUsername: "new" });
    expect(body).toMatchObject({ region: "in", projectTime: "local", serviceAccountUsername: "new" });
  });

  test("an export keeps what it needs", async () => {
    const json = { ...NEW_BIGQUERY, datasetId: undefined, projectId: `q-${id.slice(4, 20)}` };
    const { body } = await api.call("/v1/integrations", { json });
    const change = (fields: object) =>
      api.call(`/v1/integrations/${String(body["id"])}`, { method: "PATCH", json: fields });
    expect(pathsOf(await change({ export: { enabled: true } }))).toEqual(["export.enabled"]);
    expect(await change({ export: { enabled: true }, datasetId: "set" })).toMatchObject({ body: { datasetId: "set" } });
    expect(pathsOf(await change({ datasetId: null }))).toEqual(["export.enabled"]);
    expect(await change({ location: "US" })).toMatchObject({ body: { datasetId: "set", location: "US" } });
  });
});

describe("deleting", () => {
  test("is refused while metrics use the events, and lists them; force takes them along", async () => {
    await addEvent("purchase");
    const measure = { event: "purchase", aggregation: "count" };
    const metric = await api.call("/v1/metrics", { json: { integrationId: id, name: `Buys ${id}`, measure } });
    const blockers = [{ kind: "metric", id: metric.body["id"], name: `Buys ${id}` }];
    for (const path of [one, `${one}?force=false`, `${one}/events/purchase`]) {
      const refused = await api.call(path, { method: "DELETE" });
      expect([path, refused.status, refused.body["blockers"], pathsOf(refused)]).toEqual([path, 409, blockers, []]);
    }
    expect(pathsOf(await api.call(`${one}?force=yes`, { method: "DELETE" }))).toEqual(["force"]);
    expect(await api.callOther(`${one}?force=true`, { method: "DELETE" })).toMatchObject({ status: 404 });
    expect(api.control.take().map(([name]) => name)).not.toContain("end");
    expect(await api.call(`${one}?force=true`, { method: "DELETE" })).toMatchObject({ status: 204 });
    expect(await api.call(`/v1/metrics/${String(metric.body["id"])}`)).toMatchObject({ status: 404 });
    expect(await api.call(one, { method: "DELETE" })).toMatchObject({ status: 204 });
  });
});
