// Which requests a pass sends, and when it takes them from the shared budget: only for proven credentials.
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type MixpanelStandIn, startMixpanelStandIn } from "../../../../dev/standins/mixpanel/server.ts";
import type { Connection } from "../../../../src/domain/connection.ts";
import { SyncError } from "../../../../src/domain/errors.ts";
import { type EventProgress, NO_PROGRESS } from "../../../../src/domain/progress.ts";
import type { Connector, ImportChunk, ImportPageJob } from "../../../../src/providers/connector.ts";
import { createMixpanelConnector } from "../../../../src/providers/mixpanel/connector.ts";
import { collect, connectionOf, HOUR_MS } from "../../../support/providers/mixpanel.ts";

const DAY_MS = 24 * HOUR_MS;
const PROJECT = "4711";
const NOW_MS = Date.parse("2026-03-10T12:00:00Z");

let standIn: MixpanelStandIn;
let connector: Connector;
let leases: string[];

beforeAll(async () => {
  standIn = await startMixpanelStandIn();
  await standIn.control.setClock(NOW_MS, { frozen: true });
});
afterAll(() => standIn.stop());
beforeEach(async () => {
  leases = [];
  const { origin } = standIn;
  connector = createMixpanelConnector({ dataUrl: origin, apiUrl: origin, settleMs: 0, exportEventName: "E" });
  await standIn.control.deleteProject(PROJECT);
  await standIn.control.putProject(PROJECT, { exportPerSecond: null, exportPerHour: null });
});

function jobOf(progress: EventProgress, change: Partial<ImportPageJob> = {}): ImportPageJob {
  return {
    events: [{ name: "purchase", source: null }],
    progress,
    pageHalvings: 0,
    acquireRequest: async (kind) => {
      leases.push(kind);
      return async () => void leases.push("given back");
    },
    storedBefore: "none",
    blocked: async () => undefined,
    signal: new AbortController().signal,
    heartbeat: () => undefined,
    ...change,
  };
}

async function firstPage(
  connection: Connection = connectionOf({ importFrom: "2026-03-05" }),
  change: Partial<ImportPageJob> = {},
): Promise<void> {
  const events = [{ definition: { name: "purchase", source: null }, progress: NO_PROGRESS }];
  const [pass] = await connector.planImport(connection, { events, highWatermarkMs: NOW_MS });
  await collect(connector.importPage(connection, jobOf(pass?.progress ?? NO_PROGRESS, change)));
}

function load(rows: { id: string; timeMs: number; processingMs?: number }[]): Promise<void> {
  return standIn.control.loadRows(
    PROJECT,
    rows.map(({ id, timeMs, processingMs }) => ({
      event: "purchase",
      timeMs,
      processingMs: processingMs ?? Math.min(timeMs + 1_000, NOW_MS),
      properties: { distinct_id: "ann", $insert_id: id },
    })),
  );
}

interface Pass {
  change?: Partial<ImportPageJob>;
  importFrom?: string;
  highWatermarkMs?: number;
}

/** All pages of a pass that begins eight hours before its high watermark. */
async function readPass({ change, importFrom = "2025-06-01", highWatermarkMs = NOW_MS }: Pass = {}) {
  const connection = connectionOf({ importFrom });
  const from = { completeThroughMs: highWatermarkMs - 8 * HOUR_MS, unfinished: null };
  const events = [{ definition: { name: "purchase", source: null }, progress: from }];
  const [pass] = await connector.planImport(connection, { events, highWatermarkMs });
  const pages: ImportChunk[][] = [];
  for (let progress = pass?.progress ?? NO_PROGRESS; progress.unfinished !== null;) {
    const page = await collect(connector.importPage(connection, jobOf(progress, change)));
    progress = page.at(-1)?.progress ?? progress;
    pages.push(page);
  }
  return pages;
}

test("increments of five years of history send at most three requests each", async () => {
  const exports = async () => (await standIn.control.requests(PROJECT)).byKind["export"]?.total ?? 0;
  for (let i = 0; i < 20; i++) {
    const before = await exports();
    await readPass({ importFrom: "2021-03-10", highWatermarkMs: NOW_MS - i * 8 * HOUR_MS });
    expect((await exports()) - before).toBeLessThanOrEqual(3);
  }
});

