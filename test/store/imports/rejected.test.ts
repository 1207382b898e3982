// Rejected rows: counted exactly and once, a sample of them kept; buckets of the export are all kept. UUIDs that repeat.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ImportedRow, RejectedRow } from "../../../src/domain/importedRow.ts";
import type { Integration } from "../../../src/domain/integration.ts";
import { NO_PROGRESS, type EventProgress } from "../../../src/domain/progress.ts";
import { eventWarnings } from "../../../src/domain/warnings.ts";
import { commitRows, newEvent, newIntegration, row, uuidOf } from "../../support/store/contract/harness.ts";
import { makePostgresHarness, type PostgresHarness } from "../../support/store/storeDatabase.ts";

let harness: PostgresHarness;
beforeAll(async () => {
  harness = await makePostgresHarness();
});
afterAll(() => harness.close());

const NO_USER = "user_id is NULL: the row has no user";

async function setUp(): Promise<Integration> {
  const integration = await newIntegration(harness.store);
  await newEvent(harness.store, integration);
  return integration;
}

const rejectedRow = (n: number, change: Partial<RejectedRow> = {}): RejectedRow => ({
  event: "purchase",
  key: `key ${n}`,
  reason: NO_USER,
  record: `{"n":${n}}`,
  ...change,
});

const some = (from: number, to: number, change?: Partial<RejectedRow>): RejectedRow[] =>
  Array.from({ length: to - from }, (_, i) => rejectedRow(from + i, change));

const list = async ({ workspaceId, id }: Integration) => {
  const page = await harness.store.runs.rejected(workspaceId, id, { cursor: null, limit: 1_000 });
  if (page === null) throw new Error("There is no such integration.");
  return page;
};

const eventOf = async ({ workspaceId, id }: Integration) => {
  const event = await harness.store.events.get(workspaceId, id, "purchase");
  if (event === null) throw new Error("There is no such event.");
  return event;
};

