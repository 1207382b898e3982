// Pages of the raw export on the stand-in: what only Mixpanel has.
import type { Connection } from "../../../../src/domain/connection.ts";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { MAX_ROW_BYTES } from "../../../../src/providers/importChunks.ts";
import { createMixpanelConnector } from "../../../../src/providers/mixpanel/connector.ts";
import type { Connector, ImportChunk, ImportPageJob } from "../../../../src/providers/connector.ts";
import { type EventProgress, NO_PROGRESS } from "../../../../src/domain/progress.ts";
import { type MixpanelStandIn, startMixpanelStandIn } from "../../../../dev/standins/mixpanel/server.ts";
import { HOUR_MS, collect, connectionOf } from "../../../support/providers/mixpanel.ts";

const DAY_MS = 24 * HOUR_MS;
const PROJECT = "4711";
const NOW_MS = Date.parse("2026-03-10T12:00:00Z");

let standIn: MixpanelStandIn;
let connector: Connector;
let leases: string[];
let blockedUntilMs: number[];

beforeAll(async () => {
  standIn = await startMixpanelStandIn();
  await standIn.control.setClock(NOW_MS, { frozen: true });
  connector = connectorAt(standIn.origin);
});
afterAll(() => standIn.stop());
beforeEach(async () => {
  leases = [];
  blockedUntilMs = [];
  await standIn.control.deleteProject(PROJECT);
  await standIn.control.putProject(PROJECT, { exportPerSecond: null, exportPerHour: null });
});

function connectorAt(origin: string): Connector {
  return createMixpanelConnector({ dataUrl: origin, apiUrl: standIn.origin, settleMs: 0, exportEventName: "E" });
}

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
    blocked: async (untilMs) => void blockedUntilMs.push(untilMs),
    signal: new AbortController().signal,
    heartbeat: () => undefined,
    ...change,
  };
}

async function firstPage(
  options: { connection?: Connection; highWatermarkMs?: number; from?: EventProgress; by?: Connector } = {},
): Promise<ImportChunk[]> {
  const {
    connection = connectionOf({ importFrom: "2026-03-05" }),
    highWatermarkMs = NOW_MS,
    from = NO_PROGRESS,
  } = options;
  const by = options.by ?? connector;
  const events = [{ definition: { name: "purchase", source: null }, progress: from }];
  const [pass] = await by.planImport(connection, { events, highWatermarkMs });
  return collect(by.importPage(connection, jobOf(pass?.progress ?? NO_PROGRESS)));
}

function rowsOf(chunks: ImportChunk[]): ImportChunk["rows"] {
  return chunks.flatMap((chunk) => chunk.rows);
}

function load(
  rows: { id: string; timeMs: number; processingMs?: number; properties?: Record<string, unknown> }[],
): Promise<void> {
  return standIn.control.loadRows(
    PROJECT,
    rows.map(({ id, timeMs, processingMs, properties }) => ({
      event: "purchase",
      timeMs,
      processingMs: processingMs ?? Math.min(timeMs + 1_000, NOW_MS),
      properties: { distinct_id: "ann", $insert_id: id, ...properties },
    })),
  );
}

test("digits, broken escapes and unknown events: text comes as it is, poison stays alone", async () => {
  await standIn.control.loadRows(PROJECT, [
    {
      event: "purchase",
      timeMs: NOW_MS,
      processingMs: NOW_MS,
      propertiesText: '{"distinct_id":"a","n":123456789012345678901234567890.10,"s":"\\ud800\\u0000"}',
    },
    {
      event: "purchase",
      timeMs: NOW_MS,
      processingMs: NOW_MS,
      line: '{"event":"purchase","properties":{"time":NaN}}',
    },
    { event: "signup", timeMs: NOW_MS, processingMs: NOW_MS, properties: { distinct_id: "a" } },
  ]);
  const chunks = await firstPage();
  const [row, ...others] = rowsOf(chunks);
  expect(others).toEqual([]);
  expect(row?.properties).toContain('"n":123456789012345678901234567890.10');
  expect(row?.properties).toContain('"s":"\\ud800\\u0000"');
  expect(chunks.flatMap((chunk) => chunk.rejected)).toMatchObject([
    { event: "purchase", record: '{"event":"purchase","properties":{"time":NaN}}' },
  ]);
});

