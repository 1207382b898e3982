// Invariant 11: no credential, API key, user id or value of a row is in a Temporal history, a log line or a metric.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort } from "../../dev/process/freePort.ts";
import type { LoadRow } from "../../dev/standins/mixpanel/protocol.ts";
import { eventually } from "../support/eventually.ts";
import { IMPORT_FROM, START_MS } from "../support/system/exact.ts";
import { connectMixpanel, type Mixpanel } from "../support/system/mixpanelSync.ts";
import { ACCOUNT, historyOf, startSystem, type System } from "../support/system/system.ts";

const WITHIN_MS = 120_000;
const CLI = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
const USER = "exposed-user-7f3a";
const CUSTOMER = "customer-91bc";
const VALUE = "value-of-a-property-55d1";
const INSERT_ID = "insert-id-c0de";
const FRESH_SECRET = "the-secret-after-the-change";

let system: System;
let origin: string;
let workerMetrics: string;
let serverMetrics: string;
const children: ChildProcess[] = [];
let logged = "";

/** A process of the real command whose every word is kept. */
async function start(command: string, env: Record<string, string>, until: string): Promise<void> {
  const child = spawn(process.execPath, ["--import", "tsx", CLI, command], {
    env: { ...process.env, ...system.env, LOG_LEVEL: "trace", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  children.push(child);
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => (logged += text));
  await eventually(
    async () => logged.slice(-2_000),
    () => logged.includes(until) || child.exitCode !== null,
    WITHIN_MS,
  );
  expect(child.exitCode).toBeNull();
}

beforeAll(async () => {
  system = await startSystem();
  const [port, workerPort, serverPort] = [await freePort(), await freePort(), await freePort()];
  origin = `http://127.0.0.1:${port}`;
  workerMetrics = `127.0.0.1:${workerPort}`;
  serverMetrics = `127.0.0.1:${serverPort}`;
  await Promise.all([
    start("worker", { WORKER_METRICS_ADDRESS: workerMetrics }, "worker started"),
    start("server", { PORT: String(port), SERVER_METRICS_ADDRESS: serverMetrics }, String(port)),
  ]);
}, WITHIN_MS);
afterAll(async () => {
  for (const child of children) {
    const exited = once(child, "exit");
    child.kill("SIGTERM");
    await exited;
  }
  await system.stop();
}, WITHIN_MS);

async function post(path: string, body: string, scheme = "Basic", key = system.apiKey): Promise<number> {
  const headers = { authorization: `${scheme} ${key}`, "content-type": "application/json" };
  return (await fetch(origin + path, { method: "POST", headers, body })).status;
}

function row(i: number, rest: Partial<LoadRow> = {}): LoadRow {
  const properties = { distinct_id: `${CUSTOMER}-${i}`, $insert_id: `${INSERT_ID}-${i}`, note: `${VALUE}-${i}` };
  return { event: "purchase", timeMs: START_MS + i, processingMs: START_MS + i, properties, ...rest };
}

/** Rows that PostgreSQL or the parser refuses, whose complaints like to quote what they complain about. */
function poison(): LoadRow[] {
  const values = [`"${VALUE}\\u0000"`, `"${VALUE}\\ud800"`, "1e999999"];
  const texts = values.map(
    (value, i) => `{"distinct_id":"${CUSTOMER}-p","$insert_id":"${INSERT_ID}-p${i}","note":${value}}`,
  );
  return [
    ...texts.map((propertiesText, i) => ({ event: "purchase", timeMs: START_MS + 500 + i, propertiesText })),
    {
      event: "purchase",
      timeMs: START_MS + 600,
      line: `{"event":"purchase","properties":{"distinct_id":"${CUSTOMER}-m","note":"${VALUE}","n":NaN}}`,
    },
  ];
}

/** Good calls and bad ones, runs that succeed and runs that fail in every way that quotes something. */
async function live(mixpanel: Mixpanel): Promise<void> {
  const { control, projectId } = mixpanel;
  await control.loadRows(projectId, [...Array.from({ length: 50 }, (_, i) => row(i)), ...poison()]);
  const one = { alias_id: "router", route_id: "route", variant_id: "variant" };
  const exposures = Array.from({ length: 50 }, (_, i) => ({ ...one, user: `${USER}-${i}`, timestamp: START_MS + i }));
  expect(await post("/v1/exposures", JSON.stringify({ exposures }))).toBe(202);
  expect(
    await post("/v1/exposures", JSON.stringify({ exposures: [{ ...one, user: `${USER}\u0000` }] }), "Bearer"),
  ).toBe(400);
  expect(await post("/v1/exposures", `{"exposures": [{"user": "${USER}`)).toBe(400);
  expect(await post("/v1/exposures", "{}", "Basic", `${system.apiKey}x`)).toBe(401);
  await mixpanel.addEvent("purchase");
  const echo = `refused: Basic ${Buffer.from(`${ACCOUNT.username}:${ACCOUNT.secret}`).toString("base64")} ${ACCOUNT.secret}`;
  await control.addFault(projectId, { kind: "respond", target: "any", status: 400, body: echo, times: 40 });
  await mixpanel.enable({ export: true, import: true });
  await mixpanel.sync(WITHIN_MS);
  await control.clearFaults(projectId);
  await control.addFault(projectId, { kind: "partial", target: "import", everyNth: 2, times: 1 });
  await mixpanel.sync(WITHIN_MS);
  await control.clearFaults(projectId);
  await control.addFault(projectId, { kind: "unauthorized", target: "any" });
  await mixpanel.sync(WITHIN_MS);
  await control.clearFaults(projectId);
  await control.putProject(projectId, { serviceAccounts: [{ ...ACCOUNT, secret: FRESH_SECRET, role: "admin" }] });
  await system.call("PATCH", `/v1/integrations/${mixpanel.id}`, {
    serviceAccountUsername: ACCOUNT.username,
    serviceAccountSecret: FRESH_SECRET,
  });
  await eventually(
    () => mixpanel.sync(WITHIN_MS),
    (outcome) => outcome === "succeeded",
    WITHIN_MS,
  );
}

describe("invariant 11", () => {
  it(
    "keeps secrets, API keys, user ids and values of rows out of histories, logs and metrics, in success and in failure",
    async () => {
      const mixpanel = await connectMixpanel(system, { integration: { importFrom: IMPORT_FROM } });
      await live(mixpanel);
      expect((await mixpanel.records("purchase")).length).toBeGreaterThanOrEqual(50);
      expect(await mixpanel.exported()).toMatchObject({ deduped: 25 });
      const history = await historyOf(system, mixpanel.id);
      // What is looked through is really there.
      expect(history).toContain("purchase");
      expect(history).toContain("Mixpanel refused");
      expect(logged).toContain("worker started");
      expect(logged).toContain("/v1/exposures");
      const measured = (await Promise.all([workerMetrics, serverMetrics].map(metricsOf))).join("\n");
      expect(measured).toMatch(/temporal_activity_\w+{[^}]*activity_type="importPage"/);
      expect(measured).toMatch(/^crosscurrent_exposures_accepted_total 50$/m);
      expect(measured).toMatch(/^crosscurrent_exposures_lost_total 0$/m);
      const encoded = [ACCOUNT.secret, FRESH_SECRET].map((secret) =>
        Buffer.from(`${ACCOUNT.username}:${secret}`).toString("base64"),
      );
      const hidden = [ACCOUNT.secret, FRESH_SECRET, ...encoded, system.apiKey, USER, CUSTOMER, VALUE, INSERT_ID];
      for (const text of hidden) {
        expect({ text, inHistory: excerpt(history, text) }).toEqual({ text, inHistory: null });
        expect({ text, inLogs: excerpt(logged, text) }).toEqual({ text, inLogs: null });
        expect({ text, inMetrics: excerpt(measured, text) }).toEqual({ text, inMetrics: null });
      }
      // What the API says of errors, runs and status is as clean: these answers are not about records.
      for (const path of ["", "/runs", "/events"]) {
        const answer = JSON.stringify(await system.call("GET", `/v1/integrations/${mixpanel.id}${path}`));
        for (const text of hidden)
          expect({ path, text, found: excerpt(answer, text) }).toEqual({ path, text, found: null });
      }
    },
    WITHIN_MS,
  );
});

async function metricsOf(at: string): Promise<string> {
  return (await fetch(`http://${at}/metrics`)).text();
}

function excerpt(haystack: string, needle: string): string | null {
  const at = haystack.indexOf(needle);
  return at === -1 ? null : haystack.slice(Math.max(0, at - 100), at + needle.length + 50);
}
