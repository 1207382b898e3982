// What a metric sums up is what a recomputation from the raw exposures and rows says, whatever came when and changed
// since.
import type { Integration } from "../../../src/domain/integration.ts";
import type { Filter, Measure, Metric } from "../../../src/domain/metrics/metric.ts";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { MetricSample, SampleOptions } from "../../../src/domain/metrics/sample.ts";
import type { MetricStore } from "../../../src/store/metrics/interface.ts";
import { commitRows, HOUR_MS, newEvent, newIntegration, row, uuidOf } from "../../support/store/contract/harness.ts";
import { newestCopies } from "../../../src/store/imports/copies.ts";
import { makePostgresHarness, type PostgresHarness } from "../../support/store/storeDatabase.ts";
import { naiveSample, type RawExposure, type RawRow } from "../../support/store/naiveMetrics.ts";

const DAY_MS = 24 * HOUR_MS;
const DAYS = 5;
const RUNS = 60;
const EVENTS = ["purchase", "visit"];

let harness: PostgresHarness;
let nowMs: number;
let startMs: number;
let versions = 0;
beforeAll(async () => {
  harness = await makePostgresHarness();
  await harness.freeze();
  nowMs = await harness.store.nowMs();
  startMs = nowMs - (nowMs % DAY_MS) - (DAYS - 1) * DAY_MS;
});
afterAll(() => harness.close());

/** Few users, hours and rows, so that they meet; at the edges of hours, days and windows, where mistakes are. */
const user = fc.integer({ min: 0, max: 4 }).map((n) => `user ${n}`);
const atHour = fc
  .tuple(fc.integer({ min: 0, max: DAYS * 4 - 1 }), fc.constantFrom(-1, 0, 1, 60_000))
  .map(([sixHours, ms]) => sixHours * 6 * HOUR_MS + ms);
const id = fc.constantFrom("a", "b");
const expose = fc.record({
  kind: fc.constant("expose" as const),
  many: fc.array(fc.record({ routeId: id, variantId: id, userId: user, atMs: atHour }), { minLength: 1, maxLength: 6 }),
});
const properties = fc.record(
  {
    amount: fc.oneof(
      fc.integer({ min: -8, max: 40 }).map((n) => n / 4),
      fc.constantFrom(null, "12", true),
    ),
    plan: fc.constantFrom("pro", "free"),
  },
  { requiredKeys: [] },
);
const rows = fc.record({
  kind: fc.constant("import" as const),
  many: fc.array(
    fc.record({
      nth: fc.integer({ min: 0, max: 14 }),
      event: fc.constantFrom(...EVENTS),
      userIds: fc.uniqueArray(user, { minLength: 1, maxLength: 3 }),
      atMs: atHour,
      properties,
    }),
    { minLength: 1, maxLength: 8 },
  ),
});
const remove = fc.record({ kind: fc.constant("delete" as const), nth: fc.integer({ min: 0, max: 14 }) });
const complete = fc.record({ kind: fc.constant("complete" as const), atMs: atHour });
const step = fc.oneof(
  { weight: 4, arbitrary: expose },
  { weight: 5, arbitrary: rows },
  { weight: 1, arbitrary: remove },
  { weight: 1, arbitrary: complete },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("seal" as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("look" as const) }) },
);

const filters = fc.array(
  fc.constantFrom<Filter>(
    { property: "plan", operator: "equals", value: "pro" },
    { property: "plan", operator: "not_equals", value: "pro" },
    { property: "amount", operator: "at_least", value: 2 },
    { property: "amount", operator: "less", value: 5 },
    { property: "amount", operator: "exists", value: null },
  ),
  { maxLength: 2 },
);
const measure: fc.Arbitrary<Measure> = fc.oneof(
  fc.record({
    event: fc.constantFrom(...EVENTS),
    aggregation: fc.constantFrom("count" as const, "conversion" as const),
    property: fc.constant(null),
    filters,
  }),
  fc.record({
    event: fc.constantFrom(...EVENTS),
    aggregation: fc.constantFrom("sum" as const, "mean" as const),
    property: fc.constant("amount"),
    filters,
  }),
);
const definition = fc.record({
  measure,
  denominator: fc.option(measure),
  windowHours: fc.constantFrom(6, 24, 48),
  winsorizePercentile: fc.constantFrom(null, 0.75, 0.9),
});
const look = fc.record({
  by: fc.constantFrom("route" as const, "variant" as const),
  routeId: fc.constantFrom(null, null, "a"),
  fromDay: fc.integer({ min: 0, max: 1 }),
  toDay: fc.integer({ min: 3, max: DAYS }),
  multipleExposures: fc.constantFrom("first" as const, "exclude" as const),
  incompleteWindow: fc.constantFrom("include" as const, "exclude" as const),
  cuped: fc.boolean(),
});

/** What was sent, and what is there now, beside the store. */
interface World {
  integration: Integration;
  metric: Metric;
  options: Parameters<MetricStore["sample"]>[3];
  exposures: RawExposure[];
  rows: Map<string, RawRow>;
  throughMs: number;
}

