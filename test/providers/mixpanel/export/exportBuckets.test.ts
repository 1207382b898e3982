// The export on the stand-in: Mixpanel's limits, its partial refusals, its overload.
import type { Bucket } from "../../../../src/domain/bucket.ts";
import type { Connection } from "../../../../src/domain/connection.ts";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createMixpanelConnector } from "../../../../src/providers/mixpanel/connector.ts";
import type { Connector, ExportProgress } from "../../../../src/providers/connector.ts";
import { type MixpanelStandIn, startMixpanelStandIn } from "../../../../dev/standins/mixpanel/server.ts";
import { bucketOf, collectUntilError, connectionOf } from "../../../support/providers/mixpanel.ts";

const PROJECT = "4711";
const EVENT = "Inworld Router Exposure";

let standIn: MixpanelStandIn;
let connector: Connector;

beforeAll(async () => {
  standIn = await startMixpanelStandIn();
});
afterAll(() => standIn.stop());
beforeEach(async () => {
  connector = createMixpanelConnector({ ingestionUrl: standIn.origin, settleMs: 0, exportEventName: EVENT });
  await standIn.control.deleteProject(PROJECT);
  await standIn.control.putProject(PROJECT);
});

function bucketsOf(count: number, change: (seq: number) => Partial<Bucket> = () => ({})): Bucket[] {
  return Array.from({ length: count }, (_, i) => bucketOf(i + 1, change(i + 1)));
}

async function run(
  buckets: Bucket[],
  connection: Connection = connectionOf(),
): Promise<{ progress: ExportProgress[]; error: unknown; sent: number; rejected: string[] }> {
  let beats = 0;
  const generator = connector.exportBuckets(connection, {
    afterSeq: 0,
    throughSeq: buckets.length,
    readBuckets: async (afterSeq, limit) => buckets.filter((bucket) => bucket.seq > afterSeq).slice(0, limit),
    signal: new AbortController().signal,
    heartbeat: () => void beats++,
  });
  const { items: progress, error } = await collectUntilError(generator);
  expect(beats).toBeGreaterThan(0);
  return {
    progress,
    error,
    sent: progress.reduce((sum, item) => sum + item.sent, 0),
    rejected: progress.flatMap((item) => item.rejected).map(({ bucket, reason }) => `${bucket.seq} ${reason}`),
  };
}

async function stored(): Promise<{ stored: number; deduped: number }> {
  const { stored: rows, deduped } = await standIn.control.count(PROJECT, { events: [EVENT] });
  return { stored: rows, deduped };
}

test("batches keep under 2,000 events and under the byte limit, however long the ids are", async () => {
  const long = "\u0001".repeat(250);
  const buckets = bucketsOf(2_000, (seq) => ({
    aliasId: long,
    routeId: long,
    variantId: long,
    userId: `${seq}${long}`.slice(0, 255),
  }));
  expect(await run(buckets)).toMatchObject({ error: undefined, sent: 2_000 });
  expect(await stored()).toEqual({ stored: 2_000, deduped: 2_000 });
  const { byKind } = await standIn.control.requests(PROJECT);
  // 2,000 events of this size would be over 10 MB: two requests, and none refused.
  expect(byKind["import"]?.byStatus).toEqual({ 200: 2 });
});

test("the event is Mixpanel's: user, router, route, variant, the sealed time, no place", async () => {
  const bucket = bucketOf(1, { userId: "ann é", timeMs: Date.now() });
  await run([bucket]);
  const [event] = await standIn.control.rows(PROJECT);
  expect(event).toMatchObject({
    event: EVENT,
    properties: {
      distinct_id: "ann é",
      alias_id: "checkout",
      route_id: "default",
      variant_id: "v1",
      time: bucket.sealedTimeMs,
      $import: true,
    },
  });
  expect(Object.keys(event?.properties ?? {})).not.toContain("ip");
});

test("events that Mixpanel refuses one by one are listed with field and message, the others are stored once", async () => {
  await standIn.control.addFault(PROJECT, { kind: "partial", target: "import", everyNth: 10, times: 1 });
  const buckets = bucketsOf(100);
  const { error, sent, rejected } = await run(buckets);
  expect([error, sent, rejected.length]).toEqual([undefined, 90, 10]);
  expect(rejected[1]).toBe(
    "11 properties.time: 'properties.time' is invalid: must be specified as seconds since epoch",
  );
  expect(await stored()).toEqual({ stored: 90, deduped: 90 });
});

test("events in the future are refused alone", async () => {
  const ahead = Date.now() + 5 * 3_600_000;
  const { sent, rejected } = await run(bucketsOf(10, (seq) => (seq === 4 ? { sealedTimeMs: ahead } : {})));
  expect(sent).toBe(9);
  expect(rejected).toEqual(["4 properties.time: 'properties.time' is invalid: must not be in the future"]);
});

