// Runs that have nothing to do say so.
import { beforeAll, expect, it } from "vitest";
import { syncNowSignal } from "../../src/workflows/messages.ts";
import type { FakeSync } from "../support/workflows/fakeSync.ts";
import { passTimeUntil, quietRuntime, scenario } from "../support/workflows/scenario.ts";

beforeAll(quietRuntime);

type World = Partial<Pick<FakeSync, "exportEnabled" | "importEnabled" | "events">>;
const OFF: World = { exportEnabled: false, importEnabled: false };

it.each<[string, World, string, (string | null)[]]>([
  ["both directions off", OFF, "nothing_to_do", []],
  ["an import without events alone", { exportEnabled: false, events: [] }, "nothing_to_do", ["nothing_to_do"]],
  ["an import without events beside an export", { events: [] }, "succeeded", ["succeeded", "nothing_to_do"]],
  ["both at work", {}, "succeeded", ["succeeded", "succeeded"]],
])("%s", async (_, world, outcome, directions) => {
  await scenario(
    async (current) => {
      const { fake, handle } = current;
      await handle.signal(syncNowSignal, "now");
      const served = () => fake.finishedRuns.find((run) => run.requestIds.includes("now"));
      await passTimeUntil(current, () => served() !== undefined, "the run asked for");
      expect(served()?.finished?.outcome).toBe(outcome);
      expect(served()?.directions.map((direction) => direction.outcome)).toEqual(directions);
      await handle.cancel();
    },
    { arrange: (fake) => Object.assign(fake, world) },
  );
});
