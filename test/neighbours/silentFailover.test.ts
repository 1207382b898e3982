// PostgreSQL fails over and nobody is told: connections that are open are silent for ever, new ones work.
import { afterEach, expect, inject, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { call, createGatewayHarness, type GatewayHarness } from "../support/gateway/gateway.ts";
import { startSilentProxy, through, type SilentProxy } from "../support/store/silentProxy.ts";

const RECOVERED_WITHIN_MS = 10_000;

let proxy: SilentProxy;
let gateway: GatewayHarness;
afterEach(async () => {
  await gateway.close();
  await proxy.stop();
});

async function start(): Promise<void> {
  const { hostname, port } = new URL(inject("postgresUrl"));
  proxy = await startSilentProxy({ host: hostname, port: Number(port) });
  gateway = await createGatewayHarness({ reach: (url) => through(proxy, url) });
  await gateway.createRouter("one", { a: 1 });
}

const exposure = { alias_id: "one", route_id: "r", variant_id: "v", user: "ann" };
const KINDS: Record<string, () => Promise<number>> = {
  "a call that looks a router up": async () => (await gateway.chat(call("one"))).status,
  "a call that commits an exposure": async () => {
    const response = await gateway.chat(call("one", "ann"));
    await response.text();
    return response.status;
  },
  exposures: async () => (await gateway.api("/v1/exposures", { exposures: [exposure] })).status,
  configuration: async () => (await gateway.api("/v1/routers")).status,
  reports: async () => (await gateway.api("/v1/routers/one/exposures")).status,
};
const succeed = async (kind: () => Promise<number>) => (await kind().catch(() => Infinity)) < 300;

test("every kind of call works again soon, and the process was never unhealthy", async () => {
  await start();
  // Several connections of each pool.
  await Promise.all(Object.values(KINDS).flatMap((kind) => Array.from({ length: 4 }, () => kind())));
  const silentMs = performance.now();
  proxy.silence();
  await Promise.all(
    Object.entries(KINDS).map(([name, kind]) =>
      eventually(
        async () => (await succeed(kind)) || name,
        (result) => result === true,
        RECOVERED_WITHIN_MS,
      ),
    ),
  );
  expect(performance.now() - silentMs).toBeLessThan(RECOVERED_WITHIN_MS);
  expect((await fetch(`${gateway.url}/healthz`)).status).toBe(200);
});

test("calls that were in flight end, and do not hold up those behind them", async () => {
  await start();
  const busy = { isOver: false };
  const loops = Object.values(KINDS).map(async (kind) => {
    while (!busy.isOver) await kind().catch(() => 0);
  });
  await eventually(() => gateway.upstream.seen.length > 20);
  proxy.silence();
  busy.isOver = true;
  const silentMs = performance.now();
  await Promise.all(
    Object.values(KINDS).map((kind) => eventually(() => succeed(kind), undefined, RECOVERED_WITHIN_MS)),
  );
  expect(performance.now() - silentMs).toBeLessThan(RECOVERED_WITHIN_MS);
  await Promise.all(loops);
});
