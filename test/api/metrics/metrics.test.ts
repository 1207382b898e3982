// Definitions of metrics over HTTP: they fit what is imported, and what is wrong is named.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createIntegration, errorsOf, pathsOf } from "../../support/api/harness.ts";
import { createMetricsHarness, REVENUE, type MetricsHarness } from "../../support/api/metricsHarness.ts";

let api: MetricsHarness;
beforeAll(async () => {
  api = await createMetricsHarness();
});
afterAll(() => api.close());

describe("definitions", () => {
  test("a metric is defined, looked at, listed, changed and deleted", async () => {
    const created = await api.define({ name: "Revenue per user", measure: REVENUE });
    expect(created).toMatchObject({
      status: 201,
      body: {
        name: "Revenue per user",
        description: null,
        integrationId: api.integrationId,
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
      body: {
        ...created.body,
        ...change,
        warnings: expect.any(Array) as unknown,
        updatedAt: expect.any(String) as string,
      },
    });
    expect((await api.call(path, { method: "DELETE" })).status).toBe(204);
    expect((await api.call(path, { method: "DELETE" })).status).toBe(404);
    expect((await api.call(path)).status).toBe(404);
  });

  test("a property that no record has: warned of before there are records, refused after", async () => {
    const visits = { event: "visit", aggregation: "sum", property: "seconds" };
    const early = await api.define({ name: "Early", measure: visits });
    expect(early).toMatchObject({
      status: 201,
      body: { warnings: [{ code: "unknown_property", message: expect.stringContaining("“seconds”") as string }] },
    });
    const row = {
      event: "visit",
      userId: "u",
      atMs: api.todayMs,
      properties: { second: 3, secondsText: "x", page: 1 },
    };
    await api.importRows([row]);
    const refused = await api.define({ name: "Late", measure: visits });
    expect([refused.status, pathsOf(refused)]).toEqual([400, ["measure.property"]]);
    expect(errorsOf(refused)[0]?.message).toMatch(/the nearest ones with numbers are “second”/);
    expect((await api.define({ name: "Late", measure: { ...visits, property: "second" } })).body["warnings"]).toEqual(
      [],
    );
    const path = `/v1/metrics/${early.body.id as string}`;
    expect((await api.call(path)).body["warnings"]).toHaveLength(1);
    await api.importRows([{ ...row, properties: { seconds: 1 } }]);
    expect((await api.call(path)).body["warnings"]).toEqual([]);
    const filters = [{ property: "plan", operator: "exists" }];
    const filtered = await api.define({ name: "Filtered", measure: { ...visits, filters } });
    expect(filtered.body["warnings"]).toMatchObject([{ message: expect.stringContaining("“plan”") as string }]);
    const { body } = await api.call("/v1/metrics");
    for (const { id } of body.metrics as { id: string }[]) await api.call(`/v1/metrics/${id}`, { method: "DELETE" });
  });

  test("what is wrong is named by its path", async () => {
    await api.importRows([{ userId: "u", atMs: api.todayMs, properties: { plan: "pro", amount: 3 } }]);
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
      const answer = await api.define({ name: "wrong", measure: REVENUE, ...json });
      expect([json, answer.status, answer.status === 400 ? pathsOf(answer) : answer.text]).toEqual([json, 400, [path]]);
    }
  });

  test("a taken name, and an event that a metric uses: 409", async () => {
    const created = await api.define({
      name: "Kept",
      measure: REVENUE,
      denominator: { event: "visit", aggregation: "count" },
    });
    expect((await api.define({ name: "Kept", measure: REVENUE })).status).toBe(409);
    for (const event of ["purchase", "visit"]) {
      const refused = await api.call(`/v1/integrations/${api.integrationId}/events/${event}`, { method: "DELETE" });
      expect(refused.status).toBe(409);
      expect(refused.body.detail).toContain("Kept");
    }
    await api.call(`/v1/metrics/${created.body.id as string}`, { method: "DELETE" });
  });

  test("metrics go with their integration", async () => {
    const doomed = await createIntegration(api.call, "2");
    await api.call(`/v1/integrations/${doomed}/events`, { json: { eventId: "purchase" } });
    const { body } = await api.define({ name: "Gone", integrationId: doomed, measure: REVENUE });
    await api.call(`/v1/integrations/${doomed}?force=true`, { method: "DELETE" });
    expect((await api.call(`/v1/metrics/${body.id as string}`)).status).toBe(404);
    await api.store.cleanup.purge();
  });
});
