// The connection test: every step of the set-up, each failure with its remedy.
import type { AcquireRequest, Connection } from "../../../src/domain/connection.ts";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createMixpanelConnector } from "../../../src/providers/mixpanel/connector.ts";
import type { Connector, TestStep } from "../../../src/providers/connector.ts";
import { SyncError } from "../../../src/domain/errors.ts";
import { type MixpanelStandIn, startMixpanelStandIn } from "../../../dev/standins/mixpanel/server.ts";
import { connectionOf } from "../../support/providers/mixpanel.ts";

const PROJECT = "4711";
const ACCOUNT = { username: "sync.4711.mp-service-account", secret: "sa-secret-4711" };

let standIn: MixpanelStandIn;
let connector: Connector;

beforeAll(async () => {
  standIn = await startMixpanelStandIn();
  const { origin } = standIn;
  connector = createMixpanelConnector({
    ingestionUrl: origin,
    dataUrl: origin,
    apiUrl: origin,
    settleMs: 0,
    exportEventName: "E",
  });
});
afterAll(() => standIn.stop());
beforeEach(async () => {
  await standIn.control.deleteProject(PROJECT);
  await standIn.control.putProject(PROJECT);
});

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
    "ok Access to the project and role",
    "ok Writing events",
    "ok Reading events",
  ]);
  expect((await standIn.control.count(PROJECT)).stored).toBe(0);
});

test("wrong credentials end the test at once", async () => {
  const steps = await check({ ...connectionOf(), secret: "wrong" });
  expect(summary(steps)).toEqual(["FAILED Service account credentials"]);
  expect(steps[0]?.message).toMatch(/create a new service account/);
});

test("a project that the account does not see", async () => {
  const steps = await check(connectionOf({ projectId: "99" }));
  expect(summary(steps)).toEqual(["ok Service account credentials", "FAILED Access to the project and role"]);
  expect(steps[1]?.message).toMatch(/project id and the region/);
});

test("a role that is too low", async () => {
  await standIn.control.putProject(PROJECT, { serviceAccounts: [{ ...ACCOUNT, role: "analyst" }] });
  const steps = await check();
  expect(summary(steps)).toEqual(["ok Service account credentials", "FAILED Access to the project and role"]);
  expect(steps[1]?.message).toBe(
    "The service account has the role analyst. Give it the role Admin or Owner on this project.",
  );
});

test("a plan without raw export fails reading alone", async () => {
  await standIn.control.putProject(PROJECT, { plan: "no_raw_export" });
  const steps = await check();
  expect(steps.map((step) => step.ok)).toEqual([true, true, true, false]);
  expect(steps[3]?.message).toMatch(/Upgrade the plan/);
});

test("a used-up budget does not fail the test: reading is not tested", async () => {
  const none: AcquireRequest = () =>
    Promise.reject(new SyncError("rate_limited", "Refused until noon.", { retryAtMs: 1 }));
  const steps = await check(connectionOf(), none);
  expect(steps.at(-1)).toMatchObject({ ok: true, message: expect.stringMatching(/Not tested.*until noon/) });
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
