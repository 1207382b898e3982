// A row that PostgreSQL refuses is set aside alone, whichever statement refuses it; ids and names of any length are kept.
import { createHash } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ImportedRow } from "../../../src/domain/importedRow.ts";
import type { Integration } from "../../../src/domain/integration.ts";
import {
  bigQuery,
  commitRows,
  discover,
  newEvent,
  newIntegration,
  readAll,
  row,
} from "../../support/store/contract/harness.ts";
import { makePostgresHarness, type PostgresHarness } from "../../support/store/storeDatabase.ts";

let harness: PostgresHarness;
beforeAll(async () => {
  harness = await makePostgresHarness();
});
afterAll(() => harness.close());

/** Cannot be compressed, as an entry of an index would be. */
function longText(chars: number): string {
  let text = "";
  for (let i = 0; text.length < chars; i++) text += createHash("sha256").update(String(i)).digest("base64");
  return text.slice(0, chars);
}

async function setUp(input?: Parameters<typeof newIntegration>[2]): Promise<Integration> {
  const integration = await newIntegration(harness.store, undefined, input);
  await newEvent(harness.store, integration);
  return integration;
}

const around = Array.from({ length: 30 }, (_, i) => row(i + 100, `{"a":${i}}`));

function among(poison: ImportedRow[]): ImportedRow[] {
  return [...around.slice(0, 11), ...poison, ...around.slice(11)];
}

async function users({ workspaceId, id }: Integration, userId: string): Promise<string[][]> {
  const list = (page: { cursor: string | null; limit: number }) =>
    harness.store.events.records(workspaceId, id, "purchase", { ...page, userId });
  return (await readAll(list, 10)).map(({ userIds }) => userIds);
}

for (const [provider, input] of [["mixpanel", undefined] as const, ["bigquery", bigQuery()] as const]) {
  test(`ids of any length are kept and found, with those of ${provider}`, async () => {
    const integration = await setUp(input);
    const [long, longer] = [longText(6_000), longText(60_000)];
    const rows = among([
      row(1, "{}", { userIds: [long] }),
      row(2, "{}", { userIds: ["short", longer] }),
      row(3, "{}", { userIds: [longer, long, "short"] }),
    ]);
    expect(await commitRows(harness.store, integration, rows)).toEqual({ imported: 33, rejected: 0, stale: false });
    expect(await users(integration, long)).toEqual([[long], [longer, long, "short"]]);
    expect(await users(integration, longer)).toEqual([
      ["short", longer],
      [longer, long, "short"],
    ]);
    expect(await users(integration, "short")).toHaveLength(2);
    expect(await users(integration, "shor")).toEqual([]);
  });
}

test("names of properties of any length and form do not stop an import", async () => {
  const integration = await setUp();
  const poison = ['{"a\\u0000b":1}', '{"\\ud800":1}'];
  const names = [longText(6_000), "ü".repeat(255), "🙂".repeat(120), "__proto__", "a.b", ""];
  const good = names.map((name, i) => row(i + 10, JSON.stringify(Object.fromEntries([[name, i]]))));
  const rows = among([...poison.map((text, i) => row(i, text)), ...good]);
  expect(await commitRows(harness.store, integration, rows)).toEqual({ imported: 36, rejected: 2, stale: false });
  await discover(harness.store, integration);
  const { properties = [] } =
    (await harness.store.events.properties(integration.workspaceId, integration.id, "purchase")) ?? {};
  expect(properties.map(({ name }) => name).toSorted()).toEqual(["a", ...names.slice(1)].toSorted());
});

test.each([
  ["imported_user_pairs", "new.user_id = 'poison'", row(1, "{}", { userIds: ["b", "poison"] })],
  ["property_counts", "new.name = 'poison'", row(1, '{"poison":1}')],
  ["imported_events", "new.timestamp_ms = 66", row(1, "{}", { timestampMs: 66 })],
])("a row that only the statement on %s refuses is set aside alone", async (table, condition, poison) => {
  const integration = await setUp();
  await harness.admin.query(`
    create function refuse() returns trigger language plpgsql as $$ begin
      if ${condition} then raise exception 'index row size exceeds' using errcode = '54000'; end if;
      return new;
    end $$;
    create trigger refuse before insert on ${table} for each row execute function refuse();`);
  try {
    for (const twice of [
      { imported: 30, rejected: 1 },
      { imported: 0, rejected: 0 },
    ]) {
      expect(await commitRows(harness.store, integration, among([poison]))).toEqual({ ...twice, stale: false });
    }
    const listed = await harness.store.runs.rejected(integration.workspaceId, integration.id, {
      cursor: null,
      limit: 9,
    });
    expect(listed?.items).toMatchObject([{ event: "purchase", record: poison.properties }]);
    expect(await users(integration, "user 100")).toEqual([["user 100"]]);
  } finally {
    await harness.admin.query("drop function refuse cascade");
  }
});
