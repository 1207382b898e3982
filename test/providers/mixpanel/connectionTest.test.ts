// The connection test: every step of the set-up, each failure with its remedy.
import type { AcquireRequest, Connection } from "../../../src/domain/connection.ts";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createMixpanelConnector } from "../../../src/providers/mixpanel/connector.ts";
import type { Connector, TestStep } from "../../../src/providers/connector.ts";
import { createHttpClient, type HttpClient } from "../../../src/providers/http.ts";
import { SyncError } from "../../../src/domain/errors.ts";
import { type MixpanelStandIn, startMixpanelStandIn } from "../../../dev/standins/mixpanel/server.ts";
import { connectionOf } from "../../support/providers/mixpanel.ts";

const PROJECT = "4711";
const ACCOUNT = { username: "sync.4711.mp-service-account", secret: "sa-secret-4711" };

let standIn: MixpanelStandIn;
let connector: Connector;

beforeAll(async () => {
  standIn = await startMixpanelStandIn();
  connector = createConnector();
});

function createConnector(http = createHttpClient()): Connector {
  const { origin } = standIn;
  const urls = { ingestionUrl: origin, dataUrl: origin, apiUrl: origin };
  return createMixpanelConnector({ ...urls, settleMs: 0, exportEventName: "E", http });
}
afterAll(() => standIn.stop());
beforeEach(async () => {
  await standIn.control.deleteProject(PROJECT);
  await standIn.control.putProject(PROJECT);
});

type Account = { results: { projects: Record<string, unknown> } };

/** A client whose answers about the account are changed before they are read. */
function rewriting(change: (text: string) => string): HttpClient {
  const http = createHttpClient();
  return {
    ...http,
    send: async (service, input) => {
      const response = await http.send(service, input);
      if (input.url.pathname !== "/api/app/me") return response;
      return { ...response, text: async (maxBytes) => change(await response.text(maxBytes)) };
    },
  };
}

const withAccount = (change: (account: Account) => void): HttpClient =>
  rewriting((text) => {
    const account = JSON.parse(text) as Account;
    change(account);
    return JSON.stringify(account);
  });

async function checkWith(http: HttpClient): Promise<TestStep[]> {
  const own = createConnector(http);
  try {
    return await own.testConnection(connectionOf(), [], async () => async () => {});
  } finally {
    await own.close();
  }
}

function check(
  connection: Connection = connectionOf(),
  acquireRequest: AcquireRequest = async () => async () => {},
): Promise<TestStep[]> {
  return connector.testConnection(connection, [], acquireRequest);
}

function summary(steps: TestStep[]): string[] {
  return steps.map(({ name, ok }) => `${ok ? "ok" : "FAILED"} ${name}`);
}

test("four steps succeed, and nothing is written", async () => {
  expect(summary(await check())).toEqual([
    "ok Service account credentials",
    "ok Access to the project",
    "ok Writing events",
    "ok Reading events",
  ]);
  expect((await standIn.control.count(PROJECT)).stored).toBe(0);
});

test("wrong credentials, or another project, end the test before a request of the project's budget", async () => {
  let leases = 0;
  const counted: AcquireRequest = async () => {
    leases++;
    return async () => {};
  };
  await check({ ...connectionOf(), secret: "wrong" }, counted);
  await check(connectionOf({ projectId: "99" }), counted);
  expect(leases).toBe(0);
});

test("wrong credentials end the test at once", async () => {
  const steps = await check({ ...connectionOf(), secret: "wrong" });
  expect(summary(steps)).toEqual(["FAILED Service account credentials"]);
  expect(steps[0]?.message).toMatch(/create a new service account/);
});

test("a project that the account does not see", async () => {
  const steps = await check(connectionOf({ projectId: "99" }));
  expect(summary(steps)).toEqual(["ok Service account credentials", "FAILED Access to the project"]);
  expect(steps[1]?.message).toMatch(/project id and the region/);
});

test("a role that may not write fails at writing, with the role and the remedy", async () => {
  await standIn.control.putProject(PROJECT, { serviceAccounts: [{ ...ACCOUNT, role: "analyst" }] });
  const steps = await check();
  expect(summary(steps)).toEqual([
    "ok Service account credentials",
    "ok Access to the project",
    "FAILED Writing events",
    "ok Reading events",
  ]);
  expect(steps[2]?.message).toMatch(
    /^Mixpanel accepts no events of this service account, which has the role analyst \(status 401.*custom role that may import data\.$/,
  );
});

test("a custom role passes if it can do what is needed", async () => {
  const custom = withAccount(({ results }) => {
    results.projects[PROJECT] = { timezone: "UTC", role: { name: "Router sync" } };
  });
  expect((await checkWith(custom)).every(({ ok }) => ok)).toBe(true);
});

test("what is odd in other projects of the account does not matter, and there may be many", async () => {
  const odd = withAccount(({ results }) => {
    const { [PROJECT]: own } = results.projects;
    const others = Array.from({ length: 20_500 }, (_, i) => [
      `${1_000_000 + i}`,
      { timezone: null, role: 7, x: ']}"' },
    ]);
    results.projects = { ...Object.fromEntries(others), 5: null, 6: "x", [PROJECT]: own, 9999999: [] };
  });
  expect((await checkWith(odd)).map(({ ok, message }) => [ok, message])).toEqual(
    Array.from({ length: 4 }, () => [true, undefined]),
  );
});

test("an answer about the account that was cut short, or is none, is not taken for one", async () => {
  for (const text of [
    '{"results":{"projects":{"1":{}',
    "<html>",
    "",
    "[]",
    '{"results":{}}',
    '{"a" "b"}',
    '{"results":{"projects":{"1":{}}',
  ]) {
    const http = rewriting(() => text);
    expect(await checkWith(http)).toMatchObject([
      { ok: false, message: expect.stringContaining("unknown form") as string },
    ]);
  }
});

test("a plan without raw export fails reading alone", async () => {
  await standIn.control.putProject(PROJECT, { plan: "no_raw_export" });
  const steps = await check();
  expect(steps.map((step) => step.ok)).toEqual([true, true, true, false]);
  expect(steps[3]?.message).toMatch(/Upgrade the plan/);
});

test("a budget that is used up or blocked does not fail the test: reading is not tested, and why", async () => {
  const none: AcquireRequest = () => Promise.reject(new SyncError("rate_limited", "Blocked.", { retryAtMs: 1 }));
  const steps = await check(connectionOf(), none);
  expect(steps.at(-1)).toMatchObject({ ok: true, message: "Not tested: Blocked. The import waits by itself." });
  expect((await standIn.control.requests(PROJECT)).byKind["export"]).toBeUndefined();
});

test("an outage of Mixpanel is named", async () => {
  await standIn.control.addFault(null, { kind: "unavailable", target: "app" });
  const steps = await check();
  await standIn.control.clearFaults(null);
  expect(steps).toMatchObject([{ ok: false, message: expect.stringContaining("status 503") }]);
});

test("the budget is shared by project and region", () => {
  const key = (change: object): string | undefined => connector.requestBudget(connectionOf(change))?.key;
  expect(key({ serviceAccountUsername: "another" })).toBe(key({}));
  expect(new Set([key({}), key({ projectId: "2" }), key({ region: "eu" })]).size).toBe(3);
});
