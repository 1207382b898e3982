// Every fault that can be switched on: what the client sees, what is stored, and how often it strikes.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { FaultInput } from "../../../../dev/standins/mixpanel/protocol.ts";
import { type MixpanelStandIn, startMixpanelStandIn } from "../../../../dev/standins/mixpanel/server.ts";
import { eventually } from "../../../support/eventually.ts";
import { call, event, exportRaw, importBatch, linesOf, NOON_MS, PROJECT } from "../../../support/dev/mixpanelClient.ts";

let standIn: MixpanelStandIn;
beforeAll(async () => {
  standIn = await startMixpanelStandIn();
});
afterAll(() => standIn.stop());
beforeEach(async () => {
  await standIn.control.deleteProject(PROJECT);
  await standIn.control.clearFaults(null);
  await standIn.control.putProject(PROJECT, { exportPerHour: null, exportPerSecond: null });
});

const fault = (given: FaultInput) => standIn.control.addFault(PROJECT, { times: 1, ...given });
const batch = [1, 2, 3, 4].map((i) => event(i));
const send = () => importBatch(standIn, batch);
const stored = async (): Promise<number> => (await standIn.control.count(PROJECT)).stored;

describe("import", () => {
  it.each([
    [{ kind: "rate_limited" }, 429, "Project exceeded rate limits"],
    [{ kind: "bad_gateway" }, 502, "<html>"],
    [{ kind: "unavailable" }, 503, "<html>"],
    [{ kind: "unauthorized" }, 401, '{"code":401,"error":"Invalid credentials","status":"Unauthorized"}'],
    [
      { kind: "too_large" },
      413,
      '{"code":413,"error":"request exceeds max limit of 2097152 bytes","status":"Request Entity Too Large"}',
    ],
    [{ kind: "respond", status: 418, body: "teapot" }, 418, "teapot"],
  ] as const)("%j answers %i once and stores nothing", async (given, status, text) => {
    await fault({ target: "import", ...given });
    const answer = await send();
    expect(answer.status).toBe(status);
    expect(answer.text).toContain(text);
    expect(await stored()).toBe(0);
    expect((await send()).status).toBe(200);
    expect(await stored()).toBe(4);
  });

  it("413 may spare small bodies", async () => {
    await fault({ kind: "too_large", target: "import", maxBytes: 300, times: null });
    expect((await send()).status).toBe(413);
    expect((await importBatch(standIn, batch.slice(0, 1))).status).toBe(200);
  });

  it("resets before anything is stored, or after the batch is", async () => {
    await fault({ kind: "reset", target: "import" });
    await expect(send()).rejects.toThrow(/./);
    expect(await stored()).toBe(0);
    await fault({ kind: "reset", target: "import", afterStoring: true });
    await expect(send()).rejects.toThrow(/./);
    expect(await stored()).toBe(4);
    await send();
    expect(await standIn.control.count(PROJECT)).toMatchObject({ stored: 8, deduped: 4 });
    expect((await standIn.control.requests(PROJECT)).byKind["import"]).toEqual({
      total: 3,
      byStatus: { 200: 1 },
      reset: 2,
    });
  });

  it("stores and then answers 502", async () => {
    await fault({ kind: "bad_gateway", target: "import", afterStoring: true });
    expect((await send()).status).toBe(502);
    expect(await stored()).toBe(4);
  });

  it("fails every second event, or the batch with a string", async () => {
    await fault({ kind: "partial", target: "import", everyNth: 2 });
    const partial = await send();
    expect(partial.json).toMatchObject({
      code: 400,
      num_records_imported: 2,
      failed_records: [{ index: 0 }, { index: 2 }],
    });
    expect(await stored()).toBe(2);
    await fault({ kind: "partial_strings", target: "import" });
    const strings = await send();
    expect(strings.json).toMatchObject({ code: 400, num_records_imported: 0, failed_records: [expect.any(String)] });
    expect(await stored()).toBe(2);
  });

  it("waits before a slow answer, and hangs until it is cleared", async () => {
    await fault({ kind: "slow", target: "import", delayMs: 150 });
    const from = performance.now();
    expect((await send()).status).toBe(200);
    expect(performance.now() - from).toBeGreaterThan(140);
    const id = await fault({ kind: "hang", target: "import" });
    const hanging = send();
    hanging.catch(() => undefined);
    await eventually(async () => (await standIn.control.faults(PROJECT))[1]?.struck === 1);
    await standIn.control.clearFaults(PROJECT, id);
    await expect(hanging).rejects.toThrow(/./);
  });

  it("strikes after so many requests, events or bytes, and until cleared", async () => {
    await standIn.control.addFault(PROJECT, { kind: "unavailable", target: "import", afterRequests: 2 });
    expect([(await send()).status, (await send()).status, (await send()).status, (await send()).status]).toEqual([
      200, 200, 503, 503,
    ]);
    await standIn.control.clearFaults(PROJECT);
    await standIn.control.addFault(PROJECT, { kind: "unavailable", target: "import", afterEvents: 5 });
    expect([(await send()).status, (await send()).status, (await send()).status]).toEqual([200, 200, 503]);
    await standIn.control.clearFaults(PROJECT);
    await standIn.control.addFault(PROJECT, { kind: "unavailable", target: "import", afterBytes: 1 });
    expect([(await send()).status, (await send()).status]).toEqual([200, 503]);
  });
});

