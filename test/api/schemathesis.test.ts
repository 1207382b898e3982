// The OpenAPI document, taken at its word: schemathesis fuzzes every call of it against a running server.
import { execFile } from "node:child_process";
import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { BigQueryControl } from "../../dev/standins/bigquery/control.ts";
import { LOCAL_DIR } from "../../dev/paths.ts";
import { pythonPackages } from "../../dev/services/python.ts";
import { startLocalUpstream, type LocalUpstream } from "../../dev/standins/upstream/server.ts";
import { createHttpServer } from "../../src/server.ts";
import { bigQuerySettings, COLUMNS, connectBigQuery, DATASET } from "../support/system/bigQuerySync.ts";
import { startSystem, type System } from "../support/system/system.ts";
import { NEW_INTEGRATION } from "../support/api/harness.ts";

const PINS = ["schemathesis==4.32.5"];
const CONFIG = resolve(import.meta.dirname, "schemathesis.toml");
const INSTALL_WITHIN_MS = 300_000;
const RUN_WITHIN_MS = 480_000;
const OUTPUT_MAX_BYTES = 64 * 1024 * 1024;

let system: System;
let upstream: LocalUpstream;
let server: Server;
let control: BigQueryControl;
let bin: string;
beforeAll(async () => {
  const python = pythonPackages(PINS, { venvDir: join(LOCAL_DIR, "schemathesis") });
  const bigQuery = await bigQuerySettings();
  control = bigQuery.control;
  [system, upstream] = await Promise.all([startSystem(bigQuery.settings), startLocalUpstream()]);
  await system.startWorker();
  server = createHttpServer((request, node) => system.app.fetch(request, node));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  bin = (await python).binDir;
}, INSTALL_WITHIN_MS);
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await Promise.all([system.stop(), upstream.stop(), control.close()]);
});

/** What calls can be made on: without it nearly everything would be a 404. */
async function fill(): Promise<Record<string, string>> {
  const create = async (projectId: string) => {
    const { id } = await system.call<{ id: string }>("POST", "/v1/integrations", { ...NEW_INTEGRATION, projectId });
    await system.call("POST", `/v1/integrations/${id}/events`, { eventId: "purchase" });
    await system.call("POST", `/v1/integrations/${id}/events`, { eventId: "doomed" });
    return id;
  };
  const baseUrl = upstream.baseUrl;
  const variants = ["kept", "doomed"].map((id) => ({ id, upstream: { baseUrl, model: "m", apiKey: "sk-secret" } }));
  const routes = ["kept", "doomed"].map((id) => ({ id, variants }));
  for (const id of ["my-router", "changed", "doomed"]) await system.call("POST", "/v1/routers", { id, routes });
  const [kept, doomed] = [await create("1"), await create("2")];
  const measure = { event: "purchase", aggregation: "count" };
  const define = (name: string) =>
    system.call<{ id: string }>("POST", "/v1/metrics", { integrationId: kept, name, measure });
  const [metric, doomedMetric] = [await define("kept"), await define("doomed")];
  const { requestId } = await system.call<{ requestId: string }>("POST", `/v1/integrations/${kept}/sync`);
  const { id: bigQuery } = await connectBigQuery(system, control);
  const metrics = { METRIC: metric.id, DOOMED_METRIC: doomedMetric.id };
  const integrations = { KEPT: kept, DOOMED: doomed, REQUEST: requestId, BIGQUERY: bigQuery };
  return { ...integrations, ...metrics, DATASET, TABLE: COLUMNS.tableName };
}

test(
  "every answer is one that the document describes, whatever is sent",
  async () => {
    const { port } = server.address() as AddressInfo;
    const env = { ...process.env, ...(await fill()), API_KEY: system.apiKey, PYTHONDONTWRITEBYTECODE: "1" };
    const args = ["--config-file", CONFIG, "--no-color", "run", `http://127.0.0.1:${port}/openapi.json`];
    const { code, output } = await new Promise<{ code: unknown; output: string }>((done) => {
      const options = { env, cwd: LOCAL_DIR, maxBuffer: OUTPUT_MAX_BYTES, timeout: RUN_WITHIN_MS };
      execFile(join(bin, "schemathesis"), args, options, (error, stdout, stderr) =>
        done({ code: error?.code ?? 0, output: stdout + stderr }),
      );
    });
    expect(code, output).toBe(0);
  },
  RUN_WITHIN_MS + 60_000,
);