describe("rejected rows", () => {
  test("rows without a user are counted exactly and once, and 100 are kept, in little time and space", async () => {
    const integration = await setUp();
    // A fifth of what was seen.
    const total = 55_000;
    for (let from = 0; from < total; from += 5_000) {
      const rejected = some(from, from + 5_000, { record: `{"text":"${"x".repeat(1_000)}"}` });
      expect((await commitRows(harness.store, integration, [], { rejected })).rejected).toBe(5_000);
    }
    // Read again, as in every run.
    expect((await commitRows(harness.store, integration, [], { rejected: some(0, 5_000) })).rejected).toBe(0);
    const { items, counts } = await list(integration);
    expect(items).toHaveLength(100);
    expect(counts).toEqual([{ direction: "import", event: "purchase", reason: NO_USER, count: total }]);
    expect((await eventOf(integration)).rejected).toBe(total);
    const size = await harness.admin.query<{ bytes: number }>(
      `select (pg_total_relation_size('rejected_keys') + pg_total_relation_size('rejected_records'))::float8 as bytes`,
    );
    // It was 474 MB for all of them, which is 97 MB for so many.
    expect(size.rows[0]?.bytes).toBeLessThan(10_000_000);
  });

  test("each event and reason has its own count and sample, rows of no event too", async () => {
    const integration = await setUp();
    const other = { reason: "created_at is NULL: the row has no time" };
    const rejected = [...some(0, 150), ...some(200, 230, other), ...some(300, 420, { event: null, reason: "cut" })];
    expect((await commitRows(harness.store, integration, [], { rejected })).rejected).toBe(300);
    const { items, counts } = await list(integration);
    expect(counts.map(({ event, reason, count }) => [event, reason, count])).toEqual([
      ["purchase", NO_USER, 150],
      [null, "cut", 120],
      ["purchase", other.reason, 30],
    ]);
    expect(items).toHaveLength(100 + 100 + 30);
  });

  test("a row that is rejected for another reason later counts once", async () => {
    const integration = await setUp();
    await commitRows(harness.store, integration, [], { rejected: some(0, 3) });
    await commitRows(harness.store, integration, [], { rejected: some(0, 4, { reason: "other" }) });
    expect((await list(integration)).counts.map(({ reason, count }) => [reason, count])).toEqual([
      [NO_USER, 3],
      ["other", 1],
    ]);
  });

  test("of more than a hundred reasons, the others are counted together, and their records say why", async () => {
    const integration = await setUp();
    const rejected = Array.from({ length: 130 }, (_, n) => rejectedRow(n, { reason: `reason ${n}` }));
    await commitRows(harness.store, integration, [], { rejected });
    await commitRows(harness.store, integration, [], { rejected: [rejectedRow(500, { reason: "reason 129" })] });
    const { items, counts } = await list(integration);
    expect(counts).toHaveLength(100);
    expect(counts[0]).toMatchObject({ reason: "Other reasons: see the records.", count: 32 });
    expect(counts.reduce((sum, { count }) => sum + count, 0)).toBe(131);
    expect(items.map(({ reason }) => reason)).toContain("reason 129");
  });

  test("two integrations, and two events, do not share what they counted", async () => {
    const [one, two] = [await setUp(), await setUp()];
    const rejected = [...some(0, 2), ...some(5, 7, { event: null })];
    for (const integration of [one, two]) {
      expect((await commitRows(harness.store, integration, [], { rejected })).rejected).toBe(4);
      expect((await list(integration)).counts.map(({ count }) => count)).toEqual([2, 2]);
    }
  });

  test("a removed event takes its counts along", async () => {
    const integration = await setUp();
    await commitRows(harness.store, integration, [], { rejected: some(0, 10) });
    await harness.store.events.remove(integration.workspaceId, integration.id, "purchase");
    expect(await list(integration)).toMatchObject({ items: [], counts: [] });
    await harness.store.cleanup.purge();
    const left = await harness.admin.query<{ n: number }>(
      `select (select count(*) from rejected_counts where integration_id = '${integration.id}')::int as n`,
    );
    expect(left.rows[0]?.n).toBe(0);
  });
});

const READ: EventProgress = { completeThroughMs: row(1_000, "{}").timestampMs, unfinished: null };
const own = { ownUuids: { property: "id", areUnread: true } } as const;
/** What a pass by the rows' own time says before its rows. */
const opened = { estimatedBytes: null, sourceBytes: null, lookbackMs: 86_400_000, isLocalTime: false };
const codes = async (integration: Integration) => eventWarnings(await eventOf(integration)).map(({ code }) => code);

