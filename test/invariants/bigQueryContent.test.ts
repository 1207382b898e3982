// The whole system on a table with anonymous rows, a UUID that repeats, a tagged column and a name in another case.
import { afterAll, beforeAll, expect, it } from "vitest";
import type { BigQueryControl } from "../../dev/standins/bigquery/control.ts";
import { SHARED_START_TIMEOUT_MS } from "../../dev/standins/bigquery/sharedEmulator.ts";
import { COLUMNS, connectBigQuery, type EventRow, startBigQuerySystem } from "../support/system/bigQuerySync.ts";
import { DAY_MS, type System } from "../support/system/system.ts";

let system: System;
let control: BigQueryControl;
let stop: () => Promise<void>;
beforeAll(async () => {
  ({ system, control, stop } = await startBigQuerySystem());
}, SHARED_START_TIMEOUT_MS);
afterAll(() => stop());

interface EventAnswer {
  eventName: string;
  imported: number;
  rejected: number;
  warnings: { code: string; message: string }[];
}

it("says what was not imported and why, exactly and once", async () => {
  const bigQuery = await connectBigQuery(system, control);
  const atMs = Date.now() - DAY_MS;
  const row = (id: string, change: Partial<EventRow> = {}): EventRow => ({
    event_name: "visit",
    user_id: `user of ${id}`,
    created_at: new Date(atMs).toISOString(),
    event_uuid: id,
    amount: 1,
    ...change,
  });
  const anonymous = Array.from({ length: 150 }, (_, i) => row(`anonymous ${i}`, { user_id: null as never }));
  const rows = [row("1"), row("2"), row("2", { amount: 2 }), row("3", { created_at: null as never }), ...anonymous];
  await bigQuery.seed(rows);
  const add = (eventName: string) =>
    system.call<EventAnswer>("POST", `${bigQuery.path}/events`, { eventName, ...COLUMNS });
  const unmatched = { code: "nothing_matched", message: expect.stringContaining("“visit”") as string };
  expect((await add("Visit")).warnings).toEqual([unmatched]);
  await add("visit");
  await control.protectTable(bigQuery.projectId, COLUMNS.dataset, COLUMNS.tableName, {
    policyTags: { amount: { tag: "Business : money" } },
  });
  await system.call("PATCH", bigQuery.path, { import: { enabled: true } });
  const listed = async () => (await system.call<{ events: EventAnswer[] }>("GET", `${bigQuery.path}/events`)).events;
  const rejected = () =>
    system.call<{ rejected: object[]; counts: { reason: string; count: number }[] }>(
      "GET",
      `${bigQuery.path}/rejected?limit=1000`,
    );
  for (let run = 0; run < 2; run++) {
    expect(await bigQuery.sync()).toBe("succeeded");
    const [wrong, visit] = await listed();
    expect(wrong).toMatchObject({ imported: 0, rejected: 0, warnings: [unmatched, { code: "columns_left_out" }] });
    // Without the column `amount`, the two rows of one UUID are the same.
    expect(visit).toMatchObject({ imported: 2, rejected: 151 });
    expect(visit?.warnings.map(({ code }) => code)).toEqual(["rejected", "columns_left_out"]);
    const { rejected: records, counts } = await rejected();
    expect(counts.map(({ count }) => count)).toEqual([150, 1]);
    expect(records).toHaveLength(101);
  }
  const { warnings } = await system.call<{ warnings: { code: string }[] }>("GET", bigQuery.path);
  expect(warnings.map(({ code }) => code)).toEqual(expect.arrayContaining(["nothing_matched", "columns_left_out"]));
}, 120_000);