test("an increment reads the newest days whole, and of older ones what was processed since a day before", async () => {
  const through = NOW_MS - 8 * HOUR_MS;
  const lower = through - DAY_MS;
  await load([
    { id: "old", timeMs: NOW_MS - 4 * DAY_MS, processingMs: lower - 1 },
    { id: "late", timeMs: NOW_MS - 4 * DAY_MS, processingMs: lower },
    { id: "newest", timeMs: NOW_MS - DAY_MS, processingMs: lower - 1 },
    { id: "new", timeMs: NOW_MS - HOUR_MS },
  ]);
  const pages = await readPass();
  const idsOf = (page: ImportChunk[] | undefined) =>
    (page ?? []).flatMap(({ rows }) => rows).map((row) => row.fields["$insert_id"]);
  expect(new Set(idsOf(pages[0]))).toEqual(new Set(["new", "newest"]));
  expect(idsOf(pages[1])).toEqual(["late"]);
  expect(pages.at(-1)?.at(-1)?.progress).toEqual({ completeThroughMs: NOW_MS, unfinished: null });
  expect(leases).toEqual(["increment", "increment", "backfill"]);
});

test("days that are only read if the budget leaves a request are left out if it does not, or if they fail", async () => {
  const refuseBackfills: ImportPageJob["acquireRequest"] = async (kind) => {
    if (kind === "backfill") throw new SyncError("rate_limited", "none left", { retryAtMs: NOW_MS });
    return async () => undefined;
  };
  const [, , refused] = await readPass({ change: { acquireRequest: refuseBackfills } });
  expect(refused).toEqual([{ rows: [], rejected: [], progress: { completeThroughMs: NOW_MS, unfinished: null } }]);
  const failing: ImportPageJob["acquireRequest"] = async (kind) => {
    if (kind === "backfill")
      await standIn.control.addFault(PROJECT, { kind: "unknown_error", target: "export", times: 1 });
    return async () => undefined;
  };
  const pages = await readPass({ change: { acquireRequest: failing } });
  expect(pages[2]?.at(-1)?.progress).toEqual({ completeThroughMs: NOW_MS, unfinished: null });
});

test("no request is taken from the budget before the credentials are proven, nor after they were refused", async () => {
  const wrong = { ...connectionOf({ importFrom: "2026-03-05" }), secret: "wrong" };
  await expect(firstPage(wrong)).rejects.toMatchObject({ kind: "auth" });
  expect(leases).toEqual([]);
  const stranger = connectionOf({ importFrom: "2026-03-05", projectId: "4712" });
  await expect(firstPage(stranger)).rejects.toMatchObject({ kind: "permission" });
  expect(leases).toEqual([]);
  expect((await standIn.control.requests(PROJECT)).byKind["export"]).toBeUndefined();
});

test.each(["unauthorized", "auth_text"] as const)("a request that is refused as %s is given back", async (kind) => {
  await firstPage();
  await standIn.control.addFault(PROJECT, { kind, target: "export", times: 1 });
  await expect(firstPage()).rejects.toMatchObject({ kind: "auth" });
  expect(leases).toEqual(["backfill", "backfill", "given back"]);
  const asked = async () => (await standIn.control.requests(PROJECT)).byKind["app"]?.total;
  const before = await asked();
  await firstPage();
  // The proof is gone too: the free call is made again.
  expect(await asked()).toBe((before ?? 0) + 1);
});

test.each([
  ["a year", "31536000"],
  ["an epoch time", "1773144000"],
  ["a date in 2031", "Wed, 01 Jan 2031 00:00:00 GMT"],
  ["less than nothing", "-5"],
])("a refusal for %s blocks the project for minutes, one of two hours for an hour", async (_what, retryAfter) => {
  const blockedForMs = async (header: string): Promise<number> => {
    await standIn.control.addFault(PROJECT, { kind: "rate_limited", target: "export", times: 1, retryAfter: header });
    let until = 0;
    const blocked = async (untilMs: number): Promise<void> => void (until = untilMs);
    await expect(firstPage(undefined, { blocked })).rejects.toMatchObject({ kind: "rate_limited" });
    return until - Date.now();
  };
  expect(await blockedForMs(retryAfter)).toBeLessThan(16 * 60_000);
  const hourMs = await blockedForMs("7200");
  expect(hourMs).toBeGreaterThan(HOUR_MS - 60_000);
  expect(hourMs).toBeLessThanOrEqual(HOUR_MS);
});