test("duplicates in the export have one key", async () => {
  await standIn.control.putProject(PROJECT, { duplicateEveryNth: 2 });
  await load(Array.from({ length: 10 }, (_, i) => ({ id: `i${i}`, timeMs: NOW_MS - i })));
  const rows = rowsOf(await firstPage());
  expect(rows).toHaveLength(15);
  expect(new Set(rows.map((row) => row.uuid)).size).toBe(10);
});

test("a clock that is ahead of Mixpanel's shortens the pass, with a lease for every request", async () => {
  await load([{ id: "i", timeMs: NOW_MS }]);
  const highWatermarkMs = NOW_MS + DAY_MS;
  const chunks = await firstPage({ highWatermarkMs });
  expect(rowsOf(chunks)).toHaveLength(1);
  expect(chunks.at(-1)?.progress).toEqual({ completeThroughMs: highWatermarkMs, unfinished: null });
  expect(leases).toEqual(["backfill", "backfill"]);
  const { byKind } = await standIn.control.requests(PROJECT);
  expect(byKind["export"]?.byStatus).toEqual({ 200: 1, 400: 1 });
});

test("a pass with nothing but days to come is complete; a clock that is days ahead is not followed", async () => {
  const connection = connectionOf({ importFrom: "2026-03-11" });
  const chunks = await firstPage({ connection, highWatermarkMs: NOW_MS + DAY_MS });
  expect(chunks).toEqual([
    { rows: [], rejected: [], progress: { completeThroughMs: NOW_MS + DAY_MS, unfinished: null } },
  ]);
  await expect(firstPage({ highWatermarkMs: NOW_MS + 4 * DAY_MS })).rejects.toMatchObject({ kind: "bug" });
});

test("an old project's wall-clock times become UTC, on the day that lacks an hour too", async () => {
  await standIn.control.putProject(PROJECT, { createdBefore2023: true, timezone: "America/New_York" });
  // Clocks went forward at 2026-03-08 07:00 UTC.
  const times = [-2, -1, 0, 1, 2].map((hours) => Date.parse("2026-03-08T07:00:00Z") + hours * HOUR_MS + 123);
  await load(times.map((timeMs, i) => ({ id: `i${i}`, timeMs })));
  const connection = connectionOf({ importFrom: "2026-03-08", projectTime: "local" });
  const highWatermarkMs = Date.parse("2026-03-10T02:00:00Z");
  const chunks = await firstPage({ connection, highWatermarkMs, by: connectorAt(standIn.origin) });
  expect(new Set(rowsOf(chunks).map((row) => row.timestampMs))).toEqual(new Set(times));
  expect(chunks.at(-1)?.progress?.unfinished).toBeNull();
  const raw = Number(rowsOf(chunks).find((row) => row.timestampMs === times[0])?.fields["time"]);
  expect(raw - (times[0] ?? 0)).toBe(-5 * HOUR_MS);
});

test("an identity merge keeps a row's key and moves it to the merged user", async () => {
  await load([{ id: "i", timeMs: NOW_MS }]);
  const before = rowsOf(await firstPage());
  await standIn.control.mergeIdentity(PROJECT, "ann", "ann@home");
  const after = rowsOf(await firstPage());
  expect([before[0]?.userIds, after[0]?.userIds]).toEqual([["ann"], ["ann@home", "ann"]]);
  expect(after[0]?.uuid).toBe(before[0]?.uuid);
});

test("refusals have a kind and a remedy", async () => {
  const cases = [
    ["plan", "permission", /Upgrade the plan/],
    ["forbidden", "permission", /role/],
    ["not_found", "not_found", /project id and the region/],
    ["unauthorized", "auth", /create a new service account/],
    ["auth_text", "auth", /create a new service account/],
    ["unknown_error", "transient", /unknown error/],
    ["gateway_timeout", "transient", /status 504/],
    ["unavailable", "transient", /status 503/],
    ["reset", "transient", /could not be reached/],
  ] as const;
  for (const [kind, expected, message] of cases) {
    const id = await standIn.control.addFault(PROJECT, { kind, target: "export", times: 1 });
    await expect(firstPage()).rejects.toMatchObject({ kind: expected, message: expect.stringMatching(message) });
    await standIn.control.clearFaults(PROJECT, id);
  }
});

