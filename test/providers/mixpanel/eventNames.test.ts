// The names of a project's events: asked once the credentials are proven, and never taken for whole if they are not.
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type MixpanelStandIn, startMixpanelStandIn } from "../../../dev/standins/mixpanel/server.ts";
import type { Connector } from "../../../src/providers/connector.ts";
import { createMixpanelConnector } from "../../../src/providers/mixpanel/connector.ts";
import { connectionOf } from "../../support/providers/mixpanel.ts";

const PROJECT = "4711";

let standIn: MixpanelStandIn;
let connector: Connector;

beforeAll(async () => {
  standIn = await startMixpanelStandIn();
  const { origin } = standIn;
  const urls = { ingestionUrl: origin, dataUrl: origin, apiUrl: origin };
  connector = createMixpanelConnector({ ...urls, settleMs: 0, exportEventName: "E" });
});
afterAll(async () => {
  await connector.close();
  await standIn.stop();
});
beforeEach(async () => {
  await standIn.control.deleteProject(PROJECT);
  await standIn.control.putProject(PROJECT);
});

const ask = (connection = connectionOf()) => connector.eventNames?.(connection);
const queries = async () => (await standIn.control.requests(PROJECT)).byKind["query"];
const load = (names: string[]) =>
  standIn.control.loadRows(
    PROJECT,
    names.map((event, i) => ({
      event,
      timeMs: Date.now() - 3_600_000,
      propertiesText: `{"distinct_id":"u","$insert_id":"i${i}"}`,
    })),
  );

test("all names of the project", async () => {
  await load(["Purchase", "plan.upgrade", "Łódź"]);
  const listed = await ask();
  expect([listed?.names.toSorted(), listed?.isWhole]).toEqual([["Purchase", "plan.upgrade", "Łódź"], true]);
});

test("a list as long as Mixpanel's longest may lack names", async () => {
  await load(Array.from({ length: 5_001 }, (_, i) => `event_${i}`));
  const listed = await ask();
  expect([listed?.names.length, listed?.isWhole]).toEqual([5_000, false]);
});

test("no query is spent for credentials that are not proven to belong to the project", async () => {
  await expect(ask({ ...connectionOf(), secret: "wrong" })).rejects.toMatchObject({ kind: "auth" });
  await expect(ask(connectionOf({ projectId: "99" }))).rejects.toMatchObject({ kind: "permission" });
  expect(await queries()).toBeUndefined();
});

test("a used-up quota and an outage are errors of their kind", async () => {
  await standIn.control.putProject(PROJECT, { queryPerHour: 1 });
  await ask();
  await expect(ask()).rejects.toMatchObject({ kind: "rate_limited" });
  await standIn.control.putProject(PROJECT, { queryPerHour: 60 });
  await standIn.control.addFault(PROJECT, { kind: "unavailable", target: "query" });
  await expect(ask()).rejects.toMatchObject({ kind: "transient" });
});
