// What the store knows of an integration beside its data: tests, names, overdue runs, what is in the way of a change.
import { expect, test } from "vitest";
import type { SourceReport } from "../../../../src/domain/event.ts";
import type { IntegrationPatch } from "../../../../src/domain/integration.ts";
import { eventWarnings } from "../../../../src/domain/warnings.ts";
import { ConflictError, InUseError, type Store } from "../../../../src/store/store.ts";
import { commitRows, HOUR_MS, mixpanel, newEvent, newIntegration, newWorkspace, reread, row } from "./harness.ts";
import type { GetHarness } from "./harness.ts";

const STEPS = [{ name: "credentials", ok: true }];

async function tested(store: Store, id: string) {
  const connection = await store.integrations.connection(id);
  if (connection === null) throw new Error("no connection");
  return connection;
}

/** A patch that moves the integration to another project. */
function moveTo(projectId: string): IntegrationPatch {
  return {
    settings: { projectId },
    fixed: {
      labels: { projectId: "Project ID" },
      projectOf: ({ projectId: key }) => ({ key: key as string, name: `project ${key as string}` }),
    },
  };
}

export function tellingTests(get: GetHarness): void {
  test("the last connection test is kept until settings or credentials change", async () => {
    const { store } = get();
    const integration = await newIntegration(store);
    const { id, workspaceId } = integration;
    expect(integration.lastTest).toBeNull();
    const connection = await tested(store, id);
    await store.integrations.recordTest(connection, { ok: true, steps: STEPS });
    const { lastTest } = await reread(store, integration);
    expect(lastTest).toEqual({ atMs: expect.any(Number) as number, ok: true, steps: STEPS });
    await store.integrations.update(workspaceId, id, { importEnabled: true });
    await newEvent(store, integration);
    expect((await reread(store, integration)).lastTest).toEqual(lastTest);
    await store.integrations.update(workspaceId, id, { secret: "new" });
    expect((await reread(store, integration)).lastTest).toBeNull();
    // The result of the old credentials comes too late.
    await store.integrations.recordTest(connection, { ok: true, steps: STEPS });
    expect((await reread(store, integration)).lastTest).toBeNull();
  });

  test("the names of a project are asked once an hour, and noted at events without a record", async () => {
    const { store, advance } = get();
    const integration = await newIntegration(store);
    const { id, workspaceId } = integration;
    let asked = 0;
    const check = (names: string[], options = { onlyComplete: false }, isWhole = true) =>
      store.events.checkNames(id, async () => ({ names: (asked++, names), isWhole }), options);
    const seen = async (name: string) => {
      const event = await store.events.get(workspaceId, id, name);
      return [event?.seen, event?.nearest];
    };
    await check(["Purchase"]);
    expect(asked).toBe(0);
    await newEvent(store, integration);
    expect(await seen("purchase")).toEqual([null, []]);
    await check(["Purchase", "refund"], { onlyComplete: true });
    expect(asked).toBe(0);
    await check(["Purchase", "refund"]);
    expect(await seen("purchase")).toEqual([false, ["Purchase", "refund"]]);
    await newEvent(store, integration, "refund");
    await check(["something else"]);
    expect([asked, ...(await seen("refund"))]).toEqual([1, true, []]);
    await advance(HOUR_MS);
    await check(["purchase", "Purchase"]);
    expect([asked, ...(await seen("purchase"))]).toEqual([2, true, ["Purchase"]]);
    // Another case is no news once it is imported as well.
    await newEvent(store, integration, "Purchase");
    expect(await seen("purchase")).toEqual([true, []]);
    await advance(HOUR_MS);
    await check([], { onlyComplete: false }, false);
    expect(await seen("purchase")).toEqual([null, []]);
  });

  test("the tables of events that gave nothing are asked once an hour, and what they have is noted", async () => {
    const { store, advance } = get();
    const integration = await newIntegration(store);
    const { id, workspaceId } = integration;
    await newEvent(store, integration);
    const asked: string[] = [];
    const check = (report: SourceReport, options = { onlyComplete: false }) =>
      store.events.checkSources(id, async ({ name }) => (asked.push(name), report), options);
    const noted = async () => {
      const event = await store.events.get(workspaceId, id, "purchase");
      return [event?.rows.tableRows, event?.rows.visible, event?.seen, event?.nearest];
    };
    const report = { rows: 7, visible: true, names: ["Purchase", "x".repeat(500)], isWhole: true };
    await check(report, { onlyComplete: true });
    expect(asked).toEqual([]);
    await check(report);
    await check({ ...report, rows: 8 });
    expect([asked, await noted()]).toEqual([["purchase"], [7, true, false, ["Purchase"]]]);
    const [warning] = eventWarnings((await store.events.get(workspaceId, id, "purchase"))!);
    expect(warning).toMatchObject({
      code: "nothing_matched",
      message: expect.stringContaining("“Purchase”") as string,
    });
    await advance(HOUR_MS);
    // A list that is cut off names the nearest, but proves nothing.
    await check({ ...report, isWhole: false });
    expect(await noted()).toEqual([7, true, null, ["Purchase"]]);
    await advance(HOUR_MS);
    await check({ rows: 7, visible: false, names: [], isWhole: true });
    expect(await noted()).toEqual([7, false, null, []]);
    await advance(HOUR_MS);
    await commitRows(store, integration, [row(1, "{}")]);
    await check(report);
    expect(asked).toHaveLength(3);
  });

  test("values of rows are kept only if they are almost the event's name", async () => {
    const { store, advance } = get();
    const integration = await newIntegration(store);
    await newEvent(store, integration);
    const nearest = async (names: string[]) => {
      await advance(HOUR_MS);
      const report = { rows: 7, visible: true, names, isWhole: true };
      await store.events.checkSources(integration.id, () => Promise.resolve(report), { onlyComplete: false });
      const event = await store.events.get(integration.workspaceId, integration.id, "purchase");
      return [event?.seen, event?.nearest];
    };
    const near = ["PURCHASE", "purchased"];
    expect(await nearest(["user-17", "eve@example.com", "purchase@x", "refund", "pur_chas_e_1", ...near])).toEqual([
      false,
      near,
    ]);
    expect(await nearest(["user-17", "eve@example.com"])).toEqual([false, []]);
    const many = Array.from({ length: 1_000 }, (_, n) => `purchas${n}`);
    expect(await nearest([...many, "Purchase"])).toEqual([false, []]);
    expect(await nearest([...many, "Purchase", "purchase"])).toEqual([true, []]);
  });

  test("a table that cannot be asked keeps no other one from being asked", async () => {
    const { store } = get();
    const integration = await newIntegration(store);
    for (const name of ["gone", "slow", "purchase"]) await newEvent(store, integration, name);
    const report = { rows: 7, visible: true, names: [], isWhole: true };
    const asked: string[] = [];
    const ask = ({ name }: { name: string }) =>
      asked.push(name) === 1 ? Promise.reject(new Error("refused")) : Promise.resolve(report);
    const check = () => store.events.checkSources(integration.id, ask, { onlyComplete: false });
    await expect(check()).rejects.toThrow("refused");
    expect(asked).toHaveLength(3);
    for (const name of asked.slice(1)) {
      const event = await store.events.get(integration.workspaceId, integration.id, name);
      expect(event?.rows.tableRows).toBe(7);
    }
  });

  test("a failed question is thrown, and not repeated within the hour", async () => {
    const { store } = get();
    const integration = await newIntegration(store);
    await newEvent(store, integration);
    const refused = () => Promise.reject(new Error("refused"));
    const check = () => store.events.checkNames(integration.id, refused, { onlyComplete: false });
    await expect(check()).rejects.toThrow("refused");
    await check();
    expect(await store.events.get(integration.workspaceId, integration.id, "purchase")).toMatchObject({ seen: null });
  });

  test("a run that does not start is overdue, and so is one without a worker", async () => {
    const { store, advance } = get();
    const integration = await newIntegration(store);
    const { id, workspaceId } = integration;
    const overdue = async () => (await reread(store, integration)).overdue;
    await advance(HOUR_MS);
    expect(await overdue()).toBe(false);
    await store.integrations.update(workspaceId, id, { exportEnabled: true });
    expect(await overdue()).toBe(false);
    await advance(HOUR_MS);
    expect(await overdue()).toBe(true);
    await store.syncState.loadConfig(id);
    expect(await overdue()).toBe(false);
    const status = { integrationId: id, paused: null, exportError: null, importError: null, eventErrors: {} };
    await store.syncState.recordStatus({ ...status, nextRunAtMs: (await store.nowMs()) - HOUR_MS });
    expect(await overdue()).toBe(true);
    const run = { integrationId: id, runId: "run", startedAtMs: 1, requestIds: [], directions: [], finished: null };
    await store.syncState.noteWorker();
    await store.runs.record(run);
    expect(await overdue()).toBe(false);
    await advance(HOUR_MS);
    expect(await overdue()).toBe(true);
    await store.syncState.noteWorker();
    expect(await overdue()).toBe(false);
  });

  test("the project can be changed until the first row: the import starts over, the old project is free", async () => {
    const { store } = get();
    const workspaceId = await newWorkspace(store);
    const integration = await newIntegration(store, workspaceId, mixpanel("old"));
    const other = await newIntegration(store, workspaceId, mixpanel("taken"));
    const { id } = integration;
    await newEvent(store, integration);
    const complete = { completeThroughMs: 5, unfinished: null };
    await store.imports.setProgress(id, { purchase: complete });
    await expect(store.integrations.update(workspaceId, id, moveTo("taken"))).rejects.toThrow(/already/);
    expect(await store.imports.progress(id)).toEqual({ purchase: complete });
    expect(await store.integrations.update(workspaceId, id, moveTo("old"))).toMatchObject({ projectFixed: false });
    expect(await store.imports.progress(id)).toEqual({ purchase: complete });
    await store.imports.rereadAll(id, { datedAs: "UTC" });
    expect((await tested(store, id)).learned).toEqual({ datedAs: "UTC" });
    expect(await store.imports.ranges(id)).toHaveLength(1);
    const { syncVersion } = (await store.syncState.loadConfig(id))!;
    await store.integrations.update(workspaceId, id, moveTo("new"));
    expect(await store.imports.progress(id)).toEqual({ purchase: { completeThroughMs: null, unfinished: null } });
    const connection = await tested(store, id);
    expect(connection.settings).toMatchObject({ projectId: "new", region: "us" });
    expect([connection.learned, await store.imports.ranges(id)]).toEqual([{}, []]);
    expect((await store.syncState.loadConfig(id))!.syncVersion).toBe(syncVersion + 1);
    await store.integrations.update(workspaceId, other.id, moveTo("old"));
    await expect(newIntegration(store, workspaceId, mixpanel("new"))).rejects.toThrow(ConflictError);
  });

  test("the project is fixed by an imported or rejected row, and not changed while a run goes on", async () => {
    const { store } = get();
    const integration = await newIntegration(store);
    const { id, workspaceId } = integration;
    await newEvent(store, integration);
    const run = { integrationId: id, runId: "run", startedAtMs: 1, requestIds: [], directions: [] };
    await store.runs.record({ ...run, finished: null });
    await expect(store.integrations.update(workspaceId, id, moveTo("n1"))).rejects.toThrow(/while a run goes on/);
    await store.runs.record({ ...run, finished: { atMs: 2, outcome: "succeeded" } });
    await store.integrations.update(workspaceId, id, moveTo("n1"));
    await commitRows(store, integration, [row(1, "{}")]);
    expect(await reread(store, integration)).toMatchObject({ projectFixed: true });
    await expect(store.integrations.update(workspaceId, id, moveTo("n2"))).rejects.toThrow(
      /Project ID cannot be changed any more/,
    );
    // The same value is no change.
    await store.integrations.update(workspaceId, id, { ...moveTo("n1"), secret: "new" });
    const second = await newIntegration(store);
    await newEvent(store, second);
    const rejected = [{ event: "purchase", key: "k", reason: "broken", record: "{" }];
    await commitRows(store, second, [], { rejected });
    expect(await reread(store, second)).toMatchObject({ projectFixed: true });
  });

  test("metrics are in the way of removing their integration or event, unless they go along", async () => {
    const { store } = get();
    const integration = await newIntegration(store);
    const { id, workspaceId } = integration;
    await newEvent(store, integration);
    await newEvent(store, integration, "refund");
    const measure = { event: "purchase", aggregation: "count" as const, property: null, filters: [] };
    const metric = await store.metrics.create(workspaceId, {
      integrationId: id,
      name: "Purchases",
      description: null,
      measure,
      denominator: null,
      direction: "up",
      windowHours: 24,
      winsorizePercentile: null,
      format: { style: "number", currency: null },
    });
    const blockers = [{ kind: "metric", id: metric?.id, name: "Purchases" }];
    const refusal = async (call: Promise<unknown>) => {
      const error: unknown = await call.then(
        () => null,
        (thrown: unknown) => thrown,
      );
      return error instanceof InUseError ? error.blockers : error;
    };
    expect(await refusal(store.integrations.remove(workspaceId, id))).toEqual(blockers);
    expect(await refusal(store.events.remove(workspaceId, id, "purchase"))).toEqual(blockers);
    expect(await store.events.remove(workspaceId, id, "refund")).toBe(true);
    expect(await store.integrations.find(id)).not.toBeNull();
    expect((await store.integrations.connection(id))?.secret).toBe("the secret");
    expect(await store.integrations.remove(workspaceId, id, { force: true })).toBe(true);
    expect(await store.metrics.get(workspaceId, metric?.id ?? "")).toBeNull();
    expect(await store.integrations.remove(workspaceId, id)).toBe(true);
  });
}
