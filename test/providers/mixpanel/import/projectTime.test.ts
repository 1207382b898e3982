// Whether a project's rows are in UTC or in local time: found from the rows, set by people, contradicted.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type MixpanelStandIn, startMixpanelStandIn } from "../../../../dev/standins/mixpanel/server.ts";
import type { Connection } from "../../../../src/domain/connection.ts";
import type { JsonObject } from "../../../../src/domain/integration.ts";
import { type EventProgress, NO_PROGRESS } from "../../../../src/domain/progress.ts";
import type { Connector, ImportChunk } from "../../../../src/providers/connector.ts";
import { createMixpanelConnector } from "../../../../src/providers/mixpanel/connector.ts";
import { voteOnTimes } from "../../../../src/providers/mixpanel/import/timeVotes.ts";
import type { MixpanelSettings } from "../../../../src/providers/mixpanel/spec.ts";
import { collect, connectionOf, HOUR_MS } from "../../../support/providers/mixpanel.ts";

const PROJECT = "4711";
const ZONE = "America/Los_Angeles";
const NOW_MS = Date.parse("2026-03-10T20:00:00Z");
const MINUTE_MS = 60_000;

let standIn: MixpanelStandIn;
let connector: Connector;

beforeAll(async () => {
  standIn = await startMixpanelStandIn();
  await standIn.control.setClock(NOW_MS, { frozen: true });
  connector = createMixpanelConnector({
    dataUrl: standIn.origin,
    apiUrl: standIn.origin,
    settleMs: 0,
    exportEventName: "E",
  });
});
afterAll(() => standIn.stop());
beforeEach(async () => {
  await standIn.control.deleteProject(PROJECT);
  await standIn.control.putProject(PROJECT, { exportPerSecond: null, createdBefore2023: true, timezone: ZONE });
});

/** On both sides of the change of the clock, 2026-03-08 10:00 UTC, some days after they happened for the first two. */
const TIMES_MS = Array.from({ length: 12 }, (_, i) => Date.parse("2026-03-08T05:00:00Z") + i * HOUR_MS);

async function load(times: number[], { lateMs = 1_000 } = {}): Promise<void> {
  const rows = times.map((timeMs, i) => ({
    event: "purchase",
    timeMs,
    processingMs: timeMs + lateMs,
    properties: { distinct_id: "ann", $insert_id: `i${i}` },
  }));
  await standIn.control.loadRows(PROJECT, rows);
}

function connected(projectTime: MixpanelSettings["projectTime"], learned: JsonObject = {}): Connection {
  return { ...connectionOf({ importFrom: "2026-03-05", projectTime }), learned };
}

async function read(connection: Connection): Promise<{ times: number[]; learned: JsonObject | undefined }> {
  const events = [{ definition: { name: "purchase", source: null }, progress: NO_PROGRESS }];
  const [pass] = await connector.planImport(connection, { events, highWatermarkMs: NOW_MS });
  const chunks: ImportChunk[] = await collect(
    connector.importPage(connection, {
      events: [{ name: "purchase", source: null }],
      progress: pass?.progress as EventProgress,
      pageHalvings: 0,
      acquireRequest: async () => async () => undefined,
      storedBefore: "none",
      blocked: async () => undefined,
      signal: new AbortController().signal,
      heartbeat: () => undefined,
    }),
  );
  const times = chunks.flatMap(({ rows }) => rows.map(({ timestampMs }) => timestampMs)).toSorted((a, b) => a - b);
  return { times, learned: chunks.at(-1)?.learned };
}

