// Real projects' odd answers: bodies that a proxy or a fault spoils, days that fail, drop filters, accounts of many projects.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { FaultInput } from "../../../../dev/standins/mixpanel/protocol.ts";
import { type MixpanelStandIn, startMixpanelStandIn } from "../../../../dev/standins/mixpanel/server.ts";
import {
  call,
  DAY_MS,
  event,
  exportRaw,
  importBatch,
  linesOf,
  loadEvents,
  NOON_MS,
  PROJECT,
} from "../../../support/dev/mixpanelClient.ts";

let standIn: MixpanelStandIn;
beforeEach(async () => {
  standIn = await startMixpanelStandIn();
  await standIn.control.putProject(PROJECT, { exportPerSecond: null, invented: { exportOrder: "arrival" } });
});
afterEach(() => standIn.stop());

const fault = (given: FaultInput) => standIn.control.addFault(PROJECT, { times: 1, ...given });
const me = async () => {
  const { json } = await call(standIn, "/api/app/me");
  return (json["results"] as { projects: Record<string, Record<string, unknown>> }).projects;
};

describe("the body of an export", () => {
  beforeEach(async () => void (await loadEvents(standIn, [NOON_MS, NOON_MS + 1, NOON_MS + 2])));

  it("can begin with a byte-order mark", async () => {
    const plain = (await exportRaw(standIn)).text;
    await fault({ kind: "byte_order_mark", target: "export" });
    expect(await bytesOf()).toEqual([0xef, 0xbb, 0xbf, ...Buffer.from(plain)]);
  });

  it("can end with any text after some rows", async () => {
    await fault({ kind: "ends_with", target: "export", afterEvents: 2, body: '{"status":"error"}' });
    const lines = (await exportRaw(standIn)).text.trimEnd().split("\n");
    expect(lines).toHaveLength(3);
    expect(lines[2]).toBe('{"status":"error"}');
  });

  it("can have any line between rows", async () => {
    await fault({ kind: "line_between", target: "export", afterEvents: 1, body: "upstream connect error" });
    const lines = (await exportRaw(standIn)).text.trimEnd().split("\n");
    expect(lines.map((line) => line.startsWith("{"))).toEqual([true, false, true, true]);
  });

  it("can end in half a row with a line end", async () => {
    const whole = (await exportRaw(standIn)).text.split("\n");
    await fault({ kind: "half_row", target: "export", afterEvents: 2 });
    const { text } = await exportRaw(standIn);
    const [, , half = "", end] = text.split("\n");
    expect(whole[2]?.startsWith(half)).toBe(true);
    expect(half.length).toBeLessThan(whole[2]?.length ?? 0);
    expect(end).toBe("");
  });

  it("passes raw control characters as they are stored", async () => {
    const propertiesText = '{"distinct_id":"u","note":"a\u0001b\tc"}';
    await standIn.control.loadRows(PROJECT, [{ event: "raw", timeMs: NOON_MS, propertiesText }]);
    expect((await exportRaw(standIn, { event: '["raw"]' })).text).toContain('"note":"a\u0001b\tc"');
  });

  async function bytesOf(): Promise<number[]> {
    const day = new Date(NOON_MS).toISOString().slice(0, 10);
    const query = `project_id=${PROJECT}&from_date=${day}&to_date=${day}`;
    const authorization = `Basic sync.${PROJECT}.mp-service-account:sa-secret-${PROJECT}`;
    const response = await fetch(`${standIn.origin}/api/2.0/export?${query}`, { headers: { authorization } });
    return [...new Uint8Array(await response.arrayBuffer())];
  }
});

describe("answers", () => {
  it("fails only requests that include a day", async () => {
    await loadEvents(standIn, [NOON_MS, NOON_MS + DAY_MS]);
    await standIn.control.addFault(PROJECT, { kind: "unknown_error", target: "export", days: ["2026-03-11"] });
    expect(linesOf(await exportRaw(standIn))).toHaveLength(1);
    expect((await exportRaw(standIn, { to_date: "2026-03-12" })).status).toBe(500);
    expect((await exportRaw(standIn, { from_date: "2026-03-12", to_date: "2026-03-12" })).status).toBe(200);
  });

  it.each(["31536000", "1893456000", "Wed, 01 Jan 2031 00:00:00 GMT", "soon"])(
    "retries after %s",
    async (retryAfter) => {
      await fault({ kind: "rate_limited", target: "export", retryAfter });
      expect((await exportRaw(standIn)).headers["retry-after"]).toBe(retryAfter);
    },
  );

  it("plays a proxy's pages, empty bodies and Mixpanel's own errors", async () => {
    await fault({ kind: "html", target: "import", status: 400 });
    await fault({ kind: "empty", target: "import", status: 502 });
    await fault({ kind: "import_error", target: "import", status: 400, body: "project_id is required" });
    const answers = [1, 2, 3].map(() => importBatch(standIn, [event(1)]));
    expect((await Promise.all(answers)).map(({ status, text }) => [status, text.slice(0, 6)])).toEqual([
      [400, "<html>"],
      [502, ""],
      [400, '{"code'],
    ]);
  });
});

describe("a drop filter", () => {
  it.each([
    [true, 4],
    [false, 2],
  ])("drops events silently (counted as imported: %s)", async (droppedCountAsImported, imported) => {
    const dropFilter = { property: "variant", values: ["b"] };
    await standIn.control.putProject(PROJECT, { dropFilter, invented: { droppedCountAsImported } });
    const events = [1, 2, 3, 4].map((n) => event(n, { variant: n % 2 === 0 ? "a" : "b" }));
    expect((await importBatch(standIn, events)).json).toMatchObject({ code: 200, num_records_imported: imported });
    expect(await standIn.control.count(PROJECT)).toMatchObject({ stored: 2 });
  });
});

describe("the account", () => {
  const account = { username: `sync.${PROJECT}.mp-service-account`, secret: `sa-secret-${PROJECT}` };

  it("lets a custom role import if it may", async () => {
    await standIn.control.putProject(PROJECT, { serviceAccounts: [{ ...account, role: "Data", canImport: true }] });
    expect((await importBatch(standIn, [event(1)])).status).toBe(200);
    expect((await me())[PROJECT]).toMatchObject({ role: { name: "Data" } });
    await standIn.control.putProject(PROJECT, { serviceAccounts: [{ ...account, role: "Data" }] });
    expect((await importBatch(standIn, [event(1)])).status).toBe(401);
  });

  it("sees other projects without a zone, and over 20,000 of them", async () => {
    await standIn.control.putProject("1002", { serviceAccounts: [account], timezoneInMe: "null" });
    await standIn.control.putProject("1003", { serviceAccounts: [account], timezoneInMe: "absent" });
    await standIn.control.putProject(PROJECT, { serviceAccounts: [{ ...account, otherProjects: 20_001 }] });
    const projects = await me();
    expect(Object.keys(projects)).toHaveLength(20_004);
    expect(projects[PROJECT]).toMatchObject({ timezone: "UTC" });
    expect(projects["1002"]).toMatchObject({ timezone: null });
    expect(projects["1003"]).not.toHaveProperty("timezone");
  });
});
