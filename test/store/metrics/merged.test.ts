// Merged identities: a metric is that of the same events un-merged, and an event counts once.
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Integration } from "../../../src/domain/integration.ts";
import type { Aggregation, Metric } from "../../../src/domain/metrics/metric.ts";
import { emptySink } from "../../../src/providers/importChunks.ts";
import { createRowReader } from "../../../src/providers/mixpanel/import/parseRow.ts";
import { mixpanelSpec } from "../../../src/providers/mixpanel/spec.ts";
import { commitRows, HOUR_MS, newEvent, newIntegration } from "../../support/store/contract/harness.ts";
import { makePostgresHarness, type PostgresHarness } from "../../support/store/storeDatabase.ts";

const DAY_MS = 24 * HOUR_MS;
const USERS = 50;
const EVENTS_OF_USER = 4;

let harness: PostgresHarness;
let startMs: number;
beforeAll(async () => {
  harness = await makePostgresHarness();
  const nowMs = await harness.store.nowMs();
  startMs = nowMs - (nowMs % DAY_MS) - 3 * DAY_MS;
});
afterAll(() => harness.close());

type Mode = "original" | "simplified";

/** How a project exports an event of the user after a merge: the app sent `user-k`, or in a Simplified project its device. */
const MERGED: Record<Mode, (k: number) => Record<string, unknown>> = {
  original: (k) => ({ distinct_id: `anon-${k}`, $distinct_id_before_identity: `user-${k}`, $user_id: `user-${k}` }),
  simplified: (k) => ({ distinct_id: `user-${k}`, $distinct_id_before_identity: `$device:d${k}`, $device_id: `d${k}` }),
};

interface Project {
  integration: Integration;
  sample: (change?: Partial<Metric>) => ReturnType<typeof harness.store.metrics.sample>;
}

async function newProject(identityOf: (k: number) => Record<string, unknown>): Promise<Project> {
  const { store } = harness;
  const integration = await newIntegration(store);
  await newEvent(store, integration);
  const lines = Array.from({ length: USERS * EVENTS_OF_USER }, (_, i) => {
    const k = i % USERS;
    const own = { time: startMs + (i % 7) * HOUR_MS, $insert_id: `i${i}`, amount: (i % 13) + k / 4 };
    return JSON.stringify({ event: "purchase", properties: { ...own, ...identityOf(k) } });
  });
  await importLines(integration, lines);
  const metric = await store.metrics.create(integration.workspaceId, {
    integrationId: integration.id,
    name: "Revenue",
    description: null,
    measure: { event: "purchase", aggregation: "sum", property: "amount", filters: [] },
    denominator: null,
    direction: "up",
    windowHours: 48,
    winsorizePercentile: null,
    format: { style: "number", currency: null },
  });
  if (metric === null) throw new Error("There is no metric.");
  const options = {
    by: "variant",
    routeId: null,
    multipleExposures: "first",
    incompleteWindow: "include",
    cuped: true,
    fromMs: startMs,
    toMs: startMs + DAY_MS,
    identityProperties: () => mixpanelSpec.identityProperties(),
  } as const;
  const sample: Project["sample"] = (change = {}) =>
    store.metrics.sample(integration.workspaceId, { ...metric, ...change }, "router", options);
  return { integration, sample };
}

async function importLines(integration: Integration, lines: string[]): Promise<void> {
  const sink = emptySink();
  const reader = createRowReader({ wanted: new Set(["purchase"]), fromWallMs: 0, toUtcMs: (wallMs) => wallMs });
  for (const line of lines) reader.line(line, sink);
  await commitRows(harness.store, integration, sink.rows);
}

async function expose({ integration }: Project, userIds: string[]): Promise<void> {
  const exposures = userIds.map((userId, i) => {
    const at = { routeId: "r", variantId: i % 2 === 0 ? "a" : "b", exposedAtMs: startMs + 2 * HOUR_MS };
    return { aliasId: "router", userId, ...at };
  });
  await harness.store.exposures.ingest(integration.workspaceId, exposures);
}

const allUsers = Array.from({ length: USERS }, (_, k) => `user-${k}`);

for (const mode of ["original", "simplified"] as const) {
  for (const share of [0, 0.4, 1]) {
    test(`${mode}: metrics with ${share * 100} % of users merged are those of the same events un-merged`, async () => {
      const plain = await newProject((k) => ({ distinct_id: `user-${k}` }));
      const merged = await newProject((k) => (k < share * USERS ? MERGED[mode](k) : { distinct_id: `user-${k}` }));
      for (const project of [plain, merged]) await expose(project, allUsers);
      const aggregations: Aggregation[] = ["sum", "mean", "count", "conversion"];
      for (const aggregation of aggregations) {
        const property = aggregation === "sum" || aggregation === "mean" ? "amount" : null;
        const change = { measure: { event: "purchase", aggregation, property, filters: [] } };
        const [a, b] = [await plain.sample(change), await merged.sample(change)];
        expect(b?.cells).toEqual(a?.cells);
        expect(a?.cells[0]?.users.means[0]).toBeGreaterThan(0);
      }
      const found = Math.round(share * USERS);
      const byId = { original: { $user_id: found, distinct_id: USERS - found }, simplified: { distinct_id: USERS } };
      const named = Object.entries(byId[mode]).filter(([, users]) => users > 0);
      expect((await merged.sample())?.joined).toEqual({
        sampled: USERS,
        found: USERS,
        byId: Object.fromEntries(named),
      });
    });
  }
}

const totalOf = (sample: Awaited<ReturnType<Project["sample"]>>, variantId?: string): number =>
  (sample?.cells ?? [])
    .filter((cell) => variantId === undefined || cell.variantId === variantId)
    .reduce((sum, { users }) => sum + users.n * (users.means[0] ?? 0), 0);

test.each(["original", "simplified"] as const)(
  "%s: where several ids of an event are exposed, it counts once, for the one that counts first",
  async (mode) => {
    const project = await newProject(MERGED[mode]);
    await expose(project, allUsers);
    const before = totalOf(await project.sample());
    const others = allUsers.map((_, k) => (mode === "original" ? `anon-${k}` : `$device:d${k}`));
    await expose(project, others);
    const both = await project.sample();
    expect(both?.allUsers).toBe(2 * USERS);
    expect(totalOf(both)).toBeCloseTo(before, 6);
    // Without its rivals, which an earlier result had, a user has the rows.
    const alone = await newProject(MERGED[mode]);
    await expose(alone, others);
    expect(totalOf(await alone.sample())).toBeCloseTo(before, 6);
    expect((await alone.sample())?.joined).toMatchObject({ found: USERS });
    await expose(alone, allUsers);
    expect(totalOf(await alone.sample())).toBeCloseTo(before, 6);
    expect((await alone.sample())?.cells).toEqual((await alone.sample())?.cells);
  },
);

test("a login days after the page view moves its events to the user when they are read again", async () => {
  const project = await newProject(() => ({ distinct_id: "nobody" }));
  await expose(project, ["user-7"]);
  const line = (identity: Record<string, unknown>) =>
    JSON.stringify({
      event: "purchase",
      properties: { time: startMs + 3 * HOUR_MS, $insert_id: "late", amount: 5, mp_processing_time_ms: 1, ...identity },
    });
  await importLines(project.integration, [line({ distinct_id: "$device:d1" })]);
  expect(totalOf(await project.sample())).toBe(0);
  await importLines(project.integration, [line({ distinct_id: "user-7", $distinct_id_before_identity: "$device:d1" })]);
  expect(totalOf(await project.sample())).toBe(5);
});