test("late events and exposures, identity changes and deletions, in any order and looked at in between", async () => {
  await fc.assert(
    fc.asyncProperty(
      definition,
      look,
      fc.array(step, { minLength: 2, maxLength: 14 }),
      async (defined, asked, steps) => {
        const world = await newWorld(defined, asked);
        const seen: Seen[] = [];
        for (const one of steps) {
          if (one.kind === "look") seen.push(await lookAt(world));
          else await take(world, one);
        }
        seen.push(await lookAt(world));
        expect(seen.map(({ sample }) => sample)).toEqual(seen.map(({ naive }) => naive));
      },
    ),
    { numRuns: RUNS },
  );
});

async function newWorld(
  defined: Pick<Metric, "measure" | "denominator" | "windowHours" | "winsorizePercentile">,
  { fromDay, toDay, ...asked }: Omit<SampleOptions, "fromMs" | "toMs"> & { fromDay: number; toDay: number },
): Promise<World> {
  const { store } = harness;
  const integration = await newIntegration(store);
  for (const event of EVENTS) await newEvent(store, integration, event);
  const metric = await store.metrics.create(integration.workspaceId, {
    ...defined,
    integrationId: integration.id,
    name: "Metric",
    description: null,
    direction: "up",
    format: { style: "number", currency: null },
  });
  if (metric === null) throw new Error("There is no metric.");
  const [fromMs, toMs] = [startMs + fromDay * DAY_MS, startMs + toDay * DAY_MS];
  return {
    integration,
    metric,
    options: { ...asked, fromMs, toMs, identityProperties: () => [] },
    exposures: [],
    rows: new Map(),
    throughMs: 0,
  };
}

type Step = Exclude<typeof step extends fc.Arbitrary<infer T> ? T : never, { kind: "look" }>;

async function take(world: World, one: Step): Promise<void> {
  const { store, admin } = harness;
  const { integration } = world;
  switch (one.kind) {
    case "expose": {
      // None from the future: what falls there came just now, into an hour that is not over.
      const many = one.many.map(({ atMs, ...rest }) => ({ ...rest, atMs: Math.min(startMs + atMs, nowMs) }));
      const sent = many.map(({ atMs, ...rest }) => ({ ...rest, aliasId: "router", exposedAtMs: atMs }));
      await store.exposures.ingest(integration.workspaceId, sent);
      world.exposures.push(...many);
      return;
    }
    case "import": {
      // Each read is a later version, so that it stands.
      const versionMs = ++versions;
      const many = one.many.map(({ nth, event, atMs, userIds, properties: fields }) =>
        row(nth, JSON.stringify(fields), { event, userIds, timestampMs: startMs + atMs, versionMs, fields }),
      );
      await commitRows(store, integration, many, { events: EVENTS });
      for (const { event, uuid, userIds, timestampMs, properties: text } of newestCopies(many)) {
        const fields = JSON.parse(text) as Record<string, unknown>;
        world.rows.set(`${event} ${uuid}`, { event, userIds, atMs: timestampMs, properties: fields });
      }
      return;
    }
    case "delete":
      for (const event of EVENTS) world.rows.delete(`${event} ${uuidOf(one.nth)}`);
      await admin.query(
        `delete from imported_events e using event_definitions d
         where d.id = e.event_id and d.integration_id = $1 and e.uuid = $2`,
        [integration.id, uuidOf(one.nth)],
      );
      return;
    case "complete":
      world.throughMs = startMs + one.atMs;
      await admin.query("update event_definitions set complete_through_ms = $2 where integration_id = $1", [
        integration.id,
        world.throughMs,
      ]);
      return;
    case "seal":
      await store.exposures.seal(integration.workspaceId);
  }
}

/** What the store says, and what it should; null where nobody was exposed. */
interface Seen {
  sample: unknown;
  naive: unknown;
}

async function lookAt({ integration, metric, options, exposures, rows: current, throughMs }: World): Promise<Seen> {
  const sample = await harness.store.metrics.sample(integration.workspaceId, metric, "router", options);
  const raw = { exposures, rows: [...current.values()], throughMs: Math.min(throughMs, nowMs) };
  const { cells, ...rest } = naiveSample(metric, options, raw);
  const naive = { ...rest, cells: cells.map(({ cell, users }) => [cell, close(users)]) };
  if (sample === null) return { sample, naive: exposures.length === 0 ? null : naive };
  const { allUsers, multipleExposureUsers, incompleteWindowUsers, caps } = sample;
  return { sample: { allUsers, multipleExposureUsers, incompleteWindowUsers, caps, cells: named(sample) }, naive };
}

function named({ cells }: MetricSample) {
  return cells
    .map(({ routeId, variantId, dayMs, users }): [string, typeof users] => [`${routeId}/${variantId}/${dayMs}`, users])
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
}

/** Up to what plain sums of squares lose. */
function close(value: unknown): unknown {
  if (typeof value === "number") return expect.closeTo(value, 9);
  if (Array.isArray(value)) return value.map(close);
  return Object.fromEntries(Object.entries(value as object).map(([key, each]) => [key, close(each)]));
}
