// Traces: one from a sync request to its activities, received by OTLP, with nothing of customers; nothing while off.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { Worker } from "@temporalio/worker";
import { afterAll, beforeAll, describe, expect, inject, it, vi } from "vitest";
import { workflowIdOf } from "../../src/client/ids.ts";
import { eventually } from "../support/eventually.ts";
import { IMPORT_FROM, START_MS } from "../support/system/exact.ts";
import { connectMixpanel, expose, type Mixpanel } from "../support/system/mixpanelSync.ts";
import { ACCOUNT, startSystem, type System } from "../support/system/system.ts";
import { startOtlpReceiver, type OtlpReceiver, type ReceivedSpan } from "../support/telemetry/otlpReceiver.ts";

const WITHIN_MS = 120_000;
const USER = "traced-user-44c1";
const VALUE = "value-of-a-row-90d2";
const EVENT = "event-of-a-customer";
const KNOWN_ATTRIBUTES = [
  "error.type",
  "http.request.method",
  "http.response.status_code",
  "http.route",
  "temporalActivityAttempt",
  "temporalRunId",
  "temporalWorkflowId",
];

let receiver: OtlpReceiver;
let system: System;
let mixpanel: Mixpanel;
beforeAll(async () => {
  receiver = await startOtlpReceiver();
  vi.stubEnv("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.url);
  vi.stubEnv("OTEL_BSP_SCHEDULE_DELAY", "100");
  system = await startSystem({ OTEL_TRACES_EXPORTER: "otlp" });
  await system.startWorker();
  mixpanel = await connectMixpanel(system, { integration: { importFrom: IMPORT_FROM } });
  await mixpanel.addEvent(EVENT);
  const properties = { distinct_id: USER, $insert_id: "one", note: VALUE };
  await mixpanel.control.loadRows(mixpanel.projectId, [
    { event: EVENT, timeMs: START_MS, processingMs: START_MS, properties },
  ]);
  await expose(system, [{ user: USER, timestamp: Date.now() - 3 * 3_600_000 }]);
  await mixpanel.enable({ export: true, import: true });
  await eventually(mixpanel.get, ({ lastRun }) => lastRun?.outcome === "succeeded", WITHIN_MS);
}, WITHIN_MS);
afterAll(async () => {
  await system?.stop();
  await receiver?.stop();
  vi.unstubAllEnvs();
});

const SYNC = "POST /v1/integrations/{id}/sync";

/** The spans of a sync request's trace once its run has ended. */
async function syncTrace(): Promise<ReceivedSpan[]> {
  const before = new Set(receiver.spans.filter(({ name }) => name === SYNC).map(({ traceId }) => traceId));
  expect(await mixpanel.sync(WITHIN_MS)).toBe("succeeded");
  const ofTrace = () => {
    const root = receiver.spans.find(({ name, traceId }) => name === SYNC && !before.has(traceId));
    return receiver.spans.filter(({ traceId }) => traceId === root?.traceId);
  };
  return await eventually(ofTrace, (spans) => spans.some(({ name }) => name.startsWith("RunWorkflow")), WITHIN_MS);
}

function pathTo(spans: ReceivedSpan[], name: string): string[] {
  const path: string[] = [];
  for (let span = spans.find((one) => one.name === name); span !== undefined;) {
    path.unshift(span.name);
    const { parentSpanId } = span;
    span = spans.find(({ spanId }) => spanId === parentSpanId);
  }
  return path;
}

describe("a sync request", () => {
  it("is one trace from its call to the activities of its run, and the next one is another", async () => {
    const spans = await syncTrace();
    for (const activity of ["startRun", "aggregateExposures", "planImport", "importPage", "finishRun"]) {
      expect(pathTo(spans, `RunActivity:${activity}`)).toEqual([
        SYNC,
        "SignalWithStartWorkflow:syncNow",
        "RunWorkflow:integrationWorkflow",
        `StartActivity:${activity}`,
        `RunActivity:${activity}`,
      ]);
    }
    expect(spans.every(({ status }) => status !== 2)).toBe(true);
    const second = await syncTrace();
    expect(second[0]!.traceId).not.toBe(spans[0]!.traceId);
    expect(second.filter(({ name }) => name === "RunActivity:startRun")).toHaveLength(1);
  });

  it("goes on in the trace of a caller that has one", async () => {
    const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    const headers = { authorization: `Basic ${system.apiKey}`, traceparent };
    await system.app.request(`/v1/integrations/${mixpanel.id}/sync`, { method: "POST", headers });
    const names = () => {
      const ours = receiver.spans.filter(({ traceId }) => traceId === traceparent.slice(3, 35));
      return ours.map(({ name }) => name);
    };
    expect(await eventually(names, (found) => found.includes("RunActivity:finishRun"), WITHIN_MS)).toContain(SYNC);
  });
});

it("a failure is its kind, without its message", async () => {
  const account = { ...ACCOUNT, secret: "another-secret", role: "admin" as const };
  await mixpanel.control.putProject(mixpanel.projectId, { serviceAccounts: [account] });
  expect(await mixpanel.sync(WITHIN_MS)).toBe("partial");
  const failed = () => receiver.spans.filter(({ status }) => status === 2);
  const spans = await eventually(failed, ({ length }) => length > 0, WITHIN_MS);
  expect(new Set(spans.map(({ attributes }) => attributes["error.type"]))).toEqual(new Set(["auth"]));
  expect(receiver.text()).not.toContain("service account");
});

it("spans have ids, names and kinds alone", async () => {
  const text = receiver.text();
  for (const secret of [USER, VALUE, EVENT, ACCOUNT.secret, ACCOUNT.username, system.apiKey]) {
    expect(text).not.toContain(secret);
  }
  const keys = new Set(receiver.spans.flatMap(({ attributes }) => Object.keys(attributes)));
  expect(KNOWN_ATTRIBUTES).toEqual(expect.arrayContaining([...keys]));
  expect(new Set(receiver.spans.map(({ service }) => service))).toEqual(new Set(["crosscurrent"]));
});

it("the histories replay without traces", { timeout: WITHIN_MS }, async () => {
  const workflowBundle = { codePath: inject("workflowBundlePath") };
  const { workflow } = system.client;
  const query = `WorkflowId = '${workflowIdOf(mixpanel.id)}'`;
  let replayed = 0;
  for await (const { workflowId, runId } of workflow.list({ query })) {
    const history = await workflow.getHandle(workflowId, runId).fetchHistory();
    await expect(Worker.runReplayHistory({ workflowBundle }, history)).resolves.toBeUndefined();
    replayed++;
  }
  expect(replayed).toBeGreaterThan(3);
});

it("a server and a worker without traces load nothing of OpenTelemetry", { timeout: WITHIN_MS }, async () => {
  const script = `
    import { createRequire } from "node:module";
    await Promise.all([import("./src/server.ts"), import("./src/worker.ts")]);
    const loaded = Object.keys(createRequire(import.meta.url).cache);
    console.log(JSON.stringify(loaded.filter((file) => file.includes("@opentelemetry/"))));
  `;
  const args = ["--import", "tsx", "--input-type=module", "--eval", script];
  const loaded = JSON.parse((await promisify(execFile)(process.execPath, args)).stdout) as string[];
  // prom-client loads the interfaces by itself.
  expect(loaded.filter((file) => !file.includes("@opentelemetry/api/"))).toEqual([]);
});