describe("an old project in local time, with projectTime auto", () => {
  test("is recognised by its first rows, which are dated right at once", async () => {
    await load(TIMES_MS);
    expect(await read(connected("auto"))).toEqual({
      times: TIMES_MS,
      learned: { times: "local", isClear: true, datedAs: ZONE },
    });
  });

  test("is UTC while no row can tell, and is dated anew when rows can", async () => {
    await load(TIMES_MS, { lateMs: 26 * HOUR_MS });
    const undecided = await read(connected("auto"));
    expect(undecided.learned).toEqual({ datedAs: "UTC" });
    expect(await connector.redating?.(connected("auto", undecided.learned))).toBeNull();
    await load(TIMES_MS.map((ms) => ms + MINUTE_MS));
    const decided = await read(connected("auto", undecided.learned));
    expect(decided.learned).toEqual({ times: "local", isClear: true });
    const learned = { ...undecided.learned, ...decided.learned };
    expect(await connector.redating?.(connected("auto", learned))).toEqual({ datedAs: ZONE });
    expect(await connector.redating?.(connected("auto", { ...learned, datedAs: ZONE }))).toBeNull();
  });

  test("that was learned to be in UTC is learned anew from many rows, not from a few", async () => {
    const learned = { times: "utc", datedAs: "UTC" };
    await load(TIMES_MS.slice(0, 5));
    expect((await read(connected("auto", learned))).learned).toBeUndefined();
    await load(TIMES_MS);
    expect((await read(connected("auto", learned))).learned).toEqual({ times: "local", isClear: true });
  });

  test("learns nothing from one or two rows, so that more of them can still decide", async () => {
    await load(TIMES_MS.slice(0, 1));
    expect((await read(connected("auto"))).learned).toEqual({ datedAs: "UTC" });
    await load(TIMES_MS.slice(1, 3));
    expect((await read(connected("auto", { datedAs: "UTC" }))).learned).toEqual({ times: "local" });
  });

  test("stops if rows were clearly in UTC before, because rows of both kinds would be dated anew for ever", async () => {
    await load(TIMES_MS);
    await expect(read(connected("auto", { times: "utc", isClear: true, datedAs: "UTC" }))).rejects.toMatchObject({
      kind: "schema",
      concernsAllDays: true,
      message: expect.stringMatching(/Some rows.*"utc" or "local"/) as string,
    });
  });
});

describe("a setting that the rows contradict", () => {
  test("utc stops the import and says what to set", async () => {
    await load(TIMES_MS);
    await expect(read(connected("utc"))).rejects.toMatchObject({
      kind: "schema",
      concernsAllDays: true,
      message: expect.stringMatching(/local time \(America\/Los_Angeles\).*set to UTC.*"auto"/) as string,
    });
  });

  test("local stops it too", async () => {
    await standIn.control.putProject(PROJECT, { exportPerSecond: null, createdBefore2023: false, timezone: ZONE });
    await load(TIMES_MS);
    await expect(read(connected("local"))).rejects.toMatchObject({
      kind: "schema",
      message: expect.stringMatching(/in UTC.*local time.*"auto"/) as string,
    });
  });

  test("is believed as long as only few rows speak against it", async () => {
    await load(TIMES_MS.slice(0, 5));
    expect((await read(connected("utc"))).times[0]).not.toBe(TIMES_MS[0]);
  });
});

test("a changed setting dates stored rows anew; the same zone under another setting does not", async () => {
  const datedAsUtc = { datedAs: "UTC" };
  expect(await connector.redating?.(connected("local", datedAsUtc))).toEqual({ datedAs: ZONE });
  expect(await connector.redating?.(connected("utc", datedAsUtc))).toBeNull();
  expect(await connector.redating?.(connected("utc", { datedAs: ZONE }))).toEqual({ datedAs: "UTC" });
  expect(await connector.redating?.(connected("utc", {}))).toBeNull();
});

describe("a vote", () => {
  const line = (properties: object): string => JSON.stringify({ event: "e", properties });
  const received = NOW_MS;
  const offsetMs = -7 * HOUR_MS;

  test("follows the time of receipt, or else that of processing, within minutes and by the zone's offset then", () => {
    const lines = [
      line({
        time: received - 2_000,
        $mp_api_timestamp_ms: received,
        mp_processing_time_ms: received + 20 * MINUTE_MS,
      }),
      line({ time: received + offsetMs - 2_000, mp_processing_time_ms: received }),
      // Before the change of the clock the offset was another.
      line({ time: Date.parse("2026-03-01T12:00:00Z"), mp_processing_time_ms: Date.parse("2026-03-01T20:00:00Z") }),
      line({ time: received - HOUR_MS, mp_processing_time_ms: received }),
      line({ time: "soon", mp_processing_time_ms: received }),
      "not json",
    ];
    expect(voteOnTimes(lines, ZONE)).toEqual({ utc: 1, local: 2 });
  });

  test("is not cast where local time is UTC at that moment, nor in an unknown zone", () => {
    const lines = [line({ time: received, mp_processing_time_ms: received })];
    expect(voteOnTimes(lines, "Europe/London")).toEqual({ utc: 0, local: 0 });
    expect(voteOnTimes(lines, "Mars/Base")).toEqual({ utc: 0, local: 0 });
  });
});