describe("UUIDs of the customer's own", () => {
  test("a UUID that two rows share is said, with a count, whichever chunk they come in", async () => {
    const integration = await setUp();
    const first = [row(1, '{"a":1}'), row(2, '{"a":2}'), row(1, '{"a":3}')];
    const next = [row(2, '{"a":4}'), row(3, '{"a":5}')];
    expect(await commitRows(harness.store, integration, first, own)).toMatchObject({ imported: 2, rejected: 1 });
    expect(await commitRows(harness.store, integration, next, own)).toMatchObject({ imported: 1, rejected: 1 });
    // A page that is read again has the same rows.
    for (const chunk of [first, next]) {
      expect(await commitRows(harness.store, integration, chunk, own)).toMatchObject({ imported: 0, rejected: 0 });
    }
    const event = await eventOf(integration);
    expect(event.rows.twins).toBe(2);
    expect(eventWarnings(event)).toContainEqual({
      code: "uuid_not_unique",
      message: expect.stringMatching(/^2 UUIDs are each that of rows .* unique for each row\.$/) as string,
    });
  });

  test("a row that is merely read twice is no twin, nor is one that changed after the first pass", async () => {
    const integration = await setUp();
    const rows = [row(1, '{"a":1}'), row(2, '{"a":2}')];
    await commitRows(harness.store, integration, [...rows, ...rows], own);
    await commitRows(harness.store, integration, rows, { ...own, progress: READ });
    await commitRows(harness.store, integration, [row(1, '{"a":9}')], { ...own, from: READ });
    expect(await codes(integration)).toEqual([]);
    expect((await eventOf(integration)).rejected).toBe(0);
  });

  test("a provider whose keys are its own is not asked for it", async () => {
    const integration = await setUp();
    await commitRows(harness.store, integration, [row(1, '{"a":1}'), row(1, '{"a":3}')]);
    expect(await codes(integration)).toEqual([]);
  });

  test("a window that is begun again has changed rows, which are no twins", async () => {
    const integration = await setUp();
    const rows = Array.from({ length: 20 }, (_, n) => row(n, `{"a":${n}}`));
    await commitRows(harness.store, integration, rows, own);
    const again = { ownUuids: { ...own.ownUuids, areUnread: false } };
    const wider = Array.from({ length: 20 }, (_, n) => row(n, `{"a":${n},"b":null}`));
    expect(await commitRows(harness.store, integration, wider, again)).toMatchObject({ imported: 0, rejected: 0 });
    expect(await codes(integration)).toEqual([]);
  });

  test.each([
    ["one chunk", [[0, 1, 2]]],
    ["one chunk, in another order", [[2, 1, 0]]],
    ["chunks", [[0], [1], [2]]],
    ["chunks of several", [[1, 2], [0]]],
  ])("of a UUID that several users share, the first row stays and one is counted: %s", async (_, chunks) => {
    const integration = await setUp();
    const shared = ["ann", "bob", "cid"].map((user, n) =>
      row(1, `{"user":"${user}","${user}":1}`, { userIds: [user], timestampMs: 1_700_000_000_000 + n }),
    );
    // Every page is read twice, the second time in another order.
    for (const chunk of [...chunks, ...chunks.map((ns) => ns.toReversed())]) {
      const rows = chunk.map((n) => shared[n]!);
      await commitRows(harness.store, integration, rows, own);
    }
    const first = shared[chunks[0]![0]!]!;
    const stored = await harness.admin.query(`
      select e.user_id, e.timestamp_ms::float8, e.properties from imported_events e
      join event_definitions d on d.id = e.event_id where d.integration_id = '${integration.id}'`);
    expect(stored.rows).toEqual([
      { user_id: first.userIds[0], timestamp_ms: first.timestampMs, properties: JSON.parse(first.properties) },
    ]);
    expect(await eventOf(integration)).toMatchObject({ imported: 1, rejected: 1, rows: { twins: 1 } });
    const { items } = await list(integration);
    expect(items.map(({ record }) => record)).not.toContain(first.properties);
    await harness.store.imports.discoverProperties(integration.id, () => []);
    const counted = await harness.admin.query<{ name: string }>(`
      select p.name from properties p join event_definitions d on d.id = p.event_id
      where d.integration_id = '${integration.id}' order by 1`);
    expect(counted.rows.map(({ name }) => name)).toEqual([first.userIds[0], "user"]);
  });

  test("rows beyond the progress tell that a page was read in part, until a page is stored whole", async () => {
    const integration = await setUp();
    const storedBefore = () => harness.store.imports.storedBefore(integration.id, ["purchase"]);
    const at = (position: number): EventProgress => ({
      completeThroughMs: null,
      unfinished: { targetMs: READ.completeThroughMs ?? 0, position, cursor: null },
    });
    expect(await storedBefore()).toBe("none");
    await harness.store.imports.setProgress(integration.id, { purchase: at(0) });
    await commitRows(harness.store, integration, [row(1, "{}")], { ...own, from: at(0) });
    expect(await storedBefore()).toBe("beyond");
    await commitRows(harness.store, integration, [row(2, "{}")], { ...own, from: at(0), progress: at(1) });
    expect(await storedBefore()).toBe("covered");
    // Days that are read besides the pass may still come in it.
    await commitRows(harness.store, integration, [row(3, "{}")], { ...own, from: at(0), ranges: [4_711] });
    expect(await storedBefore()).toBe("beyond");
  });

  test("a pass that is set back may read any stored row again", async () => {
    const integration = await setUp();
    await commitRows(harness.store, integration, [row(1, "{}")], { ...own, progress: READ });
    await harness.store.imports.setProgress(integration.id, { purchase: NO_PROGRESS });
    expect(await harness.store.imports.storedBefore(integration.id, ["purchase"])).toBe("beyond");
  });

  /** As if a table had been built anew: the UUID alone differs, in its column too. */
  const withId = (n: number): ImportedRow => row(n, `{"a":${n},"id":"${n}"}`);
  const renamed = (n: number): ImportedRow => ({ ...row(n, `{"a":${n},"id":"new ${n}"}`), uuid: uuidOf(n + 10_000) });
  const firstPass = (integration: Integration, rows: ImportedRow[], lookbackMs: number | null = opened.lookbackMs) =>
    commitRows(harness.store, integration, rows, { ...own, opened: { ...opened, lookbackMs }, progress: READ });

  test("rows that come back under new UUIDs in the lookback are said", async () => {
    const integration = await setUp();
    await firstPass(
      integration,
      Array.from({ length: 300 }, (_, n) => withId(n)),
    );
    expect(await codes(integration)).toEqual([]);
    const again = Array.from({ length: 300 }, (_, n) => renamed(n));
    expect(await commitRows(harness.store, integration, again, { ...own, from: READ })).toMatchObject({
      imported: 300,
    });
    expect(await codes(integration)).toEqual(["uuids_change"]);
    const message = eventWarnings(await eventOf(integration))[0]?.message;
    expect(message).toMatch(/^100 of 100 rows .* the same at every read/);
  });

  test("late rows of the same users are not, nor are rows that were there with others of their user and time", async () => {
    const integration = await setUp();
    const rows = Array.from({ length: 300 }, (_, n) => row(n, `{"a":${n}}`));
    await firstPass(integration, rows);
    const late = rows
      .slice(0, 50)
      .map((one, n) => ({ ...one, uuid: uuidOf(20_000 + n), timestampMs: one.timestampMs - 5 }));
    await commitRows(harness.store, integration, [...rows, ...late], { ...own, from: READ });
    // A user may have two rows at one time, as long as both are there.
    const twice = rows.slice(0, 50).map((one, n) => ({ ...one, uuid: uuidOf(30_000 + n) }));
    await commitRows(harness.store, integration, [...rows, ...twice], { ...own, from: READ });
    expect(await codes(integration)).toEqual([]);
    expect((await eventOf(integration)).rows).toMatchObject({ late: 100, renamed: 0 });
  });

  test("late rows whose times are days have the times of others, and are not said", async () => {
    const integration = await setUp();
    await firstPass(
      integration,
      Array.from({ length: 50 }, (_, n) => withId(n)),
    );
    const late = Array.from({ length: 50 }, (_, n) => ({ ...renamed(n), properties: `{"a":${n + 500},"id":"new"}` }));
    await commitRows(harness.store, integration, late, { ...own, from: READ });
    expect((await eventOf(integration)).rows).toMatchObject({ late: 50, renamed: 0 });
  });

  test("rows that are read by their arrival are not compared, nor are days that are read again", async () => {
    const byArrival = await setUp();
    const numbers = [0, 1, 2, 3];
    await firstPass(byArrival, numbers.map(withId), null);
    await commitRows(harness.store, byArrival, numbers.map(renamed), { ...own, from: READ });
    expect((await eventOf(byArrival)).rows).toMatchObject({ late: 0, renamed: 0 });
    const reread = await setUp();
    await firstPass(reread, numbers.map(withId));
    await commitRows(harness.store, reread, numbers.map(renamed), { ...own, from: NO_PROGRESS, ranges: [4_711] });
    expect((await eventOf(reread)).rows).toMatchObject({ late: 0, renamed: 0 });
  });
});
