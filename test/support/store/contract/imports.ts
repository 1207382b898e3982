// Imported rows: stored once with every digit, tallied once, poison set apart, progress in the transaction of its
// rows.
import type { Integration } from "../../../../src/domain/integration.ts";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { EventProgress } from "../../../../src/domain/progress.ts";
import type { Store } from "../../../../src/store/store.ts";
import {
  NOTHING,
  commitRows,
  discover,
  newEvent,
  newIntegration,
  readAll,
  reread,
  row,
  uuidOf,
  type GetHarness,
} from "./harness.ts";

export function importTests(get: GetHarness): void {
  const setUp = async () => {
    const { store } = get();
    const integration = await newIntegration(store);
    await newEvent(store, integration);
    return { store, integration };
  };

  test("numbers keep every digit, text every character", async () => {
    const { store, integration } = await setUp();
    const text =
      '{"n": 12345678901234567890123.4567890123456789, "e": 1e300, "t": "é🙂\\t\\n\\\\ \\"q\\"", "s": -0.10}';
    const userId = "tab\t new\n \\N \\. é🙂";
    await commitRows(store, integration, [row(1, text, { userIds: [userId] })]);
    const [record] = await records(store, integration);
    expect(record).toMatchObject({ uuid: uuidOf(1), userIds: [userId], timestampMs: 1_700_000_000_001 });
    expect(record?.properties).toContain("12345678901234567890123.4567890123456789");
    expect(record?.properties).toContain("-0.10");
    expect(JSON.parse(record?.properties ?? "")).toEqual(JSON.parse(text));
  });

  test("a row is stored and tallied once, however often it is read; of two in a chunk the last counts", async () => {
    const { store, integration } = await setUp();
    const rows = [row(1, '{"a":1}'), row(2, '{"a":"x"}')];
    expect(await commitRows(store, integration, [...rows, row(1, '{"a":2,"b":true}', { timestampMs: 5 })])).toEqual({
      imported: 2,
      rejected: 0,
      stale: false,
    });
    expect(await commitRows(store, integration, rows)).toMatchObject({ imported: 0 });
    // Read again after an identity merge: the user and properties are the newer ones.
    expect(
      await commitRows(store, integration, [row(2, '{"a":"y"}', { userIds: ["merged"] }), row(3, '{"a":null}')]),
    ).toMatchObject({
      imported: 1,
    });
    const users = (await records(store, integration)).map(({ userIds }) => userIds);
    expect(users).toEqual([["user 1"], ["merged"], ["user 3"]]);
    expect((await eventOf(store, integration))?.imported).toBe(3);
    await discover(store, integration);
    await discover(store, integration);
    expect(await propertiesOf(store, integration)).toEqual([
      {
        name: "a",
        types: ["string", "number", "null"],
        numeric: false,
        count: 3,
        nonNumeric: 1,
        example: expect.any(String) as string,
      },
      { name: "b", types: ["boolean"], numeric: false, count: 1, nonNumeric: 1, example: "true" },
    ]);
  });

  test("a single row that is there already keeps no other out, wherever it is in a large chunk", async () => {
    const rows = Array.from({ length: 200 }, (_, n) => row(n, `{"n":${n}}`));
    for (const n of [0, 7, 101, 199]) {
      const { store, integration } = await setUp();
      await commitRows(store, integration, [rows[n]!]);
      expect(await commitRows(store, integration, rows)).toMatchObject({ imported: 199 });
      expect((await eventOf(store, integration))?.imported).toBe(200);
      expect(await records(store, integration)).toHaveLength(200);
    }
  });

  test("any chunking, with any overlap, gives the same records, counters and tallies", async () => {
    const { store } = get();
    const chunks = fc.array(
      fc.array(fc.tuple(fc.nat(30), fc.constantFrom("1", '"x"', "null", "[]", "{}", "true")), { maxLength: 20 }),
      {
        maxLength: 6,
      },
    );
    await fc.assert(
      fc.asyncProperty(chunks, fc.boolean(), async (given, atOnce) => {
        const { integration } = await setUp();
        const valueOf = new Map(given.flat().map(([n]) => [n, `{"p":${(n % 3) + 0.5},"q${n % 2}":null}`]));
        const commit = (chunk: [number, string][]) =>
          commitRows(
            store,
            integration,
            chunk.map(([n]) => row(n, valueOf.get(n) ?? "{}")),
          );
        const results = atOnce ? await Promise.all(given.map(commit)) : await inTurn(given, commit);
        await discover(store, integration);
        expect(results.reduce((sum, { imported }) => sum + imported, 0)).toBe(valueOf.size);
        expect((await eventOf(store, integration))?.imported).toBe(valueOf.size);
        expect(await records(store, integration)).toHaveLength(valueOf.size);
        const counts = (await propertiesOf(store, integration)).map(({ name, count }) => [name, count]);
        const odd = [...valueOf.keys()].filter((n) => n % 2 === 1).length;
        const expected = [
          ["p", valueOf.size],
          ["q0", valueOf.size - odd],
          ["q1", odd],
        ].filter(([, count]) => count !== 0);
        expect(counts).toEqual(expected);
      }),
      { numRuns: 25 },
    );
  });

  test("poison rows become rejected records alone", async () => {
    const { store, integration } = await setUp();
    const poison = ['{"a":"x\\u0000"}', '{"a":"\\ud800"}', '{"a":1e999999}', "{", '{"a":NaN}'];
    const good = Array.from({ length: 40 }, (_, i) => row(i + 100, `{"a":${i}}`));
    const rows = [
      ...good.slice(0, 13),
      ...poison.map((text, i) => row(i, text)),
      ...good.slice(13),
      row(99, "{}", { uuid: "no uuid" }),
    ];
    const nul = row(50, '{"a":"\\\\u0000"}', { userIds: ["nul \0 lone \uD800"] });
    expect(await commitRows(store, integration, [...rows, nul])).toEqual({ imported: 41, rejected: 6, stale: false });
    expect(await commitRows(store, integration, [...rows, nul])).toEqual({ imported: 0, rejected: 0, stale: false });
    const rejected = await readAll((page) => store.runs.rejected(integration.workspaceId, integration.id, page), 2);
    expect(rejected.map(({ record }) => record).toSorted()).toEqual([...poison, "{}"].toSorted());
    for (const { direction, event: name, reason } of rejected)
      expect([direction, name, reason]).toEqual(["import", "purchase", expect.any(String)]);
    expect(await eventOf(store, integration)).toMatchObject({ imported: 41, rejected: 6 });
    expect((await records(store, integration)).flatMap(({ userIds }) => userIds)).toContain("nul \uFFFD lone \uFFFD");
  });

  test("rejected rows of the connector are listed once, also those of no event; rows of unknown events are dropped", async () => {
    const { store, integration } = await setUp();
    const rejected = [
      { event: "purchase", key: "k", reason: "bad\0", record: "r\uD800\0" },
      { event: null, key: "k", reason: "cut short", record: "x".repeat(100_000) },
      { event: "unknown", key: "k", reason: "bad", record: "r" },
    ];
    const rows = [row(1, "{}"), row(2, "{}", { event: "unknown" })];
    expect(await commitRows(store, integration, rows, { rejected })).toEqual({
      imported: 1,
      rejected: 2,
      stale: false,
    });
    expect(await commitRows(store, integration, rows, { rejected })).toEqual({
      imported: 0,
      rejected: 0,
      stale: false,
    });
    const listed = await readAll((page) => store.runs.rejected(integration.workspaceId, integration.id, page), 10);
    expect(listed.map(({ event: name, reason }) => [name, reason])).toEqual([
      ["purchase", "bad\uFFFD"],
      [null, "cut short"],
    ]);
    expect(listed[1]?.record.length).toBeLessThan(20_000);
    expect(await eventOf(store, integration)).toMatchObject({ imported: 1, rejected: 1 });
  });

  test("progress moves with the rows, never back by a late chunk, and a mirror that is behind stores nothing", async () => {
    const { store, integration } = await setUp();
    await newEvent(store, integration, "other");
    const page = (targetMs: number, position: number): EventProgress => ({
      completeThroughMs: null,
      unfinished: { targetMs, position, cursor: { day: "2026-01-01", n: [1, null] } },
    });
    const done: EventProgress = { completeThroughMs: 1_000, unfinished: null };
    await commitRows(store, integration, [row(1, "{}")], { progress: page(1_000, 1) });
    expect(await store.imports.progress(integration.id)).toEqual({ purchase: page(1_000, 1), other: NOTHING });
    expect(await commitRows(store, integration, [row(2, "{}")], { from: page(1_000, 2), progress: done })).toEqual({
      imported: 0,
      rejected: 0,
      stale: true,
    });
    expect(await records(store, integration)).toHaveLength(1);
    await commitRows(store, integration, [row(2, "{}")], { from: page(1_000, 1), progress: done });
    await commitRows(store, integration, [], { from: NOTHING, progress: page(1_000, 1) });
    expect(await store.imports.progress(integration.id)).toEqual({ purchase: done, other: NOTHING });
    expect((await eventOf(store, integration))?.completeThroughMs).toBe(1_000);
    await store.imports.setProgress(integration.id, { purchase: page(900, 0), other: done, unknown: done });
    expect(await store.imports.progress(integration.id)).toEqual({ purchase: page(900, 0), other: done });
  });

  test("a run's counts are those of its committed chunks", async () => {
    const { store, integration } = await setUp();
    const run = { integrationId: integration.id, runId: "run", startedAtMs: 1, requestIds: [] };
    await store.runs.record({ ...run, directions: [{ direction: "import", outcome: null }], finished: null });
    await commitRows(store, integration, [row(1, "{}"), row(2, "{")]);
    await commitRows(store, integration, [row(1, "{}"), row(3, "{}")]);
    await store.runs.record({
      ...run,
      directions: [{ direction: "import", outcome: "succeeded" }],
      finished: { atMs: 2, outcome: "succeeded" },
    });
    const directions = (await reread(store, integration)).lastRun?.directions;
    expect(directions).toEqual([{ direction: "import", outcome: "succeeded", records: 2, rejected: 1 }]);
  });

  test("a removed event takes its records along; one of the same name begins anew", async () => {
    const { store, integration } = await setUp();
    const rejected = [{ event: "purchase", key: "k", reason: "bad", record: "r" }];
    await commitRows(store, integration, [row(1, '{"a":1}'), row(2, '{"a":1}')], {
      rejected,
      progress: { completeThroughMs: 5, unfinished: null },
    });
    await discover(store, integration);
    await store.events.remove(integration.workspaceId, integration.id, "purchase");
    expect(await commitRows(store, integration, [row(3, "{}")])).toMatchObject({ imported: 0, stale: false });
    const list = (page: { cursor: string | null; limit: number }) =>
      store.runs.rejected(integration.workspaceId, integration.id, page);
    expect(await readAll(list, 5)).toEqual([]);
    await newEvent(store, integration);
    expect(await records(store, integration)).toEqual([]);
    expect(await propertiesOf(store, integration)).toEqual([]);
    expect(await eventOf(store, integration)).toMatchObject({ imported: 0, rejected: 0, completeThroughMs: null });
    expect(await commitRows(store, integration, [row(1, '{"b":1}')], { rejected })).toMatchObject({
      imported: 1,
      rejected: 1,
    });
    expect(await store.cleanup.purge()).toBeGreaterThanOrEqual(4);
    expect(await records(store, integration)).toHaveLength(1);
    expect(await readAll(list, 5)).toHaveLength(1);
  });
}

function records(store: Store, { workspaceId, id }: Integration) {
  return readAll((page) => store.events.records(workspaceId, id, "purchase", page), 7);
}

export async function propertiesOf(store: Store, { workspaceId, id }: Integration) {
  return (await store.events.properties(workspaceId, id, "purchase"))?.properties ?? [];
}

export async function eventOf(store: Store, { workspaceId, id }: Integration) {
  const listed = await readAll((page) => store.events.list(workspaceId, id, page), 50);
  return listed.find(({ name }) => name === "purchase");
}

async function inTurn<T, R>(items: T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (const item of items) results.push(await work(item));
  return results;
}
