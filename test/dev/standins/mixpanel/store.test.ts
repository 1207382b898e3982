// What is kept: over a restart and a SIGKILL, generated rows, the deduped view, merges, and processing times.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { MixpanelControl } from "../../../../dev/standins/mixpanel/control.ts";
import { type MixpanelStandIn, startMixpanelStandIn } from "../../../../dev/standins/mixpanel/server.ts";
import { eventually } from "../../../support/eventually.ts";
import { event, exportRaw, importBatch, linesOf, NOON_MS, PROJECT } from "../../../support/dev/mixpanelClient.ts";

let dataDir: string;
let cleanUp: (() => Promise<void> | void)[];
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "crosscurrent-stand-in-"));
  cleanUp = [() => rmSync(dataDir, { recursive: true, force: true })];
});
afterEach(async () => {
  for (const step of cleanUp.toReversed()) await step();
});

async function start(options: { dataDir?: string } = {}): Promise<MixpanelStandIn> {
  const standIn = await startMixpanelStandIn(options);
  let running = true;
  const stop = async (): Promise<void> => {
    if (running) await standIn.stop();
    running = false;
  };
  cleanUp.push(stop);
  return { ...standIn, stop };
}

const batch = Array.from({ length: 200 }, (_, i) => event(i, { note: "é€\u{1F600}", big: i }));

