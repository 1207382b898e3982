// The whole system with BigQuery on the other side: API, store, workflow, activities and connector put together.
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import { SHARED_START_TIMEOUT_MS } from "../../dev/standins/bigquery/sharedEmulator.ts";
import type { BigQueryControl } from "../../dev/standins/bigquery/control.ts";
import { COLUMNS, connectBigQuery, type EventRow, startBigQuerySystem } from "../support/system/bigQuerySync.ts";
import { expose } from "../support/system/mixpanelSync.ts";
import { DAY_MS, historyOf, HOUR_MS, type System } from "../support/system/system.ts";

let system: System;
let control: BigQueryControl;
let stop: () => Promise<void>;
beforeAll(async () => {
  ({ system, control, stop } = await startBigQuerySystem());
}, SHARED_START_TIMEOUT_MS);
afterAll(() => stop());

/** The start of an hour that is over for long. */
const hourMs = Math.floor((Date.now() - 3 * DAY_MS) / HOUR_MS) * HOUR_MS;

it("exports each bucket as one row, which a late exposure moves; the bucket counts once", async () => {
  const bigQuery = await connectBigQuery(system, control);
  await system.call("PATCH", bigQuery.path, { export: { enabled: true } });
  const users = ["a", "b", "c"];
  await expose(
    system,
    users.flatMap((user, i) => [
      { user, timestamp: hourMs + i },
      { user, timestamp: hourMs + 1_000 + i },
      { user, timestamp: hourMs + HOUR_MS + i },
    ]),
  );
  expect(await bigQuery.sync()).toBe("succeeded");
  const rows = users.flatMap((user, i) => [
    { user, ms: hourMs + 1_000 + i },
    { user, ms: hourMs + HOUR_MS + i },
  ]);
  expect(await bigQuery.exposures()).toEqual(rows);
  expect(await bigQuery.export()).toMatchObject({ sent: 6, pending: 0, rejected: 0, late: 0 });

  await expose(system, [{ user: "b", timestamp: hourMs + 5_000 }]);
  expect(await bigQuery.sync()).toBe("succeeded");
  const moved = rows.map((row) =>
    row.user === "b" && row.ms < hourMs + HOUR_MS ? { ...row, ms: hourMs + 5_000 } : row,
  );
  expect(await bigQuery.exposures()).toEqual(moved);
  expect(await bigQuery.export()).toMatchObject({ sent: 6, pending: 0, late: 1 });
}, 120_000);

it("imports the rows of each event once, keeps going when one is deleted, and tests the connection", async () => {
  const bigQuery = await connectBigQuery(system, control);
  const row = (name: string, i: number, atMs = hourMs + i * 60_000): EventRow => ({
    event_name: name,
    user_id: `user-${i}`,
    created_at: new Date(atMs).toISOString(),
    event_uuid: randomUUID(),
    amount: i,
  });
  const [donations, visits] = ["donation", "visit"].map((name) => Array.from({ length: 50 }, (_, i) => row(name, i)));
  await bigQuery.seed([...donations!, ...visits!, row("other", 1)]);
  for (const eventName of ["donation", "visit"]) {
    await system.call("POST", `${bigQuery.path}/events`, { eventName, ...COLUMNS });
  }
  const test = await system.call<{ ok: boolean; steps: object[] }>("POST", `${bigQuery.path}/test`);
  expect(test.steps.filter((step) => !("ok" in step && step.ok === true))).toEqual([]);
  await system.call("PATCH", bigQuery.path, { import: { enabled: true } });
  expect(await bigQuery.sync()).toBe("succeeded");
  // One comes late, but within the overlap.
  await bigQuery.seed([row("visit", 99, Date.now() - HOUR_MS)]);
  await system.call("DELETE", `${bigQuery.path}/events/donation`);
  expect(await bigQuery.sync()).toBe("succeeded");
  const { events } = await system.call<{ events: object[] }>("GET", `${bigQuery.path}/events`);
  expect(events).toMatchObject([{ eventName: "visit", ...COLUMNS, imported: 51, rejected: 0 }]);
  const { properties } = await system.call<{ properties: { name: string }[] }>(
    "GET",
    `${bigQuery.path}/events/visit/properties`,
  );
  expect(properties.find(({ name }) => name === "amount")).toMatchObject({ numeric: true });
  expect(properties.find(({ name }) => name === "user_id")).toMatchObject({ example: null });
  // Ids, counts and cursors alone go through Temporal, and no table or column either.
  const history = await historyOf(system, bigQuery.id);
  expect(history).toContain("visit");
  const hidden = [
    system.config.providers.bigquery.sourceToken ?? "",
    "user-",
    visits![0]!.event_uuid,
    COLUMNS.userIdFieldName,
  ];
  expect(hidden.filter((text) => history.includes(text))).toEqual([]);
}, 120_000);

it("days that are read again bring rows that came too late and what changed; the run says what it reads", async () => {
  const bigQuery = await connectBigQuery(system, control);
  const atMs = Date.now() - 5 * DAY_MS;
  const row = (id: string, amount: number): EventRow => ({
    event_name: "order",
    user_id: `user of ${id}`,
    created_at: new Date(atMs).toISOString(),
    event_uuid: id,
    amount,
  });
  await bigQuery.seed([row("paid", 10)]);
  await system.call("POST", `${bigQuery.path}/events`, { eventName: "order", ...COLUMNS, lookbackHours: 24 });
  await system.call("PATCH", bigQuery.path, { import: { enabled: true } });
  expect(await bigQuery.sync()).toBe("succeeded");
  await bigQuery.seed([row("late", 20)]);
  const table = `\`${bigQuery.projectId}.${COLUMNS.dataset}.${COLUMNS.tableName}\``;
  await control.query(bigQuery.projectId, `UPDATE ${table} SET amount = 7 WHERE event_uuid = 'paid'`);
  expect(await bigQuery.sync()).toBe("succeeded");
  const amounts = async () => {
    const records = await bigQuery.records("order");
    return records.map(({ properties }) => Number(properties["amount"])).toSorted((a, b) => a - b);
  };
  expect(await amounts()).toEqual([10]);
  const from = new Date(atMs).toISOString().slice(0, 10);
  const asked = await system.call<{ requestId: string }>("POST", `${bigQuery.path}/events/order/reread`, { from });
  expect(await bigQuery.outcome(asked.requestId)).toBe("succeeded");
  expect(await amounts()).toEqual([7, 20]);
  const { runs } = await system.call<{ runs: { directions: { direction: string; estimatedBytes?: number }[] }[] }>(
    "GET",
    `${bigQuery.path}/runs`,
  );
  const read = runs[0]?.directions.find(({ direction }) => direction === "import")?.estimatedBytes;
  expect(read).toBeGreaterThan(0);
  // With a longer lookback the next run finds such rows by itself.
  await system.call("PATCH", `${bigQuery.path}/events/order`, { lookbackHours: 24 * 7 });
  await bigQuery.seed([row("later", 30)]);
  expect(await bigQuery.sync()).toBe("succeeded");
  expect(await amounts()).toEqual([7, 20, 30]);
}, 120_000);
