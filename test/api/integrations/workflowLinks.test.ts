// What an answer says of the workflow behind an integration: where to look at it, and what its directions are doing
// right now.
import { afterAll, beforeAll, expect, test } from "vitest";
import type { WorkflowStatus } from "../../../src/client/index.ts";
import { createHarness, createIntegration, type Harness } from "../../support/api/harness.ts";

const STATUS: WorkflowStatus = {
  status: "syncing",
  operations: { export: "sealing buckets", import: "planning" },
  nextRunAtMs: null,
  runId: "run",
  queuedRequests: 0,
  exportCursorSeq: null,
  events: {},
  errors: { export: null, import: null, events: {} },
};
let api: Harness;
beforeAll(async () => {
  api = await createHarness({ temporalUi: { url: "https://temporal.example", namespace: "our team" } });
});
afterAll(() => api.close());

test("a link to the workflow, where the operator says where Temporal's UI is", async () => {
  const id = await createIntegration(api.call, "1");
  const workflowId = `integration-${id}`;
  const temporalUrl = `https://temporal.example/namespaces/our%20team/workflows/${workflowId}`;
  expect((await api.call(`/v1/integrations/${id}`)).body).toMatchObject({ workflowId, temporalUrl });
  expect((await api.call("/v1/integrations")).body).toMatchObject({ integrations: [{ workflowId, temporalUrl }] });
  expect((await api.call("/v1/workspace")).body).toMatchObject({
    name: "one",
    temporalUiUrl: "https://temporal.example",
  });
});

test("while a run runs, what each direction is doing; null where the workflow does not say", async () => {
  const id = await createIntegration(api.call, "2");
  const doing = async () => {
    const { body } = await api.call(`/v1/integrations/${id}`);
    return [body.export, body.import].map((direction) => (direction as { doing?: string | null }).doing);
  };
  api.control.workflow = STATUS;
  expect(await doing()).toEqual([undefined, undefined]);
  const run = {
    integrationId: id,
    runId: "run",
    startedAtMs: Date.now(),
    requestIds: [],
    directions: [],
    finished: null,
  };
  await api.store.runs.record(run);
  expect(await doing()).toEqual(["sealing buckets", "planning"]);
  api.control.workflow = null;
  expect(await doing()).toEqual([null, null]);
  api.control.behave = () => Promise.reject(new Error("no worker"));
  expect(await doing()).toEqual([null, null]);
  api.control.behave = async () => {};
});