test("a batch that is refused as a whole fails; the next try loses nothing", async () => {
  await standIn.control.addFault(PROJECT, { kind: "partial_strings", target: "import", times: 1 });
  expect(await run(bucketsOf(300))).toMatchObject({ error: { kind: "schema" }, progress: [] });
  expect(await run(bucketsOf(300))).toMatchObject({ error: undefined, sent: 300, rejected: [] });
  expect((await stored()).deduped).toBe(300);
});

test("a project that refuses every batch is an error of the direction; nothing is rejected for good", async () => {
  await standIn.control.addFault(PROJECT, { kind: "partial_strings", target: "import" });
  const { error, progress } = await run(bucketsOf(3_000));
  expect(error).toMatchObject({ kind: "schema", message: expect.stringContaining("identity events are not allowed") });
  expect(progress).toEqual([]);
});

test("413 splits, whatever number it names; a proxy that takes not even one event is an error", async () => {
  await standIn.control.addFault(PROJECT, { kind: "too_large", target: "import", maxBytes: 30_000 });
  expect(await run(bucketsOf(1_000))).toMatchObject({ error: undefined, sent: 1_000, rejected: [] });
  expect((await stored()).deduped).toBe(1_000);
  await standIn.control.clearFaults(PROJECT);
  await standIn.control.addFault(PROJECT, { kind: "too_large", target: "import", maxBytes: 400 });
  const { error, rejected } = await run(bucketsOf(4, (seq) => (seq === 2 ? { aliasId: "a".repeat(255) } : {})));
  expect(error).toMatchObject({ kind: "schema", message: expect.stringContaining("413") });
  expect(rejected).toEqual([]);
});

test("the block list is Mixpanel's: ids in other letters are stored, its own come back with its reason", async () => {
  const users = ["NA", "None", "TRUE", "Anonymous", "anonymous", "n/a"];
  const { sent, rejected } = await run(bucketsOf(6, (seq) => ({ userId: users[seq - 1] ?? "" })));
  expect([sent, rejected]).toEqual([
    4,
    [5, 6].map(
      (seq) => `${seq} properties.distinct_id: 'properties.distinct_id' is invalid: must not be a disallowed value`,
    ),
  ]);
  const ids = (await standIn.control.rows(PROJECT)).map((event) => String(event.properties["distinct_id"]));
  expect(ids.toSorted()).toEqual(["Anonymous", "NA", "None", "TRUE"]);
});

test("overload passes: quick retries for a hiccup, a time to come back for a refusal by rate", async () => {
  await standIn.control.addFault(PROJECT, { kind: "unavailable", target: "import", times: 2 });
  expect(await run(bucketsOf(10))).toMatchObject({ error: undefined, sent: 10 });
  await standIn.control.addFault(PROJECT, { kind: "rate_limited", target: "import", times: 1 });
  const before = Date.now();
  const { error } = await run(bucketsOf(10));
  expect(error).toMatchObject({ kind: "rate_limited" });
  const waitMs = Number((error as { retryAtMs?: number }).retryAtMs) - before;
  expect(waitMs).toBeGreaterThan(2_900);
  expect(waitMs).toBeLessThan(9_000);
});

test("a refusal by rate in the middle keeps what was delivered before it", async () => {
  await standIn.control.addFault(PROJECT, { kind: "rate_limited", target: "import", afterRequests: 3 });
  const { error, progress, sent } = await run(bucketsOf(20_000));
  expect(error).toMatchObject({ kind: "rate_limited" });
  expect(progress.at(-1)?.cursorSeq ?? 0).toBe(sent);
  expect((await stored()).deduped).toBeGreaterThanOrEqual(sent);
});

test("refused credentials say what to do, and hold no secret", async () => {
  const { error } = await run(bucketsOf(10), { ...connectionOf(), secret: "not-the-secret" });
  expect(error).toMatchObject({ kind: "auth", message: expect.stringContaining("Admin or Owner") });
  await standIn.control.addFault(PROJECT, {
    kind: "respond",
    target: "import",
    status: 403,
    body: "no: sync.4711.mp-service-account / sa-secret-4711 / c3luYy40NzExLm1wLXNlcnZpY2UtYWNjb3VudDpzYS1zZWNyZXQtNDcxMQ==",
  });
  const refused = (await run(bucketsOf(10))).error;
  expect(refused).toMatchObject({
    kind: "permission",
    message: expect.stringContaining("no: [hidden] / [hidden] / [hidden]"),
  });
});

test("a 200 that is no answer of Mixpanel's vouches for nothing", async () => {
  await standIn.control.addFault(PROJECT, {
    kind: "respond",
    target: "import",
    status: 200,
    body: "<html>login</html>",
  });
  expect(await run(bucketsOf(10))).toMatchObject({ error: { kind: "transient" }, progress: [] });
});

test("an event that the customer drops is an error with its remedy, not a silent success", async () => {
  const body = JSON.stringify({ code: 200, num_records_imported: 0, status: "OK" });
  await standIn.control.addFault(PROJECT, { kind: "respond", target: "import", status: 200, body });
  expect((await run(bucketsOf(10))).error).toMatchObject({
    kind: "schema",
    message: expect.stringContaining("Lexicon"),
  });
});
