// Copies of rows in any order, chunking and interleaving: what stands is the newest copy, and properties are counted so.
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ImportedRow } from "../../../src/domain/importedRow.ts";
import type { Integration } from "../../../src/domain/integration.ts";
import { emptySink } from "../../../src/providers/importChunks.ts";
import { createRowReader } from "../../../src/providers/mixpanel/import/parseRow.ts";
import { commitRows, discover, newEvent, newIntegration, readAll, row } from "../../support/store/contract/harness.ts";
import { makePostgresHarness, type PostgresHarness } from "../../support/store/storeDatabase.ts";

const RUNS = 60;

let harness: PostgresHarness;
beforeAll(async () => {
  harness = await makePostgresHarness();
});
afterAll(() => harness.close());

/** One line of an export: a version of a record, before its user was merged, after it, or after one more merge. */
interface Copy {
  record: number;
  version: number;
  form: "raw" | "merged" | "merged again";
}

const copyOf = (...forms: Copy["form"][]): fc.Arbitrary<Copy> =>
  fc.record({ record: fc.nat(4), version: fc.integer({ min: 1, max: 3 }), form: fc.constantFrom(...forms) });

/** Corrections change a value, its type, and which properties there are. */
function contentOf({ record, version }: Copy): Record<string, unknown> {
  const amounts = [record + 0.5, String(record), null];
  return { amount: amounts[(record + version) % 3], [`only_in_${version}`]: version === record ? [] : true };
}

function identityOf({ record, form }: Copy): Record<string, unknown> {
  const user = `user-${record}`;
  if (form === "raw") return { distinct_id: user };
  const canonical = form === "merged" ? `anon-${record}` : `device-${record}`;
  return { distinct_id: canonical, $distinct_id_before_identity: user, $user_id: user };
}

function propertiesOf(copy: Copy): Record<string, unknown> {
  const key = { time: 1_700_000_000_000, $insert_id: `i${copy.record}`, mp_processing_time_ms: copy.version };
  return { ...key, ...identityOf(copy), ...contentOf(copy) };
}

function parse(copies: Copy[]): ImportedRow[] {
  const sink = emptySink();
  const reader = createRowReader({ wanted: new Set(["purchase"]), fromWallMs: 0, toUtcMs: (wallMs) => wallMs });
  for (const copy of copies) {
    reader.line(JSON.stringify({ event: "purchase", properties: propertiesOf(copy) }), sink);
  }
  reader.end();
  return sink.rows;
}

/** All copies sorted by their processing time, with those of merged users after others of one time: the last stands. */
function standing(read: Copy[]): Record<string, unknown>[] {
  const order = ({ version, form }: Copy) => version * 2 + (form === "raw" ? 0 : 1);
  const byRecord = new Map<number, Copy>();
  for (const copy of read.toSorted((a, b) => order(a) - order(b))) byRecord.set(copy.record, copy);
  return [...byRecord.values()].map(propertiesOf);
}

function countsOf(all: Record<string, unknown>[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const properties of all) {
    for (const [name, value] of Object.entries(properties)) {
      const type = value === null ? "null" : Array.isArray(value) ? "array" : typeof value;
      const key = `${name} ${type}`;
      counts[key] = (counts[key] ?? 0) + 1;
    }
  }
  return counts;
}

async function setUp(): Promise<Integration> {
  const integration = await newIntegration(harness.store);
  await newEvent(harness.store, integration);
  return integration;
}

/** With an event that has a table of its own. */
async function setUpTable(): Promise<Integration> {
  const integration = await newIntegration(harness.store);
  const source = { tableName: "purchases" };
  await harness.store.events.create(integration.workspaceId, integration.id, {
    name: "purchase",
    description: null,
    source,
  });
  return integration;
}

async function stored({ workspaceId, id }: Integration) {
  const rows = await readAll((page) => harness.store.events.records(workspaceId, id, "purchase", page), 100);
  return rows.map(({ userIds, properties }) => ({
    userIds,
    properties: JSON.parse(properties) as { $insert_id: string },
  }));
}

/** Counts of every type, from the table: the API lists the types without their counts. */
async function storedCounts({ id }: Integration): Promise<Record<string, number>> {
  const { rows } = await harness.admin.query<Record<string, string>>(
    `select p.* from properties p join event_definitions e on e.id = p.event_id where e.integration_id = $1`,
    [id],
  );
  const types = ["string", "number", "boolean", "array", "object", "null"];
  const counts = rows.flatMap((one) =>
    types.map((type): [string, number] => [`${one["name"]} ${type}`, Number(one[`${type}s`])]),
  );
  return Object.fromEntries(counts.filter(([, count]) => count !== 0));
}

/** What is stored beside what should be. */
async function compare(integration: Integration, read: Copy[]) {
  const expected = standing(read).toSorted((a, b) => (String(a["$insert_id"]) < String(b["$insert_id"]) ? -1 : 1));
  const found = (await stored(integration)).toSorted((a, b) =>
    a.properties.$insert_id < b.properties.$insert_id ? -1 : 1,
  );
  await discover(harness.store, integration);
  return {
    found: { rows: found, counts: await storedCounts(integration) },
    expected: {
      rows: expected.map((properties) => ({
        userIds: [properties["$user_id"], properties["distinct_id"]].filter((id) => id !== undefined),
        properties,
      })),
      counts: countsOf(expected),
    },
  };
}

