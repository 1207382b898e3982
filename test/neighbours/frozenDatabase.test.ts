// PostgreSQL hangs, or restarts: what needs it is refused soon, what does not goes on, and nothing accepted is lost.
import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { call, createGatewayHarness, type GatewayHarness } from "../support/gateway/gateway.ts";
import { startOwnPostgres, type OwnPostgres } from "../support/store/ownPostgres.ts";

const RECOVERED_WITHIN_MS = 10_000;
/** A place in the pool, a check of the connection, a new connection: each has its own limit. */
const REFUSED_WITHIN_MS = 10_000;

let postgres: OwnPostgres;
let gateway: GatewayHarness;
beforeAll(async () => {
  postgres = await startOwnPostgres();
  gateway = await createGatewayHarness({ database: { url: postgres.url, drop: () => postgres.remove() } });
  await gateway.createRouter("one", { a: 1 });
});
afterAll(async () => {
  postgres.thaw();
  await gateway.close();
});

const exposureOf = (user: string) => ({ exposures: [{ alias_id: "one", route_id: "r", variant_id: "v", user }] });
const chatStatus = async (user: string | null) => {
  const response = await gateway.chat(call("one", user));
  await response.text();
  return response.status;
};

async function untilDown(): Promise<void> {
  // Its answer says that the connections of before are not trusted any more.
  await eventually(async () => (await fetch(`${gateway.url}/readyz`)).status === 503);
}

async function expectOutage(): Promise<void> {
  const startedMs = performance.now();
  const answers = await Promise.all([
    gateway.api("/v1/routers"),
    gateway.api("/v1/exposures", exposureOf("nobody")),
    gateway.api("/v1/routers/one/exposures"),
  ]);
  expect(performance.now() - startedMs).toBeLessThan(REFUSED_WITHIN_MS);
  for (const { status, headers } of answers) {
    expect([status, headers.get("retry-after")]).toEqual([503, "5"]);
  }
  const slowest = { ms: 0 };
  for (let i = 0; i < 20; i++) {
    const calledMs = performance.now();
    expect(await chatStatus(null)).toBe(200);
    slowest.ms = Math.max(slowest.ms, performance.now() - calledMs);
  }
  expect(slowest.ms).toBeLessThan(2_000);
  // Not a fault of this process: a restart would not help.
  expect((await fetch(`${gateway.url}/healthz`)).status).toBe(200);
}

async function expectRecovery(user: string): Promise<void> {
  await eventually(async () => (await chatStatus(user).catch(() => 0)) === 200, undefined, RECOVERED_WITHIN_MS);
  await eventually(
    async () => (await gateway.api("/v1/exposures", exposureOf(user))).status === 202,
    undefined,
    RECOVERED_WITHIN_MS,
  );
  expect((await gateway.api("/v1/routers")).status).toBe(200);
  expect((await gateway.exposures("one")).filter(({ userId }) => userId === user).length).toBeGreaterThan(1);
}

test("frozen: calls without a user go on, the others are refused, and all work again after it", async () => {
  expect(await chatStatus("ann")).toBe(200);
  expect((await gateway.api("/v1/exposures", exposureOf("bob"))).status).toBe(202);
  postgres.freeze();
  await untilDown();
  await expectOutage();
  postgres.thaw();
  await expectRecovery("cyd");
  const users = (await gateway.exposures("one")).map(({ userId }) => userId);
  expect(users).toEqual(expect.arrayContaining(["ann", "bob"]));
});

test("restarted: the same", async () => {
  expect(await chatStatus("dan")).toBe(200);
  await postgres.stop();
  await untilDown();
  await expectOutage();
  await postgres.start();
  await expectRecovery("eve");
  expect((await gateway.exposures("one")).map(({ userId }) => userId)).toContain("dan");
});

test("while commits fail, a call with a user is refused before its upstream is asked", async () => {
  expect(await chatStatus("fay")).toBe(200);
  await postgres.stop();
  await eventually(async () => (await chatStatus("gus").catch(() => 0)) === 503);
  const { length } = gateway.upstream.seen;
  const response = await gateway.chat(call("one", "gus"));
  expect([response.status, response.headers.get("retry-after")]).toEqual([503, "5"]);
  expect(gateway.upstream.seen).toHaveLength(length);
  await postgres.start();
  await expectRecovery("hal");
});
