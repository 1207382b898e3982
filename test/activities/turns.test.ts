// Turns at bulk work: shares, order and callers who leave.
import { describe, expect, it } from "vitest";
import { createTurns } from "../../src/activities/turns.ts";

const STAYS = new AbortController().signal;
/** Promises that can resolve have done so. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe("turns at bulk work", () => {
  it("leave room for others while one workspace wants everything", async () => {
    const turns = createTurns({ atOnce: 4, perWorkspace: 2 });
    let ofB = 0;
    for (let i = 0; i < 100; i++) void turns.take("b", STAYS).then(() => ofB++);
    await settled();
    expect(ofB).toBe(2);
    await turns.take("a", STAYS);
    await turns.take("a", STAYS);
    let isThird = false;
    void turns.take("a", STAYS).then(() => (isThird = true));
    await settled();
    expect(isThird).toBe(false);
  });

  it("go to the workspace with the fewest, in the order of asking within one", async () => {
    const turns = createTurns({ atOnce: 1, perWorkspace: 1 });
    const order: string[] = [];
    const work = async (workspaceId: string, name: string) => {
      const release = await turns.take(workspaceId, STAYS);
      order.push(name);
      await settled();
      release();
    };
    await Promise.all([work("b", "b1"), work("b", "b2"), work("b", "b3"), work("a", "a1"), work("c", "c1")]);
    expect(order).toEqual(["b1", "a1", "c1", "b2", "b3"]);
  });

  it("are not given to callers who left", async () => {
    const turns = createTurns({ atOnce: 1, perWorkspace: 1 });
    const release = await turns.take("a", STAYS);
    const leaving = new AbortController();
    const left = turns.take("a", leaving.signal);
    const next = turns.take("a", STAYS);
    leaving.abort(new Error("left"));
    await expect(left).rejects.toThrow("left");
    release();
    (await next)();
    await expect(turns.take("a", AbortSignal.abort(new Error("gone")))).rejects.toThrow("gone");
    (await turns.take("a", STAYS))();
  });
});
