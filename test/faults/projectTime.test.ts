// Projects in local time: recognised from their rows, and dated anew when people change how their times are read.
import { DateTime } from "luxon";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectImported } from "../support/system/exact.ts";
import { connectMixpanel, type Mixpanel } from "../support/system/mixpanelSync.ts";
import { HOUR_MS, startSystem, type System } from "../support/system/system.ts";

const WITHIN_MS = 120_000;
const ZONE = "America/Los_Angeles";

let system: System;
beforeAll(async () => {
  system = await startSystem();
  await system.startWorker();
}, WITHIN_MS);
afterAll(() => system.stop());

/** Rows every hour, each received a second after it happened, in a project made before 2023. */
async function importing(count: number, projectTime?: string) {
  const integration = { importFrom: DateTime.now().setZone(ZONE).minus({ days: 10 }).toISODate() };
  const mixpanel = await connectMixpanel(system, {
    project: { createdBefore2023: true, timezone: ZONE },
    integration: projectTime === undefined ? integration : { ...integration, projectTime },
  });
  const firstMs = Date.now() - (count + 1) * HOUR_MS;
  const rows = Array.from({ length: count }, (_, i) => ({
    event: "purchase",
    timeMs: firstMs + i * HOUR_MS,
    processingMs: firstMs + i * HOUR_MS + 1_000,
    properties: { distinct_id: "ann", $insert_id: `row-${i}`, amount: 1 },
  }));
  await mixpanel.control.loadRows(mixpanel.projectId, rows);
  await mixpanel.addEvent("purchase");
  await mixpanel.enable({ import: true });
  return { mixpanel, rows };
}

const set = (mixpanel: Mixpanel, projectTime: string) =>
  system.call("PATCH", `/v1/integrations/${mixpanel.id}`, { projectTime });

describe.concurrent("a project of Los Angeles from before 2023", () => {
  it(
    "has the exact times without being told",
    async () => {
      const { mixpanel, rows } = await importing(20);
      expect(await mixpanel.sync(WITHIN_MS)).toBe("succeeded");
      await expectImported(mixpanel, rows);
    },
    WITHIN_MS,
  );

  it(
    "whose times are said to be UTC stops with what to set, and goes on once it is set",
    async () => {
      const { mixpanel, rows } = await importing(20, "utc");
      expect(await mixpanel.sync(WITHIN_MS)).toBe("failed");
      const { import: importing_ } = await mixpanel.get();
      expect(importing_.error).toMatchObject({ kind: "schema", message: expect.stringMatching(/"auto"/) as string });
      await expectImported(mixpanel, []);
      await set(mixpanel, "auto");
      expect(await mixpanel.sync(WITHIN_MS)).toBe("succeeded");
      await expectImported(mixpanel, rows);
    },
    WITHIN_MS,
  );

  it(
    "is dated anew, stored rows too, when people change how its times are read",
    async () => {
      // So few rows contradict nothing.
      const { mixpanel, rows } = await importing(5, "utc");
      expect(await mixpanel.sync(WITHIN_MS)).toBe("succeeded");
      const { offset } = DateTime.fromMillis(rows[0]!.timeMs, { zone: ZONE });
      const shifted = rows.map((row) => ({ ...row, timeMs: row.timeMs + offset * 60_000 }));
      await expectImported(mixpanel, shifted);
      await set(mixpanel, "local");
      expect(await mixpanel.sync(WITHIN_MS)).toBe("succeeded");
      await expectImported(mixpanel, rows);
      await set(mixpanel, "utc");
      expect(await mixpanel.sync(WITHIN_MS)).toBe("succeeded");
      await expectImported(mixpanel, shifted);
    },
    WITHIN_MS,
  );
});
