// Runs, rejected records, sync requests and the connection test.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { SyncError } from "../../../src/domain/errors.ts";
import { NO_PROGRESS } from "../../../src/domain/progress.ts";
import { createHarness, createIntegration, SECRET, type Harness } from "../../support/api/harness.ts";

let api: Harness;
let id: string;
let one: string;
let nextProject = 1;
beforeAll(async () => {
  api = await createHarness();
});
afterAll(() => api.close());
beforeEach(async () => {
  id = await createIntegration(api.call, String(nextProject++));
  one = `/v1/integrations/${id}`;
  api.control.take();
});

const T0 = Date.UTC(2026, 0, 1);

describe("sync", () => {
  test("a request is queued, signalled, then done with its run", async () => {
    const asked = await api.call(`${one}/sync`, { method: "POST" });
    const requestId = asked.body.requestId as string;
    expect([asked.status, asked.body]).toEqual([202, { requestId }]);
    const ref = { integrationId: id, workspaceId: api.workspace.workspaceId, provider: "mixpanel" };
    expect(api.control.take()).toEqual([["syncNow", ref, requestId]]);
    expect((await api.call(`${one}/sync/${requestId}`)).body).toEqual({ status: "queued" });
    const run = { integrationId: id, runId: "c1", startedAtMs: T0, requestIds: [requestId], directions: [] };
    await api.store.runs.record({ ...run, finished: null });
    expect((await api.call(`${one}/sync/${requestId}`)).body).toEqual({ status: "running", runId: "c1" });
    await api.store.runs.record({ ...run, finished: { atMs: T0 + 5, outcome: "succeeded" } });
    expect((await api.call(`${one}/sync/${requestId}`)).body).toEqual({
      status: "done",
      runId: "c1",
      outcome: "succeeded",
    });
  });

  test("a request that joins another is signalled too, but only so often", async () => {
    const { requestId } = (await api.call(`${one}/sync`, { method: "POST" })).body;
    for (let i = 0; i < 20; i++) {
      expect((await api.call(`${one}/sync`, { method: "POST" })).body).toEqual({ requestId });
    }
    const signals = api.control.take();
    expect(signals[1]).toEqual([
      "syncNow",
      { integrationId: id, workspaceId: api.workspace.workspaceId, provider: "mixpanel" },
      requestId,
    ]);
    expect(signals).toHaveLength(10);
  });

  test("409 while paused, and nothing is signalled", async () => {
    await api.call(`${one}/pause`, { method: "POST" });
    api.control.take();
    expect(await api.call(`${one}/sync`, { method: "POST" })).toMatchObject({ status: 409 });
    expect(api.control.take()).toEqual([]);
  });

  test("an unknown request, or one of another integration: 404", async () => {
    const asked = await api.call(`${one}/sync`, { method: "POST" });
    const other = await createIntegration(api.call, String(nextProject++));
    const ids = ["nope", "a%00b", "x".repeat(201), "%20"];
    for (const requestId of ids) expect((await api.call(`${one}/sync/${requestId}`)).status).toBe(404);
    expect((await api.call(`/v1/integrations/${other}/sync/${String(asked.body.requestId)}`)).status).toBe(404);
  });
});

test("runs, newest first: listed from their start, with what went wrong", async () => {
  const error = { kind: "auth" as const, message: "new credentials, please", sinceMs: T0 };
  await api.store.runs.record({
    integrationId: id,
    runId: "c1",
    startedAtMs: T0,
    requestIds: [],
    directions: [{ direction: "export", outcome: "failed", error }],
    finished: { atMs: T0 + 1_000, outcome: "failed" },
  });
  await api.store.runs.record({
    integrationId: id,
    runId: "c2",
    startedAtMs: T0 + 2_000,
    requestIds: [],
    directions: [{ direction: "import", outcome: null }],
    finished: null,
  });
  const { body } = await api.call(`${one}/runs`);
  expect(body).toEqual({
    runs: [
      {
        id: "c2",
        startedAt: "2026-01-01T00:00:02.000Z",
        finishedAt: null,
        outcome: null,
        directions: [{ direction: "import", outcome: null, records: 0, rejected: 0 }],
      },
      {
        id: "c1",
        startedAt: "2026-01-01T00:00:00.000Z",
        finishedAt: "2026-01-01T00:00:01.000Z",
        outcome: "failed",
        directions: [
          {
            direction: "export",
            outcome: "failed",
            records: 0,
            rejected: 0,
            error: { kind: "auth", message: "new credentials, please", since: "2026-01-01T00:00:00.000Z" },
          },
        ],
      },
    ],
    next: null,
  });
  const first = await api.call(`${one}/runs?limit=1`);
  const second = await api.call(`${one}/runs?limit=1&cursor=${encodeURIComponent(String(first.body.next))}`);
  expect(second.body.runs).toEqual([(body.runs as unknown[])[1]]);
  expect((await api.call(one)).body).toMatchObject({
    status: "syncing",
    lastRun: { id: "c2", startedAt: "2026-01-01T00:00:02.000Z", finishedAt: null, outcome: null },
  });
});

