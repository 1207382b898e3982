// Answers that name no event: the request fails with the right kind and message, at any size, and nothing is rejected.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { FaultInput } from "../../../../dev/standins/mixpanel/protocol.ts";
import { type MixpanelStandIn, startMixpanelStandIn } from "../../../../dev/standins/mixpanel/server.ts";
import { createMixpanelConnector } from "../../../../src/providers/mixpanel/connector.ts";
import { refusalError } from "../../../../src/providers/mixpanel/errors.ts";
import { bucketOf, collectUntilError, connectionOf } from "../../../support/providers/mixpanel.ts";

const PROJECT = "4711";
const EVENT = "Inworld Router Exposure";

let standIn: MixpanelStandIn;
beforeAll(async () => {
  standIn = await startMixpanelStandIn();
});
afterAll(() => standIn.stop());
beforeEach(async () => {
  await standIn.control.deleteProject(PROJECT);
  await standIn.control.putProject(PROJECT);
});

async function run(count: number) {
  const connector = createMixpanelConnector({ ingestionUrl: standIn.origin, settleMs: 0, exportEventName: EVENT });
  const buckets = Array.from({ length: count }, (_, i) => bucketOf(i + 1));
  const { items, error } = await collectUntilError(
    connector.exportBuckets(connectionOf(), {
      afterSeq: 0,
      throughSeq: count,
      readBuckets: async (afterSeq, limit) => buckets.filter(({ seq }) => seq > afterSeq).slice(0, limit),
      signal: new AbortController().signal,
      heartbeat: () => {},
    }),
  );
  await connector.close();
  return {
    error,
    sent: items.reduce((sum, { sent }) => sum + sent, 0),
    rejected: items.flatMap(({ rejected }) => rejected).map(({ bucket }) => bucket.seq),
  };
}

const answering = (fault: Omit<FaultInput, "target">) =>
  standIn.control.addFault(PROJECT, { target: "import", ...fault });
const failed = (records: unknown) =>
  ({
    kind: "respond",
    status: 400,
    contentType: "application/json",
    body: JSON.stringify({ code: 400, error: "validation failed", failed_records: records, num_records_imported: 0 }),
  }) as const;

const NAMES_NONE: [string, Omit<FaultInput, "target">, string, RegExp][] = [
  ["a proxy's page", { kind: "html", status: 400 }, "transient", /proxy or firewall/],
  ["a firewall's page", { kind: "html", status: 403 }, "transient", /proxy or firewall/],
  ["a 502 of a proxy", { kind: "html", status: 502 }, "transient", /status 502/],
  ["an empty 502", { kind: "empty", status: 502 }, "transient", /status 502/],
  ["an empty body", { kind: "empty", status: 400 }, "transient", /proxy or firewall/],
  ["a mesh's text", { kind: "respond", status: 400, body: "upstream connect error" }, "transient", /proxy or firewall/],
  [
    "bad credentials",
    { kind: "import_error", status: 400, body: "Unable to authenticate request" },
    "auth",
    /Service Accounts/,
  ],
  [
    "other bad credentials",
    { kind: "import_error", status: 400, body: "Invalid credentials" },
    "auth",
    /Service Accounts/,
  ],
  [
    "no project",
    { kind: "import_error", status: 400, body: "project_id is required" },
    "schema",
    /Check the project id/,
  ],
  [
    "another project",
    { kind: "import_error", status: 400, body: "Mismatch between project secret's project ID and URL project ID" },
    "schema",
    /Check the project id/,
  ],
  ["unknown words", { kind: "import_error", status: 400, body: "quota of moons" }, "schema", /quota of moons/],
  ["strings", failed(["identity events are not allowed"]), "schema", /identity events are not allowed/],
  ["an index out of range", failed([{ index: 9_999, message: "who" }]), "schema", /validation failed: who/],
  ["a negative index", failed([{ index: -1, message: "who" }]), "schema", /who/],
  ["an id without index", failed([{ insert_id: "x", message: "who" }]), "schema", /who/],
  ["no records", failed([]), "schema", /validation failed/],
  ["records of another form", failed("all of them"), "schema", /validation failed/],
];

describe.each([1, 2_000])("a batch of %i", (count) => {
  test.each(NAMES_NONE)("%s fails the request and rejects nothing", async (_what, fault, kind, message) => {
    await answering(fault);
    const { error, sent, rejected } = await run(count);
    expect([sent, rejected]).toEqual([0, []]);
    expect(error).toMatchObject({ kind, message: expect.stringMatching(message) });
    expect((error as Error).message).not.toContain("Change the project's settings");
    expect((await standIn.control.requests(PROJECT)).byKind["import"]?.total).toBeLessThanOrEqual(3);
    await standIn.control.clearFaults(PROJECT);
    expect(await run(count)).toMatchObject({ error: undefined, sent: count });
  });
});

test("an index names its event, even in a batch of one", async () => {
  await answering(failed([{ index: 0, field: "event", message: "no" }]));
  expect(await run(1)).toMatchObject({ error: undefined, sent: 0, rejected: [1] });
});

test("one event that Mixpanel accepts but does not store is rejected, and others go on", async () => {
  await standIn.control.putProject(PROJECT, {
    dropFilter: { property: "distinct_id", values: ["user-1"] },
    invented: { droppedCountAsImported: false },
  });
  expect(await run(1)).toMatchObject({ error: undefined, sent: 0, rejected: [1] });
  expect(await run(300)).toMatchObject({ error: undefined, sent: 299, rejected: [1] });
});

test("a message quotes no user id and no secret", () => {
  const body = JSON.stringify({ error: "user user-7 of sa-secret-4711 is a.b no 7 user-77" });
  const { message } = refusalError(connectionOf(), 400, body, "the import of events", ["user-7", "a.b", "7"]);
  expect(message).toContain("user [hidden] of [hidden] is [hidden] no [hidden] user-77");
});
