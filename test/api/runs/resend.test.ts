// Sending rejected records again, and how many were rejected for which reason.
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { NO_PROGRESS } from "../../../src/domain/progress.ts";
import { createHarness, createIntegration, type Harness } from "../../support/api/harness.ts";
import { bucketOf } from "../../support/providers/mixpanel.ts";

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

const resend = (json: unknown = {}) => api.call(`${one}/rejected/resend`, { method: "POST", json });

/** A rejected bucket and a rejected row; returns their ids. */
async function reject(): Promise<{ exported: string; imported: string }> {
  const { workspaceId } = api.workspace;
  const userId = `user-${id}`;
  const exposedAtMs = Date.now() - 5 * 3_600_000;
  await api.store.exposures.ingest(workspaceId, [{ aliasId: "a", routeId: "r", variantId: "v", userId, exposedAtMs }]);
  const { throughSeq } = await api.store.exposures.seal(workspaceId);
  const bucket = bucketOf(throughSeq, { userId });
  await api.store.exports.commit(id, "run", 0, {
    cursorSeq: throughSeq,
    sent: 0,
    rejected: [{ bucket, reason: "no" }],
  });
  await api.call(`${one}/events`, { json: { eventId: "purchase" } });
  await api.store.imports.commitChunk({
    integrationId: id,
    runId: "run",
    events: ["purchase"],
    from: NO_PROGRESS,
    rows: [],
    rejected: [{ event: "purchase", key: "k", reason: "broken", record: "{}" }],
    progress: null,
  });
  api.control.take();
  const { body } = await api.call(`${one}/rejected`);
  const rejected = body.rejected as { id: string; direction: string }[];
  const idOf = (direction: string) => rejected.find((record) => record.direction === direction)?.id ?? "";
  return { exported: idOf("export"), imported: idOf("import") };
}

test("a request is queued and signalled, for all or for some", async () => {
  const { exported } = await reject();
  for (const json of [{}, { ids: [exported] }]) {
    const asked = await resend(json);
    const requestId = asked.body.requestId as string;
    expect([asked.status, asked.body]).toEqual([202, { requestId }]);
    const ref = { integrationId: id, workspaceId: api.workspace.workspaceId, provider: "mixpanel" };
    expect(api.control.take()).toEqual([["syncNow", ref, requestId]]);
    expect((await api.call(`${one}/sync/${requestId}`)).body).toEqual({ status: "queued" });
  }
});

test("ids of no rejected bucket are refused by their place, and nothing is signalled", async () => {
  const { exported, imported } = await reject();
  const answer = await resend({ ids: [exported, imported, "99999999"] });
  expect(answer.status).toBe(400);
  expect(answer.body.errors).toEqual([
    { path: "ids[1]", message: expect.stringContaining("imported record") },
    { path: "ids[2]", message: expect.stringContaining("no rejected record") },
  ]);
  for (const ids of [["x"], ["-1"], [""], [1], [], "1", Array.from({ length: 1_001 }, () => exported)]) {
    expect((await resend({ ids })).status).toBe(400);
  }
  expect((await resend({ id: [exported] })).status).toBe(400);
  expect(api.control.take()).toEqual([]);
});

test("404 for an unknown integration; 409 while the export is off or the integration paused", async () => {
  expect((await api.call("/v1/integrations/nope/rejected/resend", { method: "POST", json: {} })).status).toBe(404);
  await api.call(one, { method: "PATCH", json: { export: { enabled: false } } });
  expect(await resend()).toMatchObject({ status: 409, body: { detail: expect.stringContaining("export is off") } });
  await api.call(`${one}/pause`, { method: "POST" });
  expect(await resend()).toMatchObject({ status: 409, body: { detail: expect.stringContaining("paused") } });
});

test("the list says exactly how many records have each reason", async () => {
  await reject();
  const { body } = await api.call(`${one}/rejected?limit=1`);
  expect(body.rejected).toHaveLength(1);
  expect(body.counts).toEqual([
    { direction: "export", reason: "no", count: 1 },
    { direction: "import", event: "purchase", reason: "broken", count: 1 },
  ]);
});
