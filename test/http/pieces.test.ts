// Long work piece by piece: at once while a workspace is alone, with rests between its pieces while others call.
import { expect, test } from "vitest";
import { Pieces } from "../../src/http/admission/pieces.ts";

const TOOK_MS = 10;

test("alone, a workspace does not rest, and its calls come in their order", async () => {
  const pieces = new Pieces(() => false);
  const startedMs = performance.now();
  const order: number[] = [];
  await Promise.all([1, 2, 3].map((call) => pieces.next("b", 60_000).then(() => order.push(call))));
  expect(order).toEqual([1, 2, 3]);
  expect(performance.now() - startedMs).toBeLessThan(30_000);
});

test("beside others, it rests twice as long as it worked, and does one piece after the other", async () => {
  const pieces = new Pieces((workspaceId) => workspaceId === "b");
  const startedMs = performance.now();
  const restedMs: number[] = [];
  await Promise.all(
    [1, 2].map(() => pieces.next("b", TOOK_MS).then(() => restedMs.push(performance.now() - startedMs))),
  );
  // Timers may be a millisecond early.
  expect(restedMs[0]).toBeGreaterThanOrEqual(2 * TOOK_MS - 1);
  expect(restedMs[1]).toBeGreaterThanOrEqual(4 * TOOK_MS - 2);
});
