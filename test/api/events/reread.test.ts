// Days to be read again on request, gaps as the API shows them, and "sync now" after a refusal for rate.
import { afterAll, beforeAll, expect, test } from "vitest";
import { NO_PROGRESS } from "../../../src/domain/progress.ts";
import { createHarness, createIntegration, errorsOf, type Harness } from "../../support/api/harness.ts";

let api: Harness;
let nextProject = 1;
beforeAll(async () => {
  api = await createHarness();
});
afterAll(() => api.close());

const today = new Date().toISOString().slice(0, 10);

async function importing(): Promise<{ id: string; path: string; ask: (json: unknown) => ReturnType<Harness["call"]> }> {
  const id = await createIntegration(api.call, String(nextProject++));
  const path = `/v1/integrations/${id}`;
  await api.call(`${path}/events`, { json: { eventId: "purchase" } });
  await api.call(path, { method: "PATCH", json: { import: { enabled: true } } });
  api.control.take();
  return { id, path, ask: (json) => api.call(`${path}/events/purchase/reread`, { json }) };
}

test("a reread is a sync request: queued, signalled, and answered for like one", async () => {
  const { id, path, ask } = await importing();
  const answer = await ask({ from: today });
  expect(answer).toMatchObject({ status: 202, body: { requestId: expect.any(String) as string } });
  const requestId = String(answer.body.requestId);
  const ref = { integrationId: id, workspaceId: api.workspace.workspaceId, provider: "mixpanel" };
  expect(api.control.take()).toEqual([["syncNow", ref, requestId]]);
  expect((await api.call(`${path}/sync/${requestId}`)).body).toEqual({ status: "queued" });
  expect(await api.store.imports.ranges(id)).toMatchObject([{ purpose: "reread", fromDay: today, toDay: today }]);
});

test("days are checked: real ones, in order, none before the import's start or after today", async () => {
  const { ask } = await importing();
  const cases: [unknown, string, RegExp][] = [
    [{}, "from", /./],
    [{ from: "2026-02-30" }, "from", /calendar day/],
    [{ from: "2009-01-01" }, "from", /not be before the import's first day, \d{4}-/],
    [{ from: "9999-12-31" }, "from", /future/],
    [{ from: today, to: "9999-12-31" }, "to", /future/],
    [{ from: today, to: "2020-01-01" }, "to", /not be before `from`/],
    [{ from: today, until: today }, "until", /./],
  ];
  for (const [json, path, message] of cases) {
    const answer = await ask(json);
    expect([json, answer.status, errorsOf(answer)[0]?.path]).toEqual([json, 400, path]);
    expect(errorsOf(answer)[0]?.message).toMatch(message);
  }
  expect(api.control.take()).toEqual([]);
});

test("409 while paused or with the import off, 404 for what another workspace has", async () => {
  const { path, ask } = await importing();
  await api.call(path, { method: "PATCH", json: { import: { enabled: false } } });
  expect(await ask({ from: today })).toMatchObject({
    status: 409,
    body: { detail: expect.stringMatching(/import is off/) as string },
  });
  await api.call(path, { method: "PATCH", json: { import: { enabled: true } } });
  await api.call(`${path}/pause`, { method: "POST" });
  expect(await ask({ from: today })).toMatchObject({
    status: 409,
    body: { detail: expect.stringMatching(/paused/) as string },
  });
  expect((await api.callOther(`${path}/events/purchase/reread`, { json: { from: today } })).status).toBe(404);
  expect((await api.call(`${path}/events/refund/reread`, { json: { from: today } })).status).toBe(404);
});

test("gaps are shown with their days, kind, message and start", async () => {
  const { id, path } = await importing();
  await api.store.imports.leaveGap({
    integrationId: id,
    events: ["purchase"],
    from: NO_PROGRESS,
    progress: { completeThroughMs: 5_000, unfinished: null },
    fromDay: "2026-01-05",
    toDay: "2026-01-06",
    error: { kind: "transient", message: "Mixpanel failed.", sinceMs: 1_000 },
  });
  const { body } = await api.call(`${path}/events`);
  expect(body.events).toMatchObject([
    {
      gaps: [
        {
          from: "2026-01-05",
          to: "2026-01-06",
          kind: "transient",
          message: "Mixpanel failed.",
          since: "1970-01-01T00:00:01.000Z",
        },
      ],
    },
  ]);
});

test("sync now ends a block of the request budget", async () => {
  const { path } = await importing();
  const { workspaceId } = api.workspace;
  const { budget } = api.connector;
  const take = () => api.store.budgets.take(budget, "increment", workspaceId);
  expect(await take()).toMatchObject({ granted: true });
  await api.store.budgets.block(budget.key, Date.now() + 3_000_000);
  expect(await take()).toMatchObject({ granted: false, reason: "blocked" });
  expect((await api.call(`${path}/sync`, { method: "POST" })).status).toBe(202);
  expect(await take()).not.toMatchObject({ reason: "blocked" });
});
