// Merged ids: clusters of Original ID Merge, claimed devices of Simplified ID Merge, and how an export shows them.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type MixpanelStandIn, startMixpanelStandIn } from "../../../../dev/standins/mixpanel/server.ts";
import { event, exportRaw, importBatch, linesOf, NOON_MS, PROJECT } from "../../../support/dev/mixpanelClient.ts";

const ANON = "7f0d0a5e-93d4-4a0b-8c3a-1f7f5a2f9b01";

let dataDir: string;
let standIn: MixpanelStandIn;
beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "crosscurrent-identity-"));
  standIn = await startMixpanelStandIn({ dataDir });
});
afterEach(async () => {
  await standIn.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

const useProject = (settings: object = {}) =>
  standIn.control.putProject(PROJECT, { exportPerSecond: null, idMerge: "original", ...settings });

interface Ids {
  distinct: unknown;
  before: unknown;
  user: unknown;
}

/** The ids of the exported purchases by number. */
async function exportedIds(): Promise<Ids[]> {
  return linesOf(await exportRaw(standIn, { event: '["purchase"]' }))
    .toSorted((a, b) => Number(a.properties["n"]) - Number(b.properties["n"]))
    .map(({ properties }) => ({
      distinct: properties["distinct_id"],
      before: properties["$distinct_id_before_identity"],
      user: properties["$user_id"],
    }));
}

function purchase(n: number, properties: Record<string, unknown>) {
  return event(n, { n, ...properties });
}

const identify = (anonymousId: string, userId = "user-7") => ({
  event: "$identify",
  properties: { time: NOON_MS, $insert_id: "i-1", $identified_id: userId, $anon_id: anonymousId },
});

describe("Original ID Merge", () => {
  it("re-keys rows before and after $identify to the user's id", async () => {
    await useProject();
    await importBatch(standIn, [purchase(1, { distinct_id: ANON }), identify(ANON)]);
    await importBatch(standIn, [purchase(2, { distinct_id: ANON }), purchase(3, { distinct_id: "user-7" })]);
    expect(await exportedIds()).toEqual([
      { distinct: "user-7", before: ANON, user: "user-7" },
      { distinct: "user-7", before: ANON, user: "user-7" },
      { distinct: "user-7", before: undefined, user: undefined },
    ]);
    expect(await standIn.control.count(PROJECT, { events: ["$identify"] })).toMatchObject({ stored: 1 });
  });

  it("can choose the anonymous id, so that rows of the user come back under another id", async () => {
    await useProject({ merging: { canonical: "anonymous" } });
    await importBatch(standIn, [purchase(1, { distinct_id: "user-7" }), identify(ANON)]);
    expect(await exportedIds()).toEqual([{ distinct: ANON, before: "user-7", user: "user-7" }]);
  });

  it("ignores $identify of an id that is no UUID v4 or has another user", async () => {
    await useProject();
    const rows = [purchase(1, { distinct_id: "anon-1" }), purchase(2, { distinct_id: ANON })];
    const answer = await importBatch(standIn, [...rows, identify("anon-1"), identify(ANON), identify(ANON, "user-8")]);
    expect(answer.status).toBe(200);
    expect((await exportedIds()).map(({ distinct }) => distinct)).toEqual(["anon-1", "user-7"]);
  });

  it("chains aliases and merges any two ids, up to 500", async () => {
    await useProject();
    const link = (name: string, properties: object) => ({
      event: name,
      properties: { time: NOON_MS, $insert_id: "l", distinct_id: "user-7", ...properties },
    });
    await importBatch(standIn, [
      purchase(1, { distinct_id: "mail" }),
      purchase(2, { distinct_id: "other" }),
      purchase(3, { distinct_id: "late" }),
      link("$create_alias", { alias: "mail" }),
      link("$create_alias", { alias: "mail", distinct_id: "user-9" }),
      link("$merge", { $distinct_ids: ["mail", "other"] }),
    ]);
    await standIn.control.identify(
      PROJECT,
      Array.from({ length: 497 }, (_, i) => ({ userId: "user-7", anonymousId: `more-${i}` })),
    );
    expect(await standIn.control.identify(PROJECT, [{ userId: "user-7", anonymousId: "late" }])).toBe(0);
    expect((await exportedIds()).map(({ distinct }) => distinct)).toEqual(["user-7", "user-7", "late"]);
  });

  it("shows a merge late, partially and with a new processing time if asked to", async () => {
    await standIn.control.setClock(NOON_MS + 1_000, { frozen: true });
    await useProject({ merging: { delayMs: 60_000, everyNth: 2, newProcessingTime: true } });
    const rows = [1, 2, 3, 4].map((n) => purchase(n, { distinct_id: "visitor" }));
    await importBatch(standIn, rows);
    await standIn.control.identify(PROJECT, [{ userId: "user-7", anonymousId: "visitor" }]);
    const distinct = async () => (await exportedIds()).map((ids) => ids.distinct);
    expect(await distinct()).toEqual(["visitor", "visitor", "visitor", "visitor"]);
    await standIn.control.advanceClock(60_000);
    expect(await distinct()).toEqual(["visitor", "user-7", "visitor", "user-7"]);
    const times = (await standIn.control.rows(PROJECT)).map(({ properties }) => properties["mp_processing_time_ms"]);
    expect(times).toEqual([1_001, 61_001, 1_001, 61_001].map((ms) => NOON_MS + ms));
    expect(await standIn.control.finishMerges(PROJECT)).toBe(2);
    expect(await distinct()).toEqual(["user-7", "user-7", "user-7", "user-7"]);
  });

  it("keeps clusters over a restart, and leaves rows alone that are no JSON", async () => {
    await useProject();
    await importBatch(standIn, [purchase(1, { distinct_id: ANON }), identify(ANON)]);
    const broken = '{"event":"purchase","properties":{"distinct_id":"' + ANON + '","note":NaN}}';
    await standIn.control.loadRows(PROJECT, [{ event: "purchase", timeMs: NOON_MS, line: broken }]);
    await standIn.stop();
    standIn = await startMixpanelStandIn({ dataDir });
    await importBatch(standIn, [purchase(2, { distinct_id: ANON })]);
    const { text } = await exportRaw(standIn, { event: '["purchase"]' });
    expect(text).toContain(broken);
    expect(text.match(/"distinct_id":"user-7"/g)).toHaveLength(2);
    await standIn.control.resetProject(PROJECT);
    await importBatch(standIn, [purchase(3, { distinct_id: ANON })]);
    expect((await exportedIds())[0]).toMatchObject({ distinct: ANON });
  });

  it("counts an event sent again after the merge as the same", async () => {
    await useProject();
    await importBatch(standIn, [
      purchase(1, { distinct_id: ANON }),
      identify(ANON),
      purchase(1, { distinct_id: ANON }),
    ]);
    expect(await standIn.control.count(PROJECT, { events: ["purchase"] })).toMatchObject({ stored: 2, deduped: 1 });
  });
});

describe("Simplified ID Merge", () => {
  it("gives a device's rows to the first user who is seen with it", async () => {
    await useProject({ idMerge: "simplified" });
    await importBatch(standIn, [purchase(1, { distinct_id: "$device:d1", $device_id: "d1" })]);
    expect(await exportedIds()).toEqual([{ distinct: "$device:d1", before: undefined, user: undefined }]);
    await importBatch(standIn, [
      purchase(2, { $user_id: "user-7", $device_id: "d1" }),
      purchase(3, { $user_id: "user-8", $device_id: "d1" }),
      purchase(4, { distinct_id: "$device:d1" }),
    ]);
    expect(await exportedIds()).toEqual([
      { distinct: "user-7", before: "$device:d1", user: "user-7" },
      { distinct: "user-7", before: undefined, user: "user-7" },
      { distinct: "user-8", before: undefined, user: "user-8" },
      { distinct: "user-7", before: "$device:d1", user: "user-7" },
    ]);
  });

  it("learns of a login by control too, some days later", async () => {
    await useProject({ idMerge: "simplified" });
    await importBatch(standIn, [purchase(1, { distinct_id: "$device:d1" })]);
    expect(await standIn.control.identify(PROJECT, [{ userId: "user-7", anonymousId: "d1" }])).toBe(1);
    expect(await exportedIds()).toEqual([{ distinct: "user-7", before: "$device:d1", user: "user-7" }]);
  });
});