test("errors of directions and events are shown with their kind and start", async () => {
  await api.call(`${one}/events`, { json: { eventId: "purchase" } });
  await api.call(one, { method: "PATCH", json: { export: { enabled: true }, import: { enabled: true } } });
  const error = { kind: "permission" as const, message: "make it an Admin", sinceMs: T0 };
  await api.store.syncState.recordStatus({
    integrationId: id,
    paused: null,
    nextRunAtMs: T0 + 5,
    exportError: error,
    importError: null,
    eventErrors: { purchase: error },
  });
  const shown = { kind: "permission", message: "make it an Admin", since: "2026-01-01T00:00:00.000Z" };
  expect((await api.call(one)).body).toMatchObject({
    status: "attention",
    nextRunAt: "2026-01-01T00:00:00.005Z",
    export: { error: shown },
  });
  expect((await api.call(`${one}/events`)).body).toMatchObject({ events: [{ eventId: "purchase", error: shown }] });
});

test("rejected records: as JSON where they are JSON, with all digits; else as a string", async () => {
  await api.call(`${one}/events`, { json: { eventId: "purchase" } });
  const texts = ['{"event": "purchase", "n": 12345678901234567890}', '{"cut short', "plain"];
  await api.store.imports.commitChunk({
    integrationId: id,
    runId: "c",
    events: ["purchase"],
    from: NO_PROGRESS,
    rows: [],
    rejected: texts.map((record, i) => ({
      event: i === 0 ? "purchase" : null,
      key: `k${i}`,
      reason: `reason ${i}`,
      record,
    })),
    progress: null,
  });
  const answer = await api.call(`${one}/rejected`);
  expect(answer.text).toContain("12345678901234567890");
  const rows = (answer.body.rejected as Record<string, unknown>[]).toSorted((a, b) =>
    String(a.reason) < String(b.reason) ? -1 : 1,
  );
  expect(rows).toMatchObject([
    { direction: "import", event: "purchase", reason: "reason 0", record: { event: "purchase" } },
    { direction: "import", reason: "reason 1", record: '{"cut short' },
    { direction: "import", reason: "reason 2", record: "plain" },
  ]);
  expect(rows.map((row) => "event" in row)).toEqual([true, false, false]);
  for (const row of rows)
    expect(row).toMatchObject({ id: expect.any(String) as string, at: expect.stringMatching(/Z$/) as string });
  expect(answer.body.next).toBeNull();
});

describe("the connection test", () => {
  const testIt = () => api.call(`${one}/test`, { method: "POST" });

  test("gives the connector the decrypted connection and all events, and answers its steps", async () => {
    await api.call(`${one}/events`, { json: { eventId: "purchase" } });
    api.connector.tested = [];
    api.connector.answer = async () => [
      { name: "sign in", ok: true },
      { name: "export", ok: false, message: "make it an Admin" },
    ];
    const answer = await testIt();
    expect([answer.status, answer.body]).toEqual([
      202,
      {
        ok: false,
        retryUntil: null,
        steps: [
          { name: "sign in", ok: true },
          { name: "export", ok: false, message: "make it an Admin" },
        ],
      },
    ]);
    expect(api.connector.tested).toMatchObject([
      { connection: { integrationId: id, secret: SECRET }, events: [{ name: "purchase", source: null }] },
    ]);
    expect(answer.text + api.log.text).not.toContain(SECRET);
  });

  test("all steps ok is ok", async () => {
    api.connector.answer = async () => [{ name: "sign in", ok: true }];
    expect((await testIt()).body).toMatchObject({ ok: true });
  });

  test("spends from the project's budget: waits its turn, and says so when the hour is used up", async () => {
    api.connector.budget = {
      ...api.connector.budget,
      key: `budget-${id}`,
      maxPerHour: 2,
      maxPerSecond: 3,
      reservedPerHour: 0,
    };
    api.connector.answer = async (lease) => {
      await lease("increment");
      return [{ name: "sign in", ok: true }];
    };
    const answers = [await testIt(), await testIt(), await testIt()];
    expect(answers.at(-1)?.body).toMatchObject({
      ok: false,
      steps: [{ ok: false, message: expect.stringContaining("Try again at") as string }],
    });
    expect(answers[0]?.body).toMatchObject({ ok: true });
  });

  test("a failure that stops the whole walk is a failed step; a bug is a 500 without details", async () => {
    api.connector.answer = async () => {
      throw new SyncError("auth", "new credentials, please");
    };
    expect((await testIt()).body).toEqual({
      ok: false,
      retryUntil: null,
      steps: [{ name: "connection", ok: false, message: "new credentials, please" }],
    });
    api.connector.answer = async () => {
      throw new Error(`a bug that quotes ${SECRET}`);
    };
    const answer = await testIt();
    expect([answer.status, answer.text.includes(SECRET), answer.text.includes("bug")]).toEqual([500, false, false]);
  });
});
