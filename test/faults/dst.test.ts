// Projects from before 2023 store local time: around both changes of the clock, imported rows have the exact UTC time.
import { DateTime } from "luxon";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LoadRow } from "../../dev/standins/mixpanel/protocol.ts";
import { expectImported } from "../support/system/exact.ts";
import { connectMixpanel } from "../support/system/mixpanelSync.ts";
import { DAY_MS, HOUR_MS, startSystem, type System } from "../support/system/system.ts";

const WITHIN_MS = 120_000;
const STEP_MS = 10 * 60_000;

let system: System;
beforeAll(async () => {
  system = await startSystem();
  await system.startWorker();
});
afterAll(() => system.stop());

/** The two latest changes of the zone's offset: the moments in UTC, found hour by hour and not from a table. */
function changes(zone: string): number[] {
  const found: number[] = [];
  const offset = (ms: number) => DateTime.fromMillis(ms, { zone }).offset;
  for (let ms = Math.floor(Date.now() / HOUR_MS) * HOUR_MS; found.length < 2; ms -= HOUR_MS / 2) {
    if (offset(ms) !== offset(ms - HOUR_MS / 2)) found.push(ms);
  }
  return found;
}

/** An hour that the clock shows twice is stored the same for both showings: the second one cannot be told. */
function isSecondShowing(ms: number, zone: string): boolean {
  const { offset } = DateTime.fromMillis(ms, { zone });
  const wallMs = ms + offset * 60_000;
  const before = DateTime.fromMillis(ms - 2 * HOUR_MS, { zone }).offset;
  return (
    before > offset &&
    wallMs - before * 60_000 < ms &&
    DateTime.fromMillis(wallMs - before * 60_000, { zone }).offset === before
  );
}

function row(timeMs: number, id: string): LoadRow {
  return {
    event: "purchase",
    timeMs,
    processingMs: timeMs + 1,
    properties: { distinct_id: "user", $insert_id: id, amount: 1 },
  };
}

describe.concurrent("an old project with local time", () => {
  it.each(["Europe/Berlin", "America/St_Johns"])(
    "in %s is imported with the exact UTC times of both days of change",
    async (zone) => {
      const moments = changes(zone);
      const around = moments.flatMap((changeMs) =>
        Array.from({ length: (2 * DAY_MS) / STEP_MS }, (_, i) => changeMs - DAY_MS + i * STEP_MS),
      );
      const certain = around.filter((ms) => !isSecondShowing(ms, zone));
      expect(around.length - certain.length).toBe(HOUR_MS / STEP_MS);
      // The first day begins at midnight of the project's zone, not at UTC's.
      const importFrom = DateTime.fromMillis(Math.min(...moments), { zone })
        .startOf("day")
        .minus({ days: 1 });
      const edges = [0, 1, 60_000].map((ms) => importFrom.toMillis() + ms);
      const early = [1, 60_000].map((ms) => importFrom.toMillis() - ms);
      const nowMs = Date.now() - 1_000;
      const times = [...new Set([...certain, ...edges, nowMs])].filter((ms) => ms >= importFrom.toMillis());
      const wanted = times.map((ms, i) => row(ms, `row-${i}`));
      const mixpanel = await connectMixpanel(system, {
        project: { createdBefore2023: true, timezone: zone },
        integration: { projectTime: "local", importFrom: importFrom.toISODate() },
      });
      await mixpanel.control.loadRows(mixpanel.projectId, [...wanted, ...early.map((ms, i) => row(ms, `early-${i}`))]);
      await mixpanel.addEvent("purchase");
      await mixpanel.enable({ import: true });
      expect(await mixpanel.sync(WITHIN_MS)).toBe("succeeded");
      await expectImported(mixpanel, wanted);
      // Today is the project's today: nothing was asked for that is yet to come, or left out.
      const { byKind } = await mixpanel.control.requests(mixpanel.projectId);
      expect(Object.keys(byKind["export"]?.byStatus ?? {})).toEqual(["200"]);
    },
    WITHIN_MS,
  );
});
