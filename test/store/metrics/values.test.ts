// What users count is kept between results: counted again only where it changed, and never kept where a row under way
// was missed.
import type { Integration } from "../../../src/domain/integration.ts";
import type { Metric } from "../../../src/domain/metrics/metric.ts";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { MetricStore } from "../../../src/store/store.ts";
import { commitRows, HOUR_MS, newEvent, newIntegration, row, uuidOf } from "../../support/store/contract/harness.ts";
import { makePostgresHarness, type PostgresHarness } from "../../support/store/storeDatabase.ts";

const DAY_MS = 24 * HOUR_MS;

let harness: PostgresHarness;
let startMs: number;
beforeAll(async () => {
  harness = await makePostgresHarness();
  const nowMs = await harness.store.nowMs();
  startMs = nowMs - (nowMs % DAY_MS) - 2 * DAY_MS;
});
afterAll(() => harness.close());

/** A router with four users, exposed at the start, and a metric that counts their purchases. */
async function newMetric(): Promise<{
  integration: Integration;
  metric: Metric;
  eventId: number;
  sample: () => ReturnType<MetricStore["sample"]>;
  total: () => Promise<number>;
}> {
  const { store, admin } = harness;
  const integration = await newIntegration(store);
  await newEvent(store, integration);
  const { rows } = await admin.query<{ id: number }>("select id from event_definitions where integration_id = $1", [
    integration.id,
  ]);
  const metric = await store.metrics.create(integration.workspaceId, {
    integrationId: integration.id,
    name: "Purchases",
    description: null,
    measure: { event: "purchase", aggregation: "count", property: null, filters: [] },
    denominator: null,
    direction: "up",
    windowHours: 72,
    winsorizePercentile: null,
    format: { style: "number", currency: null },
  });
  if (metric === null || rows[0] === undefined) throw new Error("There is no metric.");
  const exposures = [0, 1, 2, 3].map((n) => ({
    aliasId: "router",
    routeId: "r",
    variantId: "v",
    userId: `user ${n}`,
    exposedAtMs: startMs,
  }));
  await store.exposures.ingest(integration.workspaceId, exposures);
  const range = { fromMs: startMs, toMs: startMs + DAY_MS };
  const how = {
    by: "variant",
    routeId: null,
    multipleExposures: "first",
    incompleteWindow: "include",
    cuped: false,
    identityProperties: () => [],
  } as const;
  const sample = () => store.metrics.sample(integration.workspaceId, metric, "router", { ...how, ...range });
  const total = async () => {
    const users = (await sample())?.cells[0]?.users;
    return (users?.n ?? 0) * (users?.means[0] ?? 0);
  };
  return { integration, metric, eventId: rows[0].id, sample, total };
}

const purchase = (n: number, userId: string) => row(n, "{}", { userIds: [userId], timestampMs: startMs + HOUR_MS });

/** A chunk that is being stored: it holds what commitChunk holds, and has its row in. */
async function chunkUnderWay(eventId: number, n: number, userId: string) {
  const client = await harness.admin.connect();
  await client.query("begin");
  await client.query("select from event_definitions where id = $1 for key share", [eventId]);
  await client.query(
    "insert into imported_events (event_id, uuid, timestamp_ms, user_id, properties) values ($1, $2, $3, $4, '{}')",
    [eventId, uuidOf(n), startMs + HOUR_MS, userId],
  );
  return async () => {
    await client.query("commit");
    client.release();
  };
}

test("a chunk that is under way when its event is first counted is waited for", async () => {
  const { eventId, total } = await newMetric();
  const commit = await chunkUnderWay(eventId, 1, "user 1");
  const first = total();
  await waitsForLock();
  await commit();
  expect(await first).toBe(1);
  expect(await total()).toBe(1);
});

test("a chunk that commits after its users were counted counts the next time", async () => {
  const { integration, eventId, total } = await newMetric();
  await commitRows(harness.store, integration, [purchase(1, "user 1")]);
  expect(await total()).toBe(1);
  const commit = await chunkUnderWay(eventId, 2, "user 1");
  expect(await total()).toBe(1);
  await commit();
  expect(await total()).toBe(2);
});

test("only users whose rows changed, and new ones, are counted again", async () => {
  const { store, admin } = harness;
  const { integration, total } = await newMetric();
  await commitRows(store, integration, [purchase(1, "user 1"), purchase(2, "user 2")]);
  expect(await total()).toBe(2);
  const versions = async () => {
    const { rows } = await admin.query<{ user: string; version: string }>(
      `select v.user_id as user, v.xmin::text as version from metric_values v
       where v.source_id = (select max(id) from metric_sources) order by 1`,
    );
    return rows;
  };
  const before = await versions();
  expect(before).toHaveLength(4);
  // An identity merge: the row goes from one user to another.
  await commitRows(store, integration, [purchase(2, "user 3")]);
  await store.exposures.ingest(integration.workspaceId, [
    { aliasId: "router", routeId: "r", variantId: "v", userId: "user 9", exposedAtMs: startMs },
  ]);
  expect(await total()).toBe(2);
  const changed = (await versions()).filter(({ version }) => !before.some((one) => one.version === version));
  expect(changed.map(({ user }) => user)).toEqual(["user 2", "user 3", "user 9"]);
});

test("what nobody asks for any more is purged, and counted anew when somebody does", async () => {
  const { store, admin } = harness;
  const { integration, total } = await newMetric();
  await commitRows(store, integration, [purchase(1, "user 1")]);
  expect(await total()).toBe(1);
  await admin.query("update metric_sources set used_at_ms = used_at_ms - $1::bigint", [31 * DAY_MS]);
  await commitRows(store, integration, [purchase(2, "user 1")]);
  await store.cleanup.purge();
  for (const table of ["metric_sources", "metric_values", "metric_changes"]) {
    expect([table, (await admin.query(`select from ${table}`)).rowCount]).toEqual([table, 0]);
  }
  expect(await total()).toBe(2);
});

async function waitsForLock(): Promise<void> {
  for (;;) {
    const { rowCount } = await harness.admin.query(
      "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
    );
    if (rowCount !== 0) return;
  }
}

test("a sample says how many rows of its events were read more than once", async () => {
  const { integration, sample } = await newMetric();
  const rows = Array.from({ length: 60 }, (_, n) => row(n, "{}"));
  await commitRows(harness.store, integration, rows.slice(0, 50));
  expect((await sample())?.events).toMatchObject([{ name: "purchase", deduplicated: 0 }]);
  await commitRows(harness.store, integration, rows);
  await commitRows(harness.store, integration, rows.slice(7, 9));
  expect((await sample())?.events).toMatchObject([{ name: "purchase", deduplicated: 52, rejected: 0 }]);
});
