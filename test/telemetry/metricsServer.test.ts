// Measurements at an address of their own.
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { createMetricsServer } from "../../src/telemetry/metricsServer.ts";
import { createMetrics } from "../../src/telemetry/prometheus.ts";

test("serves GET /metrics, and nothing else", async () => {
  const metrics = createMetrics();
  metrics.countExposures(3);
  let fails = false;
  const render = async () => {
    if (fails) throw new Error("no figures");
    return await metrics.render();
  };
  const server = createMetricsServer({ render });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const answer = await fetch(`${at}/metrics`);
  expect(answer.headers.get("content-type")).toContain("text/plain");
  expect(await answer.text()).toMatch(/^crosscurrent_exposures_accepted_total 3$/m);
  expect((await fetch(`${at}/healthz`)).status).toBe(404);
  expect((await fetch(`${at}/metrics`, { method: "POST", body: "x" })).status).toBe(404);
  fails = true;
  expect((await fetch(`${at}/metrics`)).status).toBe(500);
  server.closeAllConnections();
  server.close();
});