test("copies, merges, corrections, late arrivals and re-reads in any order and chunking leave the newest copies", async () => {
  const chunks = fc.array(
    fc.record({
      copies: fc.array(copyOf("raw", "merged", "merged again"), { minLength: 1, maxLength: 8 }),
      thenDiscover: fc.boolean(),
    }),
    { minLength: 1, maxLength: 6 },
  );
  await fc.assert(
    fc.asyncProperty(chunks, async (given) => {
      const integration = await setUp();
      for (const { copies, thenDiscover } of given) {
        await commitRows(harness.store, integration, parse(copies));
        if (thenDiscover) await discover(harness.store, integration);
      }
      const read = given.flatMap(({ copies }) => copies);
      const { found, expected } = await compare(integration, read);
      expect(found).toEqual(expected);
    }),
    { numRuns: RUNS },
  );
});

test("chunks that are stored at once leave the newest copies too", async () => {
  const chunks = fc.array(fc.array(copyOf("raw", "merged"), { minLength: 1, maxLength: 12 }), {
    minLength: 2,
    maxLength: 6,
  });
  await fc.assert(
    fc.asyncProperty(chunks, async (given) => {
      const integration = await setUp();
      await Promise.all(given.map((copies) => commitRows(harness.store, integration, parse(copies))));
      const { found, expected } = await compare(integration, given.flat());
      expect(found).toEqual(expected);
    }),
    { numRuns: RUNS / 3 },
  );
});

test("a partially re-keyed export does not flip users back, in any cycle", async () => {
  const integration = await setUp();
  const [raw, merged] = parse([
    { record: 1, version: 1, form: "raw" },
    { record: 1, version: 1, form: "merged" },
  ]) as [ImportedRow, ImportedRow];
  for (const rows of [[raw], [merged, raw], [raw, merged], [raw], [merged], [raw]]) {
    await commitRows(harness.store, integration, rows);
  }
  expect(await stored(integration)).toMatchObject([{ userIds: ["user-1", "anon-1"] }]);
});

test("reading again dates rows anew and takes over a merge, also with an equal version", async () => {
  const integration = await setUp();
  const read = (change: Partial<ImportedRow>) =>
    commitRows(harness.store, integration, [
      row(1, "{}", { versionMs: 5, timestampMs: 1_000, userIds: ["d"], ...change }),
    ]);
  await read({});
  await read({ timestampMs: 9_000 });
  await read({ timestampMs: 9_000, userIds: ["user-7", "d"] });
  await read({ timestampMs: 9_000, userIds: ["user-7", "e"] });
  const { workspaceId, id } = integration;
  const { items } = (await harness.store.events.records(workspaceId, id, "purchase", { cursor: null, limit: 9 })) ?? {};
  expect(items).toMatchObject([{ timestampMs: 9_000, userIds: ["user-7", "e"] }]);
});

test("columns that are no longer copied take the values within them along, with their examples", async () => {
  const integration = await setUpTable();
  const params = '[{"key":"coupon","value":{"string_value":"A","int_value":null}}]';
  const wide = (n: number, change: Partial<ImportedRow> = {}) =>
    row(n, `{"id":"${n}","payload":{"price":1.5,"note":"x","deep":{"a":true}},"net":{"sum":null},"params":${params}}`, {
      versionMs: null,
      fields: {
        id: "",
        payload: {},
        "payload.price": 0,
        "payload.note": "",
        "payload.deep.a": true,
        net: {},
        "net.sum": null,
        params: [],
        "params.coupon": "",
      },
      ...change,
    });
  const narrow = (n: number) => row(n, `{"id":"${n}"}`, { versionMs: null });
  const reread = (rows: ImportedRow[]) => commitRows(harness.store, integration, rows, { ranges: [4_711] });
  await commitRows(harness.store, integration, [wide(1), wide(2)]);
  await discover(harness.store, integration);
  await commitRows(harness.store, integration, [wide(3)]);
  await reread([narrow(1), narrow(3)]);
  await discover(harness.store, integration);
  expect(await storedCounts(integration)).toEqual({
    "id string": 3,
    "payload object": 1,
    "payload.price number": 1,
    "payload.note string": 1,
    "payload.deep.a boolean": 1,
    "net object": 1,
    "net.sum null": 1,
    "params array": 1,
    "params.coupon string": 1,
  });
  // A value within a column that is still copied may go too.
  const fields = { id: "", payload: {}, "payload.note": "" };
  await reread([row(2, '{"id":"2","payload":{"note":"y"}}', { versionMs: null, fields })]);
  await discover(harness.store, integration);
  const left = { "id string": 3, "payload object": 1, "payload.note string": 1 };
  expect(await storedCounts(integration)).toEqual(left);
  await reread([narrow(2)]);
  await discover(harness.store, integration);
  const { rows } = await harness.admin.query<{ name: string }>(
    `select p.name from properties p join event_definitions e on e.id = p.event_id where e.integration_id = $1`,
    [integration.id],
  );
  expect(rows).toEqual([{ name: "id" }]);
});

test("a replaced copy of a nested or unwritable number is taken out of the counts as it was counted", async () => {
  const integration = await setUpTable();
  const bigQueryRow = (n: number, user: string, net: string) =>
    row(n, `{"price":{"net":${net}},"rate":"NaN"}`, {
      userIds: [user],
      fields: { price: {}, "price.net": net === "null" ? null : 0, rate: 0 },
    });
  await commitRows(harness.store, integration, [bigQueryRow(1, "a", "1.5"), bigQueryRow(2, "a", "null")]);
  await commitRows(harness.store, integration, [bigQueryRow(1, "b", "null"), bigQueryRow(2, "b", "2.5")]);
  await discover(harness.store, integration);
  expect(await storedCounts(integration)).toEqual({
    "price object": 2,
    "price.net number": 1,
    "price.net null": 1,
    "rate number": 2,
  });
});
