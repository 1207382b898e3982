// When and how rows of an event are read: ages of new rows, sizes, changes of the event, copies that are read again.
import { expect, test } from "vitest";
import type { EventProgress } from "../../../../src/domain/progress.ts";
import { eventWarnings } from "../../../../src/domain/warnings.ts";
import { bigQuery, commitRows, discover, HOUR_MS, newIntegration, row, SOURCE, type GetHarness } from "./harness.ts";

const T = Date.UTC(2026, 0, 20);
const OPENED = { estimatedBytes: 1_000, sourceBytes: 9_000, lookbackMs: 72 * HOUR_MS, isLocalTime: false };
const FIRST: EventProgress = { completeThroughMs: null, unfinished: { targetMs: T, position: 0, cursor: {} } };
/** An increment from `fromMs` to `toMs`. */
const increment = (fromMs: number, toMs: number): EventProgress => ({
  completeThroughMs: fromMs,
  unfinished: { targetMs: toMs, position: 0, cursor: {} },
});
const done = (throughMs: number): EventProgress => ({ completeThroughMs: throughMs, unfinished: null });

export function readingTests(get: GetHarness): void {
  async function setUp() {
    const { store } = get();
    const integration = await newIntegration(store, undefined, bigQuery());
    const { id, workspaceId } = integration;
    await store.events.create(workspaceId, id, { name: "purchase", description: null, source: SOURCE });
    const event = async () => {
      const found = await store.events.get(workspaceId, id, "purchase");
      if (found === null) throw new Error("The event is gone.");
      return found;
    };
    const begin = async (runId: string) => {
      const directions = [{ direction: "import" as const, outcome: null }];
      const startedAtMs = await store.nowMs();
      await store.runs.record({ integrationId: id, runId, startedAtMs, requestIds: [], directions, finished: null });
    };
    let at = 0;
    /** Commits rows that are so many hours old at the end of the pass; those of the same number are one row. */
    const read = async (from: EventProgress, hours: number[], options: Parameters<typeof commitRows>[3] = {}) => {
      const targetMs = from.unfinished?.targetMs ?? 0;
      // As planned.
      await store.imports.setProgress(id, { purchase: from });
      const rows = hours.map((age) => row(++at, "{}", { timestampMs: targetMs - age * HOUR_MS }));
      return await commitRows(store, integration, rows, { from, progress: done(targetMs), ...options });
    };
    return { store, integration, id, workspaceId, event, begin, read };
  }

  test("new rows of increments are counted by their age; rows of the first pass, of ranges and known ones are not", async () => {
    const { store, integration, event, read } = await setUp();
    expect((await event()).arrivalAges).toEqual([]);
    await read(FIRST, [100, 200]);
    await read(increment(T, T + HOUR_MS), [-3, 0.5, 2, 30]);
    expect((await event()).arrivalAges).toEqual([2, 1, 0, 1, 0, 0, 0, 0]);
    // The same rows, in the lookback of the next run, and a new one.
    const known = [3, 4, 5, 6].map((n) => row(n, "{}", { timestampMs: T }));
    const again = increment(T + HOUR_MS, T + 2 * HOUR_MS);
    await store.imports.setProgress(integration.id, { purchase: again });
    await commitRows(store, integration, known, { from: again });
    await read(again, [1_000], { progress: null });
    expect((await event()).arrivalAges).toEqual([2, 1, 0, 1, 0, 0, 0, 1]);
    await read(again, [7], { ranges: [1], progress: null });
    expect((await event()).arrivalAges).toEqual([2, 1, 0, 1, 0, 0, 0, 1]);
  });

  test("rows close to the end of the lookback are warned of, until it is another one or a month has passed", async () => {
    const { event, read } = await setUp();
    const { advance } = get();
    await read(FIRST, [1], { opened: OPENED });
    // As old as the pass is long is no lateness.
    await read(increment(T, T + 100 * HOUR_MS), [99, 153], { opened: OPENED });
    expect(await event()).toMatchObject({ lookbackMs: 72 * HOUR_MS, nearEdge: 0 });
    await read(increment(T, T + 8 * HOUR_MS), [62, 70], { opened: OPENED });
    expect((await event()).nearEdge).toBe(2);
    expect(eventWarnings(await event()).map(({ code }) => code)).toContain("lookback_too_short");
    await read(increment(T, T + HOUR_MS), [1], { opened: { ...OPENED, lookbackMs: 240 * HOUR_MS } });
    expect(await event()).toMatchObject({ lookbackMs: 240 * HOUR_MS, nearEdge: 0 });
    await read(increment(T, T + HOUR_MS), [239]);
    expect((await event()).nearEdge).toBe(1);
    await advance(31 * 24 * HOUR_MS);
    expect((await event()).nearEdge).toBe(0);
    await read(increment(T, T + HOUR_MS), [9_999], { opened: { ...OPENED, lookbackMs: null } });
    expect(await event()).toMatchObject({ lookbackMs: null, nearEdge: 0 });
  });

  test("the newest row of each of the last eight runs is kept", async () => {
    const { event, read } = await setUp();
    const from = increment(T, T + HOUR_MS);
    const part = (runId: string) => ({ runId, progress: null });
    await read(from, [5, 2], part("run 0"));
    await read(from, [3, -1], part("run 0"));
    await read(from, [4], part("run 0"));
    expect((await event()).newest).toEqual([{ atMs: expect.any(Number) as number, ageMs: -HOUR_MS }]);
    for (let run = 1; run <= 9; run++) await read(from, [run], part(`run ${run}`));
    expect((await event()).newest.map(({ ageMs }) => ageMs / HOUR_MS)).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
  });

  test("a run tells what it reads before its rows are there; an event what its increments read", async () => {
    const { store, id, workspaceId, event, begin, read } = await setUp();
    const directions = async () =>
      (await store.runs.list(workspaceId, id, { cursor: null, limit: 1 }))?.items[0]?.directions;
    await begin("run 1");
    expect(await directions()).toEqual([{ direction: "import", outcome: null, records: 0, rejected: 0 }]);
    await read(FIRST, [], { runId: "run 1", progress: null, opened: OPENED });
    expect(await directions()).toMatchObject([{ records: 0, estimatedBytes: 1_000 }]);
    expect(await event()).toMatchObject({ runBytes: null, sourceBytes: 9_000, isLocalTime: false });
    await read(FIRST, [1], { runId: "run 1", opened: OPENED });
    expect(await directions()).toMatchObject([{ records: 1, estimatedBytes: 2_000 }]);
    await begin("run 2");
    const from = increment(T, T + HOUR_MS);
    const opened = { ...OPENED, isLocalTime: true };
    await read(from, [], { runId: "run 2", progress: null, opened });
    await read(from, [], { runId: "run 2", progress: null, opened });
    expect(await event()).toMatchObject({ runBytes: 2_000, isLocalTime: true });
    await begin("run 3");
    await read(from, [], { runId: "run 3", progress: null, opened });
    // Days that are read again count for the run alone.
    await read(from, [], { runId: "run 3", progress: null, opened, ranges: [1] });
    expect([await directions(), (await event()).runBytes]).toMatchObject([[{ estimatedBytes: 2_000 }], 1_000]);
  });

  test("a change of how rows are read raises the version, keeps what was imported, and may ask for all of it again", async () => {
    const { store, id, workspaceId, event, read } = await setUp();
    const update = (patch: Parameters<typeof store.events.update>[3]) =>
      store.events.update(workspaceId, id, "purchase", patch);
    const before = await store.syncState.loadConfig(id);
    await update({ source: { lookbackHours: 96, timeZone: "UTC" }, isReread: true });
    // Nothing was read yet.
    expect(await store.imports.ranges(id)).toEqual([]);
    await read(FIRST, [1, 2]);
    expect(await update({ source: { lookbackHours: null, timeZone: "Europe/Berlin" }, isReread: true })).toMatchObject({
      source: { ...SOURCE, timeZone: "Europe/Berlin" },
      imported: 2,
      completeThroughMs: T,
    });
    expect((await event()).source).not.toHaveProperty("lookbackHours");
    expect(await store.imports.ranges(id)).toMatchObject([{ event: "purchase", purpose: "reread" }]);
    expect((await store.syncState.loadConfig(id))?.syncVersion).toBe((before?.syncVersion ?? 0) + 2);
    await update({ description: "of old" });
    expect((await store.syncState.loadConfig(id))?.syncVersion).toBe((before?.syncVersion ?? 0) + 2);
    expect(await store.events.update("another", id, "purchase", { source: { lookbackHours: 1 } })).toBeNull();
    expect(await store.events.update(workspaceId, id, "nothing", { source: { lookbackHours: 1 } })).toBeNull();
  });

  test("days that are read again bring new rows, and the copy that is read later stands whatever changed in it", async () => {
    const { store, integration, id, workspaceId } = await setUp();
    const first = [row(1, '{"amount":1,"note":"a"}'), row(2, '{"amount":5}')];
    await commitRows(store, integration, first, { progress: done(T) });
    const corrected = row(1, '{"amount":2}', { timestampMs: T + 7 });
    // In the lookback of a run, two rows of one key would be swapped for ever.
    const lookback = increment(T, T + HOUR_MS);
    await store.imports.setProgress(id, { purchase: lookback });
    await commitRows(store, integration, [corrected], { from: lookback });
    const records = async () =>
      (await store.events.records(workspaceId, id, "purchase", { cursor: null, limit: 9 }))?.items.map(
        ({ properties, timestampMs }) => [JSON.parse(properties) as unknown, timestampMs],
      );
    expect(await records()).toEqual([
      [{ amount: 1, note: "a" }, first[0]?.timestampMs],
      [{ amount: 5 }, first[1]?.timestampMs],
    ]);
    const again = await commitRows(store, integration, [corrected, first[1]!, row(3, '{"amount":9}')], { ranges: [1] });
    expect(again).toMatchObject({ imported: 1 });
    expect(await records()).toEqual([
      [{ amount: 2 }, T + 7],
      [{ amount: 5 }, first[1]?.timestampMs],
      [{ amount: 9 }, expect.any(Number)],
    ]);
    await discover(store, integration);
    expect((await store.events.properties(workspaceId, id, "purchase"))?.properties).toMatchObject([
      { name: "amount", count: 3 },
    ]);
  });
}
