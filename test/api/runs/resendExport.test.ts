// Sending everything again: the request, its signal, its refusals.
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createHarness, createIntegration, type Harness } from "../../support/api/harness.ts";

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
  await api.call(one, { method: "PATCH", json: { export: { enabled: true } } });
  api.control.take();
});

const resend = (json: unknown = {}) => api.call(`${one}/export/resend`, { method: "POST", json });

test("a request is queued and signalled, for all days or from one on", async () => {
  for (const json of [{}, { from: "2026-01-31" }]) {
    const asked = await resend(json);
    const requestId = asked.body.requestId as string;
    expect([asked.status, asked.body]).toEqual([202, { requestId }]);
    const ref = { integrationId: id, workspaceId: api.workspace.workspaceId, provider: "mixpanel" };
    expect(api.control.take()).toEqual([["syncNow", ref, requestId]]);
    const { body } = await api.call(`${one}/sync/${requestId}`);
    expect(body).toEqual({ status: "queued" });
  }
});

test("a day that is none, and unknown fields, are refused", async () => {
  for (const json of [{ from: "2026-02-30" }, { from: 5 }, { to: "2026-01-31" }]) {
    expect((await resend(json)).status).toBe(400);
  }
  expect(api.control.take()).toEqual([]);
});

test("a paused integration and one whose export is off say what to do; an unknown one is not there", async () => {
  await api.call(one, { method: "PATCH", json: { export: { enabled: false } } });
  const off = await resend();
  expect([off.status, off.body.detail]).toEqual([409, expect.stringContaining("Switch it on")]);
  await api.call(`${one}/pause`, { method: "POST" });
  const paused = await resend();
  expect([paused.status, paused.body.detail]).toEqual([409, expect.stringContaining("Resume it")]);
  expect((await api.call("/v1/integrations/int_none/export/resend", { method: "POST", json: {} })).status).toBe(404);
});