describe("a data directory", () => {
  it("brings back settings, rows, merges, processing times and the clock", async () => {
    const first = await start({ dataDir });
    await first.control.putProject(PROJECT, { createdBefore2023: true, timezone: "Asia/Tokyo", exportPerSecond: null });
    await importBatch(first, batch);
    await first.control.mergeIdentity(PROJECT, "user-5", "user-6");
    await first.control.setProcessingTime(PROJECT, { distinctId: "user-7" }, 1234);
    await first.control.setClock(NOON_MS + 86_400_000, { frozen: true });
    // Everything was processed at the real time, which this clock has not reached.
    await first.control.setProcessingTime(PROJECT, {}, NOON_MS);
    const before = (await exportRaw(first, { time_in_ms: "true" })).text;
    expect(before.split("\n")).toHaveLength(201);
    await first.stop();

    const second = await start({ dataDir });
    expect((await exportRaw(second, { time_in_ms: "true" })).text).toBe(before);
    expect(await second.control.nowMs()).toBe(NOON_MS + 86_400_000);
    expect(await second.control.settings(PROJECT)).toMatchObject({ timezone: "Asia/Tokyo", createdBefore2023: true });
    expect(await second.control.count(PROJECT)).toMatchObject({ stored: 200, deduped: 200 });
    await second.control.resetProject(PROJECT);
    await second.stop();
    const third = await start({ dataDir });
    expect((await third.control.count(PROJECT)).stored).toBe(0);
    await third.control.deleteProject(PROJECT);
    await third.stop();
    expect(await (await start({ dataDir })).control.projectIds()).toEqual([]);
  });

  it("drops a torn tail and goes on after it", async () => {
    const first = await start({ dataDir });
    await first.control.putProject(PROJECT);
    await importBatch(first, batch);
    await first.stop();
    appendFileSync(join(dataDir, `${PROJECT}.journal`), Buffer.from([200, 0, 0, 0, 2, 1, 2, 3]));
    const second = await start({ dataDir });
    await importBatch(second, [event(500)]);
    await second.stop();
    expect((await (await start({ dataDir })).control.count(PROJECT)).stored).toBe(201);
  });

  it("loses nothing that was answered when its process is killed", async () => {
    const first = await startProcess();
    await first.control.putProject(PROJECT);
    let answered = 0;
    const sending = (async () => {
      for (let i = 0; ; i++) {
        const answer = await importBatch(
          first.standIn,
          batch.map((one) => ({
            ...one,
            properties: { ...one.properties, $insert_id: `k-${i}-${one.properties["$insert_id"] as string}` },
          })),
        );
        if (answer.status === 200) answered += batch.length;
      }
    })();
    sending.catch(() => undefined);
    await eventually(() => answered > 2_000);
    first.child.kill("SIGKILL");
    await expect(sending).rejects.toThrow(/./);
    const second = await start({ dataDir });
    const { stored, deduped } = await second.control.count(PROJECT);
    expect(stored).toBe(deduped);
    // At most the request under way is there without having been answered.
    expect([answered, answered + batch.length]).toContain(stored);
  });

  async function startProcess(): Promise<{ child: ChildProcess; standIn: MixpanelStandIn; control: MixpanelControl }> {
    const main = resolve(import.meta.dirname, "../../../../dev/standins/mixpanel/main.ts");
    const child = spawn(process.execPath, ["--import", "tsx", main, "--data-dir", dataDir], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    cleanUp.push(async () => {
      if (child.exitCode === null && child.signalCode === null && child.kill("SIGKILL")) await once(child, "exit");
    });
    const [line] = (await once(child.stdout as NodeJS.ReadableStream, "data")) as [Buffer];
    const origin = /ready on (http:\S+)/.exec(line.toString())?.[1] ?? "";
    const control = new MixpanelControl(origin);
    cleanUp.push(() => control.close());
    return { child, control, standIn: { origin, control, stop: () => Promise.resolve() } };
  }
});

describe("rows of the stand-in's own making", () => {
  it("are the same for the same seed, and as many as asked", async () => {
    const standIn = await start();
    const options = {
      count: 25_000,
      events: ["purchase", "view"],
      users: 300,
      fromMs: NOON_MS - 10 * 86_400_000,
      toMs: NOON_MS,
    };
    for (const [id, seed] of [
      ["1", 7],
      ["2", 7],
      ["3", 8],
    ] as const) {
      await standIn.control.putProject(id);
      await standIn.control.generate(id, { ...options, seed });
    }
    const [one, two, three] = await Promise.all(["1", "2", "3"].map((id) => standIn.control.rows(id, {}, 25_000)));
    expect(one).toHaveLength(25_000);
    expect(one).toEqual(two);
    expect(one?.[0]?.properties["amount"]).not.toBe(three?.[0]?.properties["amount"]);
    expect(await standIn.control.count("1")).toMatchObject({ stored: 25_000, deduped: 25_000 });
    expect(new Set(one?.map(({ properties }) => properties["distinct_id"])).size).toBe(300);
    expect(new Set(one?.map(({ event: name }) => name))).toEqual(new Set(["purchase", "view"]));
  });
});

describe("the view of queries", () => {
  it("holds one event per event, time, distinct_id and $insert_id", async () => {
    const standIn = await start();
    await standIn.control.putProject(PROJECT);
    const same = event(1);
    const variants = [
      same,
      same,
      { ...same, event: "view" },
      event(1, { time: NOON_MS }),
      event(1, { distinct_id: "other" }),
      event(1, { $insert_id: "other" }),
      event(1, { extra: 1 }),
    ];
    await importBatch(standIn, variants);
    expect(await standIn.control.count(PROJECT)).toEqual({
      stored: 7,
      deduped: 5,
      byEvent: { purchase: { stored: 6, deduped: 4 }, view: { stored: 1, deduped: 1 } },
    });
    expect(await standIn.control.count(PROJECT, { events: ["view"] })).toMatchObject({ stored: 1 });
    expect(await standIn.control.count(PROJECT, { fromMs: NOON_MS + 1, toMs: NOON_MS + 1 })).toMatchObject({
      stored: 6,
    });
    expect(await standIn.control.count(PROJECT, { toMs: NOON_MS })).toMatchObject({ stored: 1 });
    expect(await standIn.control.count(PROJECT, { distinctId: "other" })).toMatchObject({ stored: 1 });
  });

  it("counts an event resent after a merge as the same", async () => {
    const standIn = await start();
    await standIn.control.putProject(PROJECT, { idMerge: "original" });
    await importBatch(standIn, [event(1), event(2)]);
    expect(await standIn.control.mergeIdentity(PROJECT, "user-1", "canonical")).toBe(1);
    await importBatch(standIn, [event(1)]);
    expect(await standIn.control.count(PROJECT)).toMatchObject({ stored: 3, deduped: 2 });
  });
});

describe("rows rewritten later", () => {
  it("change identity with a trace and no new processing time, other digits untouched", async () => {
    const standIn = await start();
    await standIn.control.putProject(PROJECT);
    const row = {
      event: "purchase",
      timeMs: NOON_MS,
      processingMs: NOON_MS,
      propertiesText: '{"distinct_id":"a","big":12345678901234567890.5,"mp_processing_time_ms":5}',
    };
    await standIn.control.loadRows(PROJECT, [row, { ...row, propertiesText: '{"distinct_id":"b","note":"a"}' }]);
    expect(await standIn.control.mergeIdentity(PROJECT, "a", "z")).toBe(1);
    const { text } = await exportRaw(standIn, { time_in_ms: "true" });
    expect(text).toContain(
      `"time":${NOON_MS},"distinct_id":"z","big":12345678901234567890.5,"mp_processing_time_ms":5,"$distinct_id_before_identity":"a"`,
    );
    expect(await standIn.control.mergeIdentity(PROJECT, "b", "y", { traced: false })).toBe(1);
    expect((await standIn.control.rows(PROJECT, { distinctId: "y" }))[0]?.properties).not.toHaveProperty(
      "$distinct_id_before_identity",
    );
  });

  it("are found by their new processing time", async () => {
    const standIn = await start();
    await standIn.control.putProject(PROJECT, { exportPerSecond: null });
    await importBatch(standIn, batch.slice(0, 10));
    expect(await standIn.control.setProcessingTime(PROJECT, { distinctId: "user-3" }, 777)).toBe(1);
    const found = linesOf(await exportRaw(standIn, { where: 'number(properties["mp_processing_time_ms"]) == 777' }));
    expect(found.map(({ properties }) => [properties["distinct_id"], properties["mp_processing_time_ms"]])).toEqual([
      ["user-3", 777],
    ]);
  });
});
