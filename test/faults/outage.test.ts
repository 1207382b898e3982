// A Mixpanel that is down for longer than several runs: when it is back, both sides become exact by themselves.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type MixpanelStandIn, startMixpanelStandIn } from "../../dev/standins/mixpanel/server.ts";
import { eventually } from "../support/eventually.ts";
import {
  expectExported,
  expectImported,
  expectRunsAddUp,
  IMPORT_FROM,
  Ledger,
  runsOf,
} from "../support/system/exact.ts";
import { connectMixpanel, type Mixpanel } from "../support/system/mixpanelSync.ts";
import { startSystem, type System } from "../support/system/system.ts";

const WITHIN_MS = 120_000;
const dataDir = mkdtempSync(join(tmpdir(), "crosscurrent-outage-"));

let system: System;
let standIn: MixpanelStandIn;
beforeAll(async () => {
  standIn = await startMixpanelStandIn({ dataDir });
  system = await startSystem({
    // Every run takes of the budget of requests an hour, failing ones most of all.
    SYNC_INTERVAL_SECONDS: "10",
    SYNC_JITTER_SECONDS: "0",
    MIXPANEL_INGESTION_URL: standIn.origin,
    MIXPANEL_DATA_URL: standIn.origin,
    MIXPANEL_API_URL: standIn.origin,
  });
  await system.startWorker();
}, WITHIN_MS);
afterAll(async () => {
  await system.stop();
  await standIn.stop();
  rmSync(dataDir, { recursive: true, force: true });
}, WITHIN_MS);

/** The integration is connected through the system's own stand-in client: point it at the one that can be stopped. */
function connected(): Promise<Mixpanel> {
  return connectMixpanel({ ...system, mixpanel: standIn }, { integration: { importFrom: IMPORT_FROM } });
}

describe("Mixpanel down for longer than a run", () => {
  it(
    "is shown, and caught up with by itself once it is back",
    async () => {
      const mixpanel = await connected();
      const { control, projectId } = mixpanel;
      await control.putProject(projectId, { exportPerHour: null, exportPerSecond: null });
      const ledger = new Ledger(system);
      await ledger.expose(2_500, "before");
      await ledger.load(mixpanel, 1_000);
      await mixpanel.addEvent("purchase");
      await mixpanel.enable({ export: true, import: true });
      await eventually(
        mixpanel.get,
        ({ export: direction, lastRun }) => direction.sent === 2_500 && lastRun?.outcome === "succeeded",
        WITHIN_MS,
      );

      // Its address stays, and so does what it holds.
      await ledger.expose(2_500, "during");
      await ledger.load(mixpanel, 500, 10, Date.now());
      const port = Number(new URL(standIn.origin).port);
      await standIn.stop();
      const failed = async () => (await runsOf(system, mixpanel)).filter(({ outcome }) => outcome === "failed").length;
      await eventually(failed, (count) => count >= 1, WITHIN_MS);
      const seen = await mixpanel.get();
      expect(seen.export.error).toMatchObject({ kind: "transient" });
      expect(seen.export.sent).toBe(2_500);
      await expectImported(mixpanel, ledger.rows.slice(0, 1_000));

      standIn = await startMixpanelStandIn({ dataDir, port });
      const back = { ...mixpanel, control: standIn.control };
      const whole = ({ status, export: direction }: Awaited<ReturnType<Mixpanel["get"]>>) =>
        status === "idle" && direction.sent === 5_000;
      const healed = await eventually(mixpanel.get, whole, WITHIN_MS);
      expect(healed.export.error).toBeUndefined();
      expect(healed.import.error).toBeUndefined();
      await eventually(
        () => mixpanel.event("purchase"),
        ({ imported }) => imported === 1_500,
        WITHIN_MS,
      );
      await expectExported(back, ledger);
      await expectImported(back, ledger.rows);
      // Switched off, directions end; paused, a run would stay open.
      await mixpanel.enable({ export: false, import: false });
      await eventually(
        () => runsOf(system, mixpanel),
        (runs) => runs.every(({ finishedAt }) => finishedAt !== null),
        WITHIN_MS,
      );
      await expectRunsAddUp(system, mixpanel, { export: 5_000, import: 1_500 });
    },
    2 * WITHIN_MS,
  );
});
