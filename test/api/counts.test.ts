// Limits on numbers hold when many creations come at once.
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  MAX_EVENT_DEFINITIONS,
  MAX_METRICS_PER_WORKSPACE,
  MAX_REREADS_PER_EVENT,
  MAX_ROUTERS_PER_WORKSPACE,
  MAX_ROUTES_PER_ROUTER,
  MAX_VARIANTS_PER_ROUTER,
} from "../../src/domain/limits.ts";
import { createPostgresStore } from "../../src/store/createStore.ts";
import { ConflictError } from "../../src/store/store.ts";
import { createIntegration } from "../support/api/harness.ts";
import { createMetricsHarness, type MetricsHarness } from "../support/api/metricsHarness.ts";

/** How many come at once when there is room for `ROOM` of them. */
const AT_ONCE = 12;
const ROOM = 3;

let api: MetricsHarness;
beforeAll(async () => {
  api = await createMetricsHarness();
});
afterAll(() => api.close());

/** Fills up to `max - ROOM` (of which `existing` are there), then creates many at once. Returns their statuses. */
async function statusesAtTheLimit(
  max: number,
  existing: number,
  create: (index: number) => Promise<{ status: number }>,
): Promise<{ accepted: number; refused: number }> {
  for (let made = existing; made < max - ROOM; made += AT_ONCE) {
    const count = Math.min(AT_ONCE, max - ROOM - made);
    const answers = await Promise.all(Array.from({ length: count }, (_, i) => create(made + i)));
    expect(answers.map(({ status }) => status).filter((status) => status >= 300)).toEqual([]);
  }
  const answers = await Promise.all(Array.from({ length: AT_ONCE }, (_, i) => create(1_000 + i)));
  const accepted = answers.filter(({ status }) => status < 300).length;
  const refused = answers.filter(({ status }) => status === 409).length;
  return { accepted, refused };
}

const FULL = { accepted: ROOM, refused: AT_ONCE - ROOM };

test("events of an integration", async () => {
  const id = await createIntegration(api.call, "7001");
  const create = (i: number) => api.call(`/v1/integrations/${id}/events`, { json: { eventId: `event-${i}` } });
  expect(await statusesAtTheLimit(MAX_EVENT_DEFINITIONS, 0, create)).toEqual(FULL);
});

test("integrations of a workspace, which the operator limits", async () => {
  const max = 5;
  const settings = { secretKeys: [Buffer.alloc(32, 7)], sealGraceMs: 0, exposureMaxAgeDays: 90 };
  const store = createPostgresStore({
    ...settings,
    databaseUrl: api.database.url,
    exposureRetentionDays: 120,
    importLookbackDays: 30,
    integrationsPerWorkspace: max,
  });
  const create = async (i: number) => {
    const project = { key: `p${i}`, name: `project ${i}` };
    const integration = { provider: "mixpanel", settings: {}, secret: null, importFrom: null, deliversUpdates: false };
    return await store.integrations.create(api.other.workspaceId, { ...integration, project }).then(
      () => ({ status: 201 }),
      (error: unknown) => ({ status: error instanceof ConflictError ? 409 : 500 }),
    );
  };
  expect(await statusesAtTheLimit(max, 0, create)).toEqual(FULL);
  await store.close();
});

test("metrics of a workspace", async () => {
  const measure = { event: "purchase", aggregation: "count" };
  const create = (i: number) => api.define({ name: `metric ${i}`, measure });
  expect(await statusesAtTheLimit(MAX_METRICS_PER_WORKSPACE, 0, create)).toEqual(FULL);
});

test("routers of a workspace", async () => {
  const create = (i: number) => api.call("/v1/routers", { json: { id: `router-${i}` } });
  expect(await statusesAtTheLimit(MAX_ROUTERS_PER_WORKSPACE, 0, create)).toEqual(FULL);
});

test("routes and variants of a router", async () => {
  await api.callOther("/v1/routers", { json: { id: "full" } });
  const routes = "/v1/routers/full/routes";
  const route = (i: number) => api.callOther(routes, { json: { id: `route-${i}` } });
  expect(await statusesAtTheLimit(MAX_ROUTES_PER_ROUTER, 0, route)).toEqual(FULL);
  const upstream = { baseUrl: "https://api.example/v1", model: "m" };
  const variant = (i: number) => api.callOther(`${routes}/route-0/variants`, { json: { id: `v-${i}`, upstream } });
  expect(await statusesAtTheLimit(MAX_VARIANTS_PER_ROUTER, 0, variant)).toEqual(FULL);
});

test("requests to read days of an event again", async () => {
  const from = "2020-01-01";
  const { body } = await api.call("/v1/integrations", {
    json: {
      provider: "mixpanel",
      projectId: "7002",
      serviceAccountUsername: "u.abc123.mp-service-account",
      serviceAccountSecret: "s",
      importFrom: from,
    },
  });
  const path = `/v1/integrations/${String(body.id)}`;
  await api.call(`${path}/events`, { json: { eventId: "purchase" } });
  await api.call(path, { method: "PATCH", json: { import: { enabled: true } } });
  const dayMs = 24 * 3_600_000;
  const day = (i: number) => new Date(Date.parse(from) + i * dayMs).toISOString().slice(0, 10);
  const create = (i: number) => api.call(`${path}/events/purchase/reread`, { json: { from: day(i), to: day(i) } });
  expect(await statusesAtTheLimit(MAX_REREADS_PER_EVENT, 0, create)).toEqual(FULL);
});
