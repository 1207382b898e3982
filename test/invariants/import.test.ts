// Invariants 5 to 9 on the whole system: every source row once, by processing time, with all its digits.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LoadRow } from "../../dev/standins/mixpanel/protocol.ts";
import { connectMixpanel, type Mixpanel } from "../support/system/mixpanelSync.ts";
import { DAY_MS, startSystem, type System } from "../support/system/system.ts";

let system: System;
beforeAll(async () => {
  system = await startSystem();
  await system.startWorker();
});
afterAll(() => system.stop());

const START_MS = Math.floor(Date.now() / DAY_MS) * DAY_MS - 20 * DAY_MS;
const IMPORT_FROM = new Date(START_MS).toISOString().slice(0, 10);

function purchase(
  i: number,
  properties: Record<string, unknown> = {},
  timeMs = START_MS + (i % 20) * DAY_MS + i,
): LoadRow {
  return {
    event: "purchase",
    timeMs,
    processingMs: timeMs + 1,
    properties: { distinct_id: `user-${i % 50}`, $insert_id: `row-${i}`, amount: i, ...properties },
  };
}

async function importing(rows: LoadRow[], project = {}): Promise<Mixpanel> {
  const mixpanel = await connectMixpanel(system, { project, integration: { importFrom: IMPORT_FROM } });
  await mixpanel.control.loadRows(mixpanel.projectId, rows);
  await mixpanel.addEvent("purchase");
  await mixpanel.enable({ import: true });
  return mixpanel;
}

describe("invariant 5: every matching source row after the start is imported exactly once", () => {
  it("keeps one of each row that the raw export repeats, and nothing from before the start or of other events", async () => {
    const rows = Array.from({ length: 2_000 }, (_, i) => purchase(i));
    const early = purchase(9_001, {}, START_MS - 1);
    const other = { ...purchase(9_002), event: "refund" };
    const mixpanel = await importing([...rows, ...rows.slice(0, 300), early, other], { duplicateEveryNth: 7 });
    expect(await mixpanel.sync()).toBe("succeeded");
    const records = await mixpanel.records("purchase");
    expect(records).toHaveLength(2_000);
    expect(new Set(records.map(({ properties }) => properties["$insert_id"])).size).toBe(2_000);
    expect((await mixpanel.event("purchase")).imported).toBe(2_000);
    const { properties } = await system.call<{ properties: { name: string; count: number; numeric: boolean }[] }>(
      "GET",
      `/v1/integrations/${mixpanel.id}/events/purchase/properties`,
    );
    expect(properties.find(({ name }) => name === "amount")).toMatchObject({ count: 2_000, numeric: true });
  });
});

describe("invariant 6: the watermark is the time at which the bound was taken, never a maximum of rows", () => {
  it("is not poisoned by a row from the future, and reading twice stores once", async () => {
    const endOfTodayMs = Math.ceil(Date.now() / DAY_MS) * DAY_MS - 1;
    const future = { ...purchase(1, {}, endOfTodayMs), processingMs: Date.now() };
    const mixpanel = await importing([future, purchase(2)]);
    await mixpanel.sync();
    const through = Date.parse((await mixpanel.event("purchase")).completeThrough!);
    expect(through).toBeLessThanOrEqual(Date.now());
    await mixpanel.control.loadRows(mixpanel.projectId, [{ ...purchase(3), processingMs: Date.now() }]);
    await mixpanel.sync();
    expect(await mixpanel.records("purchase")).toHaveLength(3);
    expect((await mixpanel.event("purchase")).imported).toBe(3);
  });
});

describe("invariant 7: late rows are picked up", () => {
  it("imports a row of an old day that arrived after that day was read, also within the overlap of a day", async () => {
    const mixpanel = await importing(Array.from({ length: 100 }, (_, i) => purchase(i)));
    await mixpanel.sync();
    await mixpanel.control.loadRows(mixpanel.projectId, [
      { ...purchase(500), processingMs: Date.now() + 1 },
      { ...purchase(501), processingMs: Date.now() - DAY_MS / 2 },
    ]);
    await mixpanel.sync();
    expect(await mixpanel.records("purchase")).toHaveLength(102);
  });

  it("follows an identity merge when the row is read again, without storing it twice", async () => {
    const mixpanel = await importing([purchase(1, { distinct_id: "anonymous-device" })]);
    await mixpanel.sync();
    await mixpanel.control.mergeIdentity(mixpanel.projectId, "anonymous-device", "ada");
    await mixpanel.control.setProcessingTime(mixpanel.projectId, {}, Date.now());
    await mixpanel.sync();
    expect((await mixpanel.records("purchase")).map((record) => record.user_id)).toEqual(["ada"]);
    expect((await mixpanel.event("purchase")).imported).toBe(1);
  });
});

describe("invariant 8: a truncated answer is a failed page, never a finished one", () => {
  it.each(["terminated_early", "reset_mid_body"] as const)("reads the page again after %s", async (kind) => {
    const mixpanel = await connectMixpanel(system, { integration: { importFrom: IMPORT_FROM } });
    await mixpanel.control.loadRows(
      mixpanel.projectId,
      Array.from({ length: 500 }, (_, i) => purchase(i)),
    );
    await mixpanel.control.addFault(mixpanel.projectId, { kind, target: "export", afterEvents: 100, times: 2 });
    await mixpanel.addEvent("purchase");
    await mixpanel.enable({ import: true });
    expect(await mixpanel.sync()).toBe("succeeded");
    expect(await mixpanel.records("purchase")).toHaveLength(500);
    expect((await mixpanel.event("purchase")).imported).toBe(500);
  });
});

describe("invariant 9: numbers keep every digit, and a poison row stands alone", () => {
  it("answers integers beyond 2^53 and long decimals as they came", async () => {
    const digits =
      '{"distinct_id":"u","$insert_id":"d-1","big":123456789012345678901234567890,"exact":0.1000000000000000055511151231257827}';
    const mixpanel = await importing([{ event: "purchase", timeMs: START_MS, propertiesText: digits }]);
    await mixpanel.sync();
    const answer = await system.app.request(`/v1/integrations/${mixpanel.id}/events/purchase/records`, {
      headers: { authorization: `Basic ${system.apiKey}` },
    });
    const text = await answer.text();
    expect(text).toContain("123456789012345678901234567890");
    expect(text).toContain("0.1000000000000000055511151231257827");
  });

  it("imports all other rows of a page that holds a NUL, a lone surrogate, a huge exponent and a malformed line", async () => {
    const poison = [
      '{"distinct_id":"u","$insert_id":"p-1","name":"a\\u0000b"}',
      '{"distinct_id":"u","$insert_id":"p-2","name":"\\ud800"}',
      '{"distinct_id":"u","$insert_id":"p-3","amount":1e999999}',
    ].map((propertiesText, i) => ({ event: "purchase", timeMs: START_MS + i, propertiesText }));
    const malformed = { event: "purchase", timeMs: START_MS + 9, line: '{"event":"purchase","properties":{oops}}' };
    const good = Array.from({ length: 50 }, (_, i) => purchase(i));
    const mixpanel = await importing([...good.slice(0, 25), ...poison, malformed, ...good.slice(25)]);
    expect(await mixpanel.sync()).toBe("succeeded");
    const kept = (await mixpanel.records("purchase")).length;
    const rejected = await mixpanel.rejected();
    expect(kept + rejected.length).toBe(good.length + poison.length + 1);
    expect(kept).toBeGreaterThanOrEqual(good.length);
    expect(rejected.every(({ direction, reason }) => direction === "import" && reason.length > 0)).toBe(true);
  });
});
