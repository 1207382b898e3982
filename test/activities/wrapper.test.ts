// What all bulk activities share: a step that was ended as stalled keeps its turn while it goes on.
import { MockActivityEnvironment } from "@temporalio/testing";
import { expect, test } from "vitest";
import { createTurns } from "../../src/activities/turns.ts";
import { wrapBulk } from "../../src/activities/wrapper.ts";

test("a stalled step that does not heed its end keeps its turn until it ends", async () => {
  const turns = createTurns({ atOnce: 1, perWorkspace: 1 });
  let end = () => {};
  const hanging = () => new Promise<void>((resolve) => (end = resolve));
  const activity = wrapBulk({ heartbeatTimeoutMs: 60_000, stallTimeoutMs: 2_000, turns }, hanging);
  await expect(new MockActivityEnvironment().run(activity, undefined)).rejects.toThrow("no progress");
  let isTaken = false;
  const next = turns.take("other", new AbortController().signal).then((release) => {
    isTaken = true;
    release();
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect(isTaken).toBe(false);
  end();
  await next;
});
