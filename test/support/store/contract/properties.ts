// Discovered properties (exact counts, the most frequent ones listed), and records by the ids of their users.
import { expect, test } from "vitest";
import { MAX_PROPERTIES_PER_EVENT } from "../../../../src/domain/limits.ts";
import { commitRows, discover, HOUR_MS, newEvent, newIntegration, readAll, row, type GetHarness } from "./harness.ts";
import { eventOf, propertiesOf } from "./imports.ts";

export function propertyTests(get: GetHarness): void {
  const setUp = async () => {
    const { store } = get();
    const integration = await newIntegration(store);
    await newEvent(store, integration);
    return { store, integration };
  };

  test("properties: numeric ignores nulls, identities show no example, long ones are shortened to valid JSON", async () => {
    const { store, integration } = await setUp();
    const long = JSON.stringify("🙂".repeat(500));
    const text = `{"price":12345678901234567890.5,"distinct_id":"me","$device_id":"d","long":${long},"list":[1,{"a":"b"}],"mixed":1}`;
    await commitRows(store, integration, [row(1, text), row(2, '{"price":null,"mixed":"x","only":null}')]);
    await discover(store, integration);
    const found = new Map((await propertiesOf(store, integration)).map((property) => [property.name, property]));
    expect(found.get("price")).toMatchObject({
      numeric: true,
      types: ["number", "null"],
      count: 2,
      example: "12345678901234567890.5",
    });
    expect(found.get("mixed")).toMatchObject({ numeric: false, count: 2 });
    expect(found.get("only")).toMatchObject({ numeric: false, types: ["null"], example: null });
    expect(found.get("list")).toMatchObject({ types: ["array"], example: '[1, {"a": "b"}]' });
    expect([found.get("distinct_id")?.example, found.get("$device_id")?.example]).toEqual([null, null]);
    const shortened: unknown = JSON.parse(found.get("long")?.example ?? "");
    expect(shortened).toMatch(/^🙂+…$/u);
  });

  test("the most frequent properties are listed; a new one that is frequent displaces a rare one", async () => {
    const { store, integration } = await setUp();
    const wide = (from: number, count: number) =>
      JSON.stringify(
        Object.fromEntries(Array.from({ length: count }, (_, i) => [`p${from + i}`, i % 2 === 0 ? 1 : "x"])),
      );
    const list = async () => {
      await discover(store, integration);
      const found = await store.events.properties(integration.workspaceId, integration.id, "purchase");
      return { ...found, names: new Set(found?.properties.map(({ name }) => name)) };
    };
    await commitRows(store, integration, [row(1, wide(0, MAX_PROPERTIES_PER_EVENT)), row(2, wide(0, 10))]);
    expect(await list()).toMatchObject({ truncated: false, names: { size: MAX_PROPERTIES_PER_EVENT } });
    const revenue = Array.from({ length: 3 }, (_, n) => row(10 + n, '{"revenue":5}'));
    await commitRows(store, integration, [row(3, wide(5_000, 3_500)), ...revenue]);
    const { truncated, names, properties: listed } = await list();
    expect([truncated, names.size]).toEqual([true, MAX_PROPERTIES_PER_EVENT]);
    expect(listed?.find(({ name }) => name === "revenue")).toMatchObject({ numeric: true, count: 3, nonNumeric: 0 });
    expect(listed?.find(({ name }) => name === "p3")).toMatchObject({ numeric: false, count: 2, nonNumeric: 2 });
    // What is not listed is counted all the same.
    expect(names.has("p8499")).toBe(false);
    await commitRows(store, integration, [row(4, '{"p8499":1}')]);
    expect((await list()).properties?.find(({ name }) => name === "p8499")?.count).toBe(2);
  });

  test(
    "no number of properties stops an import; names that no record has any more go",
    { timeout: 180_000 },
    async () => {
      const { store, integration } = await setUp();
      const wide = (n: number, from: number) =>
        row(n, JSON.stringify(Object.fromEntries(Array.from({ length: 8_000 }, (_, i) => [`p${from + i}`, 1]))));
      for (let n = 0; n < 3; n++) {
        await commitRows(store, integration, [wide(n, n * 8_000), row(100 + n, '{"revenue":5}')]);
        await discover(store, integration);
      }
      const found = await store.events.properties(integration.workspaceId, integration.id, "purchase");
      expect(found?.truncated).toBe(true);
      expect(found?.properties.find(({ name }) => name === "revenue")?.count).toBe(3);
      const old = await setUp();
      await commitRows(store, old.integration, [row(1, '{"was":1,"stays":1}', { versionMs: 1 })]);
      await discover(store, old.integration);
      await commitRows(store, old.integration, [row(1, '{"is":1,"stays":"x"}', { versionMs: 2 })]);
      await discover(store, old.integration);
      expect((await propertiesOf(store, old.integration)).map(({ name, types }) => [name, types])).toEqual([
        ["is", ["number"]],
        ["stays", ["string"]],
      ]);
    },
  );

  test("rows that are dated over a day ahead when they come are counted", async () => {
    const { store, integration } = await setUp();
    const nowMs = await store.nowMs();
    const dated = (n: number, hours: number) => row(n, "{}", { timestampMs: nowMs + hours * HOUR_MS });
    const rows = [dated(1, -1), dated(2, 23), dated(3, 25), dated(4, 2_000)];
    await commitRows(store, integration, rows);
    await commitRows(store, integration, rows);
    expect((await eventOf(store, integration))?.future).toBe(2);
  });

  test("records of a user are found by any of its ids, page by page", async () => {
    const { store, integration } = await setUp();
    const idsOf = (n: number) => (n % 3 === 0 ? ["u"] : n % 3 === 1 ? ["x", "u"] : ["x", "y", "u"]);
    const rows = Array.from({ length: 20 }, (_, n) => row(n, "{}", { userIds: idsOf(n) }));
    await commitRows(store, integration, rows);
    const of = (userId: string) => {
      const { workspaceId, id } = integration;
      return readAll((page) => store.events.records(workspaceId, id, "purchase", { ...page, userId }), 3);
    };
    expect((await of("u")).map(({ uuid, userIds }) => [uuid, userIds])).toEqual(
      rows.map(({ uuid, userIds }) => [uuid, userIds]),
    );
    expect([(await of("x")).length, (await of("y")).length, (await of("")).length]).toEqual([13, 6, 0]);
  });
}