describe("export", () => {
  beforeEach(async () => {
    await standIn.control.generate(PROJECT, { count: 2000, events: ["a"], fromMs: NOON_MS, toMs: NOON_MS + 60_000 });
  });

  it.each([
    [{ kind: "to_date" }, 400, "to_date cannot be later than today"],
    [{ kind: "auth_text" }, 400, "Unable to authenticate request"],
    [{ kind: "plan" }, 402, "Your plan does not support raw data export. Visit mixpanel.com/pricing to upgrade."],
    [{ kind: "unauthorized" }, 401, "Invalid credentials"],
    [{ kind: "forbidden" }, 403, ""],
    [{ kind: "not_found" }, 404, ""],
    [{ kind: "unknown_error" }, 500, "unknown error"],
    [{ kind: "bad_gateway" }, 502, "<html>"],
    [{ kind: "gateway_timeout" }, 504, "<html>"],
  ] as const)("%j answers %i once", async (given, status, text) => {
    await fault({ target: "export", ...given });
    const answer = await exportRaw(standIn);
    expect(answer.status).toBe(status);
    expect(answer.text).toContain(text);
    expect(linesOf(await exportRaw(standIn))).toHaveLength(2000);
  });

  it("limits the rate with and without Retry-After", async () => {
    await fault({ kind: "rate_limited", target: "export" });
    await fault({ kind: "rate_limited", target: "export", retryAfterSeconds: 7 });
    const answers = [await exportRaw(standIn), await exportRaw(standIn)];
    expect(answers.map(({ status, headers }) => [status, headers["retry-after"]])).toEqual([
      [429, undefined],
      [429, "7"],
    ]);
  });

  it.each([
    ["terminated_early", "terminated early"],
    ["export_terminated_early", "export terminated early"],
  ] as const)("%s ends a whole body with that line", async (kind, text) => {
    await fault({ kind, target: "export", afterEvents: 100 });
    const answer = await exportRaw(standIn);
    expect(answer.status).toBe(200);
    const lines = answer.text.trimEnd().split("\n");
    expect(lines).toHaveLength(101);
    expect(lines.at(-1)).toBe(text);
  });

  it.each([{}, { "accept-encoding": "gzip" }])("resets in the middle of the body, with headers %j", async (headers) => {
    await fault({ kind: "reset_mid_body", target: "export", afterBytes: 300_000 });
    const params = new URLSearchParams({ project_id: PROJECT, from_date: "2026-03-10", to_date: "2026-03-10" });
    const auth = { authorization: `Basic sync.${PROJECT}.mp-service-account:sa-secret-${PROJECT}` };
    const response = await fetch(`${standIn.origin}/api/2.0/export?${params.toString()}`, {
      headers: { ...auth, "accept-encoding": "identity", ...headers },
    });
    expect(response.status).toBe(200);
    let bytes = 0;
    const read = async (): Promise<void> => {
      for await (const part of response.body ?? []) bytes += part.length;
    };
    await expect(read()).rejects.toThrow(/./);
    expect(bytes).toBeGreaterThan(0);
    expect((await standIn.control.requests(PROJECT)).byKind["export"]).toEqual({ total: 1, byStatus: {}, reset: 1 });
  });
});

describe("other targets", () => {
  it("strikes one kind of request, or any, of one project or of all", async () => {
    await fault({ kind: "forbidden", target: "app" });
    expect((await exportRaw(standIn)).status).toBe(200);
    expect((await call(standIn, "/api/app/me")).status).toBe(403);
    await fault({ kind: "unknown_error", target: "query" });
    expect((await call(standIn, `/api/query/events/names?project_id=${PROJECT}`)).status).toBe(500);
    await standIn.control.addFault(null, { kind: "unavailable", target: "any", times: 3 });
    expect([
      (await send()).status,
      (await exportRaw(standIn)).status,
      (await call(standIn, "/api/app/me")).status,
    ]).toEqual([503, 503, 503]);
    expect((await call(standIn, "/api/app/me")).status).toBe(200);
  });

  it("refuses what it does not know, and says what", async () => {
    await expect(standIn.control.addFault(PROJECT, { kind: "explode" as "reset", target: "any" })).rejects.toThrow(
      /kind/,
    );
    await expect(standIn.control.count("999")).rejects.toThrow("no project 999");
    await expect(standIn.control.putProject(PROJECT, { timezone: "Mars/Base" })).rejects.toThrow("Mars/Base");
    await expect(standIn.control.putProject("../x")).rejects.toThrow(/projectId/);
  });
});
