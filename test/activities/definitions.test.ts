// What the activities hand to a connector: the events that exist at that moment, with their sources.
import type { EventDefinition } from "../../src/domain/event.ts";
import type { Integration } from "../../src/domain/integration.ts";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { importPage } from "../../src/activities/importPage.ts";
import { planImport } from "../../src/activities/planImport.ts";
import { bigQuerySpec } from "../../src/providers/bigquery/spec.ts";
import type { Connector, ImportChunk } from "../../src/providers/connector.ts";
import { NO_PROGRESS, type EventProgress } from "../../src/domain/progress.ts";
import { bigQuery, newIntegration, row, SOURCE } from "../support/store/contract/harness.ts";
import { makePostgresHarness, type PostgresHarness } from "../support/store/storeDatabase.ts";
import { ACTIVITY_SETTINGS } from "../support/activities.ts";

const OTHER = { ...SOURCE, tableName: "other" };
const TARGET_MS = 1_700_000_000_000;
const STARTED: EventProgress = {
  completeThroughMs: null,
  unfinished: { targetMs: TARGET_MS, position: 0, cursor: null },
};
const DONE: EventProgress = { completeThroughMs: TARGET_MS, unfinished: null };
const running = { signal: new AbortController().signal, heartbeat: () => {} };

let harness: PostgresHarness;
let connector: RecordingConnector;
let integration: Integration;
beforeAll(async () => {
  harness = await makePostgresHarness();
});
afterAll(() => harness.close());
beforeEach(async () => {
  connector = new RecordingConnector();
  integration = await newIntegration(harness.store, undefined, bigQuery());
});

const dependencies = () => ({
  store: harness.store,
  connectors: { bigquery: connector },
  settings: ACTIVITY_SETTINGS,
});
const add = ({ name, source }: EventDefinition) =>
  harness.store.events.create(integration.workspaceId, integration.id, { name, source, description: null });
const remove = (name: string) => harness.store.events.remove(integration.workspaceId, integration.id, name);
const plan = (progress: Record<string, EventProgress> = {}) =>
  planImport(dependencies())({ integrationId: integration.id, progress, highWatermarkMs: TARGET_MS });
const page = (events: string[]) =>
  importPage(dependencies())(
    { integrationId: integration.id, runId: "run", task: { events, progress: STARTED }, pageHalvings: 0 },
    running,
  );
const begin = (...names: string[]) =>
  harness.store.imports.setProgress(integration.id, Object.fromEntries(names.map((name) => [name, STARTED])));

test("a plan and a page get full definitions", async () => {
  const events = [
    { name: "a", source: SOURCE },
    { name: "b", source: OTHER },
  ];
  for (const event of events) await add(event);
  const { tasks } = await plan();
  expect(connector.planned).toEqual(events);
  expect(tasks).toEqual([{ events: ["a", "b"], progress: STARTED }]);
  expect(await page(["a", "b"])).toEqual({ progress: DONE });
  expect(connector.read).toEqual(events);
});

test("an event that was deleted in the middle of a run takes nothing with it", async () => {
  await add({ name: "a", source: SOURCE });
  await add({ name: "b", source: OTHER });
  await begin("a", "b");
  await remove("a");
  expect(await page(["a", "b"])).toEqual({ progress: DONE });
  expect(connector.read).toEqual([{ name: "b", source: OTHER }]);
  expect(await harness.store.imports.progress(integration.id)).toEqual({ b: DONE });
  // The workflow's state still knows it.
  expect(await plan({ a: DONE, b: DONE })).toMatchObject({ tasks: [], progress: { b: DONE } });
});

test("a page whose events are all gone asks nobody and has the import planned again", async () => {
  await add({ name: "a", source: SOURCE });
  await begin("a");
  await remove("a");
  expect(await page(["a"])).toEqual({ progress: STARTED, stale: true });
  expect(connector.read).toBeNull();
  expect(await plan({ a: STARTED })).toEqual({
    highWatermarkMs: TARGET_MS,
    lastRangeId: 0,
    tasks: [],
    progress: {},
    isLast: true,
  });
});

test("an event made anew under its old name starts from nothing: no row counts for the old one's progress", async () => {
  await add({ name: "a", source: SOURCE });
  await begin("a");
  await remove("a");
  await add({ name: "a", source: OTHER });
  expect(await page(["a"])).toEqual({ progress: STARTED, stale: true });
  expect(await harness.store.imports.progress(integration.id)).toEqual({ a: NO_PROGRESS });
  const { tasks } = await plan({ a: DONE });
  expect(tasks).toEqual([{ events: ["a"], progress: STARTED }]);
  expect(connector.planned).toEqual([{ name: "a", source: OTHER }]);
});

/** Plans one pass over what is not done, and answers it with one row of each event. */
class RecordingConnector implements Connector {
  readonly spec = bigQuerySpec;
  readonly exportBatchSeqs = 1;
  planned: EventDefinition[] | null = null;
  read: EventDefinition[] | null = null;

  planImport: Connector["planImport"] = async (_connection, { events }) => {
    this.planned = events.map(({ definition }) => definition);
    const left = events.filter(({ progress }) => progress.completeThroughMs === null);
    return left.length === 0 ? [] : [{ events: left.map(({ definition }) => definition.name), progress: STARTED }];
  };
  async *importPage(
    _connection: unknown,
    { events }: Parameters<Connector["importPage"]>[1],
  ): AsyncGenerator<ImportChunk> {
    this.read = events;
    yield { rows: events.map(({ name }, i) => row(i, "{}", { event: name })), rejected: [], progress: DONE };
  }
  planRanges = () => [];
  testConnection = async () => [];
  requestBudget = () => null;
  close = async () => {};
  exportBuckets(): never {
    throw new Error("not part of these tests");
  }
}
