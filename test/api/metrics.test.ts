/** Metrics over HTTP: definitions that fit what is imported, and results that a calculation by hand agrees with. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { randomUUID } from "node:crypto";
import { NO_PROGRESS } from "../../src/domain/progress.ts";
import { createHarness, createIntegration, errorsOf, pathsOf, type Answer, type Harness } from "./harness.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

let api: Harness;
let integrationId: string;
let todayMs: number;
beforeAll(async () => {
  api = await createHarness();
  integrationId = await createIntegration(api.call, "1");
  await api.call(`/v1/integrations/${integrationId}/events`, { json: { eventId: "purchase" } });
  await api.call(`/v1/integrations/${integrationId}/events`, { json: { eventId: "visit" } });
  const nowMs = await api.store.nowMs();
  todayMs = nowMs - (nowMs % DAY_MS);
});
afterAll(() => api.close());

const REVENUE = { event: "purchase", aggregation: "sum", property: "amount" };
const define = (json: object) => api.call("/v1/metrics", { json: { integrationId, ...json } });
const day = (ms: number) => new Date(ms).toISOString().slice(0, 10);

async function importRows(rows: { event?: string; userId: string; atMs: number; properties?: object }[]) {
  const chunk = { integrationId, cycleId: "cycle", events: ["purchase", "visit"], from: NO_PROGRESS, rejected: [] };
  const complete = rows.map(({ event = "purchase", userId, atMs, properties = {} }) => {
    const fields = properties as Record<string, unknown>;
    return { event, uuid: randomUUID(), userId, timestampMs: atMs, properties: JSON.stringify(properties), fields };
  });
  await api.store.imports.commitChunk({ ...chunk, rows: complete, progress: null });
  await api.store.imports.discoverProperties(integrationId);
}

describe("definitions", () => {
  test("a metric is defined, looked at, listed, changed and deleted", async () => {
    const created = await define({ name: "Revenue per user", measure: REVENUE });
    expect(created).toMatchObject({
      status: 201,
      body: {
        name: "Revenue per user",
        description: null,
        integrationId,
        measure: { ...REVENUE, filters: [] },
        denominator: null,
        direction: "up",
        windowHours: 72,
        winsorizePercentile: null,
        format: { style: "number" },
      },
    });
    const path = `/v1/metrics/${created.body.id as string}`;
    expect((await api.call(path)).body).toEqual(created.body);
    expect((await api.call("/v1/metrics")).body).toEqual({ metrics: [created.body], next: null });
    expect((await api.callOther(path)).status).toBe(404);
    const change = {
      description: "Of a donation",
      denominator: { event: "visit", aggregation: "count", filters: [{ property: "page", operator: "exists" }] },
      direction: "down",
      windowHours: 24,
      winsorizePercentile: 0.99,
      format: { style: "currency", currency: "EUR" },
    };
    const changed = await api.call(path, { method: "PATCH", json: change });
    expect(changed).toMatchObject({
      status: 200,
      body: { ...created.body, ...change, updatedAt: expect.any(String) as string },
    });
    expect((await api.call(path, { method: "DELETE" })).status).toBe(204);
    expect((await api.call(path, { method: "DELETE" })).status).toBe(404);
    expect((await api.call(path)).status).toBe(404);
  });

  test("what is wrong is named by its path", async () => {
    await importRows([{ userId: "u", atMs: todayMs, properties: { plan: "pro", amount: 3 } }]);
    const wrong: [object, string][] = [
      [{ measure: { ...REVENUE, event: "unknown" } }, "measure.event"],
      [{ measure: { ...REVENUE, property: "plan" } }, "measure.property"],
      [{ measure: { event: "purchase", aggregation: "sum" } }, "measure.property"],
      [{ measure: { ...REVENUE, aggregation: "count" } }, "measure.property"],
      [{ measure: { ...REVENUE, aggregation: "median" } }, "measure.aggregation"],
      [{ denominator: { ...REVENUE, property: "plan" } }, "denominator.property"],
      [{ denominator: { event: "visit", aggregation: "median" } }, "denominator.aggregation"],
      [{ denominator: { event: "visit", aggregation: "sum" } }, "denominator.property"],
      [{ denominator: { aggregation: "count" } }, "denominator.event"],
      [{ winsorizePercentile: 0.5 }, "winsorizePercentile"],
      [{ winsorizePercentile: 1 }, "winsorizePercentile"],
      [{ measure: { event: "purchase", aggregation: "conversion" }, winsorizePercentile: 0.9 }, "winsorizePercentile"],
      [{ windowHours: 0 }, "windowHours"],
      [{ windowHours: 2_161 }, "windowHours"],
      [{ windowHours: 1.5 }, "windowHours"],
      [{ format: { style: "currency" } }, "format.currency"],
      [{ format: { style: "percent", currency: "USD" } }, "format.currency"],
      [{ name: "" }, "name"],
      [{ integrationId: "int_unknown" }, "integrationId"],
      [{ surprise: 1 }, "surprise"],
    ];
    const filters: [object, string][] = [
      [{ property: "plan", operator: "greater", value: "pro" }, "value"],
      [{ property: "plan", operator: "equals" }, "value"],
      [{ property: "plan", operator: "exists", value: true }, "value"],
      [{ property: "", operator: "exists" }, "property"],
      [{ property: "plan", operator: "like", value: "p%" }, "operator"],
    ];
    const all = [
      ...wrong,
      ...filters.map(([one, path]): [object, string] => [
        { measure: { ...REVENUE, filters: [one] } },
        `measure.filters[0].${path}`,
      ]),
    ];
    for (const [json, path] of all) {
      const answer = await define({ name: "wrong", measure: REVENUE, ...json });
      expect([json, answer.status, answer.status === 400 ? pathsOf(answer) : answer.text]).toEqual([json, 400, [path]]);
    }
  });

  test("a taken name, and an event that a metric uses: 409", async () => {
    const created = await define({
      name: "Kept",
      measure: REVENUE,
      denominator: { event: "visit", aggregation: "count" },
    });
    expect((await define({ name: "Kept", measure: REVENUE })).status).toBe(409);
    for (const event of ["purchase", "visit"]) {
      const refused = await api.call(`/v1/integrations/${integrationId}/events/${event}`, { method: "DELETE" });
      expect(refused.status).toBe(409);
      expect(refused.body.detail).toContain("Kept");
    }
    await api.call(`/v1/metrics/${created.body.id as string}`, { method: "DELETE" });
  });

  test("metrics go with their integration", async () => {
    const doomed = await createIntegration(api.call, "2");
    await api.call(`/v1/integrations/${doomed}/events`, { json: { eventId: "purchase" } });
    const { body } = await define({ name: "Gone", integrationId: doomed, measure: REVENUE });
    await api.call(`/v1/integrations/${doomed}`, { method: "DELETE" });
    expect((await api.call(`/v1/metrics/${body.id as string}`)).status).toBe(404);
    await api.store.maintenance.purge();
  });
});

describe("results", () => {
  const startMs = () => todayMs - 10 * DAY_MS;
  let metric: string;
  const results = (query: string, of = metric): Promise<Answer> => api.call(`/v1/metrics/${of}/results?${query}`);
  const range = () => `from=${day(startMs())}&to=${day(startMs() + 2 * DAY_MS)}`;
  const groupsOf = ({ body }: Answer) => body.groups as Record<string, unknown>[];

  beforeAll(async () => {
    const expose = (userId: string, variantId: string, atMs: number, routeId = "main") => ({
      aliasId: "shop",
      routeId,
      variantId,
      userId,
      exposedAtMs: startMs() + atMs,
    });
    const { workspaceId } = api.workspace;
    await api.store.exposures.ingest(workspaceId, [
      ...["a1", "a2", "a3"].map((user) => expose(user, "a", 5 * HOUR_MS)),
      ...["b1", "b2", "b3"].map((user) => expose(user, "b", 6 * HOUR_MS)),
    ]);
    await api.store.exposures.seal(workspaceId);
    // Not folded: an earlier first exposure of a1, a second one of a1 in the other variant, and one that is beyond the range.
    await api.store.exposures.ingest(workspaceId, [
      expose("a1", "a", 4 * HOUR_MS),
      expose("a1", "b", 30 * HOUR_MS),
      expose("late", "b", 2 * DAY_MS),
    ]);
    const buy = (userId: string, atMs: number, amount: number) => ({
      userId,
      atMs: startMs() + atMs,
      properties: { amount },
    });
    await importRows([
      buy("a1", 4 * HOUR_MS, 1), // At the very moment of the exposure.
      buy("a1", 4 * HOUR_MS - 1, 100), // Before it.
      buy("a1", 76 * HOUR_MS - 1, 2), // The window's last moment.
      buy("a1", 76 * HOUR_MS, 1000), // Over.
      buy("a2", 6 * HOUR_MS, 6),
      buy("b1", 7 * HOUR_MS, 9),
      buy("b2", 7 * HOUR_MS, 12),
      buy("b3", 80 * HOUR_MS, 5000),
    ]);
    const created = await define({ name: "Revenue", measure: REVENUE });
    metric = created.body.id as string;
  });

  test("users count from their first exposure on, for the window; Welch's interval and p-value", async () => {
    const answer = await results(`router=shop&${range()}&baseline=a`);
    expect(answer).toMatchObject({
      status: 200,
      body: { baseline: "a", router: "shop", by: "variant", confidence: 0.95 },
    });
    const [a, b] = groupsOf(answer);
    // By hand: a = 3, 6, 0; b = 9, 12, 0. By scipy.stats.ttest_ind(b, a, equal_var=False).
    expect(a).toMatchObject({ id: "a", users: 3, exposures: 4, value: 3, absolute: null, relative: null });
    expect(b).toMatchObject({ id: "b", users: 3, exposures: 4, value: 7, refusal: null });
    const absolute = b?.absolute as { estimate: number; pValue: number; low: number; high: number };
    expect(absolute.estimate).toBe(4);
    expect(absolute.pValue).toBeCloseTo(0.39385390667215586, 12);
    expect([absolute.low, absolute.high]).toEqual([
      expect.closeTo(-9.044889704246975, 11) as number,
      expect.closeTo(17.044889704246977, 11) as number,
    ]);
    expect(answer.body.overTime).toMatchObject([
      {
        day: day(startMs()),
        groups: [
          { id: "a", users: 3 },
          { id: "b", users: 3 },
        ],
      },
    ]);
  });

  test("a user of two variants counts for the first, or for none", async () => {
    const left = await results(`router=shop&${range()}&mixed=exclude`);
    expect(groupsOf(left)).toMatchObject([
      { id: "a", users: 2, value: 3 },
      { id: "b", users: 3, value: 7 },
    ]);
    const health = left.body.health as { check: string; figures: unknown }[];
    expect(health.find(({ check }) => check === "mixed_variants")?.figures).toMatchObject({ users: 1, share: 1 / 6 });
    const byRoute = await results(`router=shop&${range()}&by=route`);
    expect(groupsOf(byRoute)).toMatchObject([{ id: "main", users: 6, value: 5 }]);
  });

  test("conversion, count, mean, ratio, filters, capping and CUPED, by hand", async () => {
    const valuesOf = async (definition: object, query = "") => {
      const { body } = await define({ name: randomUUID(), ...definition });
      return groupsOf(await results(`router=shop&${range()}${query}`, body.id as string)).map(({ value }) => value);
    };
    const measure = (aggregation: string, rest: object = {}) => ({ event: "purchase", aggregation, ...rest });
    expect(await valuesOf({ measure: measure("count") })).toEqual([1, 2 / 3]);
    expect(await valuesOf({ measure: measure("conversion") })).toEqual([2 / 3, 2 / 3]);
    expect(await valuesOf({ measure: measure("mean", { property: "amount" }) })).toEqual([2.5, 7]);
    expect(await valuesOf({ measure: REVENUE, denominator: measure("count") })).toEqual([3, 10.5]);
    expect(await valuesOf({ measure: REVENUE, windowHours: 1 })).toEqual([1 / 3, 0]);
    const filters = [
      { property: "amount", operator: "at_least", value: 2 },
      { property: "plan", operator: "not_equals", value: "x" },
    ];
    expect(await valuesOf({ measure: { ...REVENUE, filters } })).toEqual([8 / 3, 7]);
    // Of 0, 0, 3, 6, 9, 12 the 80th percentile is 9.
    expect(await valuesOf({ measure: REVENUE, winsorizePercentile: 0.8 })).toEqual([3, 6]);
    expect(await valuesOf({ measure: REVENUE }, "&cuped=true")).toEqual([3, 7]);
    const ratio = await define({ name: "Ratio", measure: REVENUE, denominator: measure("count") });
    const refused = await results(`router=shop&${range()}&cuped=true`, ratio.body.id as string);
    expect([refused.status, pathsOf(refused)]).toEqual([400, ["cuped"]]);
  });

  test("users whose window is not over are left out on request", async () => {
    // Nothing is complete: no window is over.
    expect(groupsOf(await results(`router=shop&${range()}&unfinished=exclude`))).toMatchObject([
      { id: "a", users: 0, value: null, refusal: "no_users" },
      { id: "b", users: 0, value: null, refusal: "no_users" },
    ]);
  });

  test("as CSV, a row for each group", async () => {
    const answer = await api.call(`/v1/metrics/${metric}/results.csv?router=shop&${range()}&baseline=a`);
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-type")).toBe("text/csv; charset=utf-8");
    const [head, a, b, end] = answer.text.split("\r\n");
    expect(head).toMatch(/^group,baseline,users,exposures,value,low,high,refusal,absolute_estimate/);
    expect(a).toMatch(/^a,yes,3,4,3,/);
    expect(b).toMatch(/^b,no,3,4,7,.*,,4,/);
    expect(end).toBe("");
  });

  test("what is asked must be possible", async () => {
    const wrong: [string, string][] = [
      ["from=2026-02-30", "from"],
      ["from=2026-02-02&to=2026-02-02", "from"],
      ["from=2025-01-01&to=2026-02-02", "from"],
      ["by=user", "by"],
      ["mixed=last", "mixed"],
      ["confidence=1", "confidence"],
      ["baseline=c", "baseline"],
    ];
    for (const [query, path] of wrong) {
      const answer = await results(`router=shop&${query}`);
      expect([query, answer.status, errorsOf(answer)?.map((one) => one.path)]).toEqual([query, 400, [path]]);
    }
    expect(pathsOf(await results(""))).toEqual(["router"]);
    expect((await results("router=unknown")).status).toBe(404);
    expect((await results("router=shop", "met_unknown")).status).toBe(404);
    expect((await api.callOther(`/v1/metrics/${metric}/results?router=shop`)).status).toBe(404);
  });
});