test("a refusal for rate tells the budget, for as long as Mixpanel says or for a growing while", async () => {
  await standIn.control.addFault(PROJECT, {
    kind: "rate_limited",
    target: "export",
    times: 1,
    retryAfterSeconds: 3_600,
  });
  const before = Date.now();
  await expect(firstPage()).rejects.toMatchObject({ kind: "rate_limited", retryAtMs: expect.any(Number) });
  expect(blockedUntilMs[0]).toBeGreaterThanOrEqual(before + HOUR_MS);
  await standIn.control.addFault(PROJECT, { kind: "rate_limited", target: "export", times: 1 });
  await expect(firstPage()).rejects.toMatchObject({ kind: "rate_limited" });
  expect((blockedUntilMs[1] ?? 0) - Date.now()).toBeGreaterThan(59_000);
  expect((blockedUntilMs[1] ?? 0) - Date.now()).toBeLessThan(67_000);
});

/** A page out of exactly these bytes. */
async function pageOf(body: Buffer, headers: Record<string, string> = {}): Promise<ImportChunk[]> {
  const server = createServer((_request, response) => {
    response.writeHead(200, headers);
    response.end(body);
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  try {
    return await firstPage({ by: connectorAt(`http://127.0.0.1:${(server.address() as AddressInfo).port}`) });
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

function line(id: number, extra = ""): string {
  return `{"event":"purchase","properties":{"time":${NOW_MS},"distinct_id":"a","$insert_id":"i${id}"${extra}}}\n`;
}

test("an answer that is cut at any byte is a failed page or has all of its rows", async () => {
  const whole = Array.from({ length: 40 }, (_, i) => line(i)).join("");
  const zipped = gzipSync(whole);
  expect(rowsOf(await pageOf(zipped, { "content-encoding": "gzip" }))).toHaveLength(40);
  for (const length of [0, 5, 12, 60, zipped.length - 9, zipped.length - 1]) {
    const page = pageOf(zipped.subarray(0, length), { "content-encoding": "gzip" });
    await expect(page).rejects.toMatchObject({ kind: "transient" });
  }
  for (const tail of [
    '{"event":"purchase","prop',
    "terminated early",
    "terminated early\n",
    '{"error":"internal"}\n',
    "<html>502</html>",
  ]) {
    await expect(pageOf(Buffer.from(whole + tail))).rejects.toMatchObject({ kind: "transient" });
  }
  expect(rowsOf(await pageOf(Buffer.from(whole.trimEnd())))).toHaveLength(40);
});

test("a huge row is rejected alone, a huge page comes in bounded chunks", async () => {
  const huge = line(0, `,"x":"${"y".repeat(MAX_ROW_BYTES + 1_000_000)}"`);
  const chunks = await pageOf(Buffer.from(huge + Array.from({ length: 12_000 }, (_, i) => line(i + 1)).join("")));
  expect(chunks.flatMap((chunk) => chunk.rejected)).toMatchObject([{ event: "purchase" }]);
  expect(rowsOf(chunks)).toHaveLength(12_000);
  for (const chunk of chunks) expect(chunk.rows.length).toBeLessThanOrEqual(5_000);
  const large = Buffer.from(Array.from({ length: 60 }, (_, i) => line(i, `,"x":"${"y".repeat(200_000)}"`)).join(""));
  const bytes = (await pageOf(large)).map((chunk) => chunk.rows.reduce((sum, row) => sum + row.properties.length, 0));
  expect(bytes.reduce((sum, size) => sum + size, 0)).toBeGreaterThan(11_000_000);
  expect(Math.max(...bytes)).toBeLessThan(6_000_000);
});

test("an empty answer is a page without rows", async () => {
  expect(await pageOf(Buffer.alloc(0))).toEqual([
    { rows: [], rejected: [], progress: { completeThroughMs: NOW_MS, unfinished: null } },
  ]);
});
