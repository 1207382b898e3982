// Turns at bulk work: shares, order and callers who leave.
import { describe, expect, it } from "vitest";
import { createTurns, NoTurnError } from "../../src/activities/turns.ts";

const STAYS = new AbortController().signal;
/** Promises that can resolve have done so. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe("turns at bulk work", () => {
  it("leave room for others while one workspace wants everything", async () => {
    const turns = createTurns({ atOnce: 8, perWorkspace: 2, waitingPerWorkspace: 100 });
    const taken: string[] = [];
    const take = (workspaceId: string) => void turns.take(workspaceId, STAYS).then(() => taken.push(workspaceId));
    for (let i = 0; i < 100; i++) take("b");
    for (let i = 0; i < 3; i++) take("a");
    await settled();
    expect(taken).toEqual(["b", "b", "a", "a"]);
  });

  it("leave one for the next workspace, however many hold theirs for ever", async () => {
    const turns = createTurns({ atOnce: 20, perWorkspace: 10, waitingPerWorkspace: 100 });
    const taken = new Map<string, number>();
    const workspaces = ["a", "b", "c", "d", "e"];
    for (const workspaceId of workspaces) {
      for (let i = 0; i < 50; i++) {
        void turns.take(workspaceId, STAYS).then(() => taken.set(workspaceId, (taken.get(workspaceId) ?? 0) + 1));
      }
      await settled();
    }
    expect([...taken.keys()]).toEqual(workspaces);
    expect(taken.get("a")).toBe(10);
    await turns.take("last", STAYS);
  });

  it("are refused to a workspace that has enough waiting, and to no other", async () => {
    const turns = createTurns({ atOnce: 1, perWorkspace: 1, waitingPerWorkspace: 2 });
    const release = await turns.take("b", STAYS);
    const waiting = [turns.take("b", STAYS), turns.take("b", STAYS)];
    await expect(turns.take("b", STAYS)).rejects.toBeInstanceOf(NoTurnError);
    const other = turns.take("a", STAYS);
    release();
    (await other)();
    for (const turn of waiting) (await turn)();
  });

  it("go to the workspace with the fewest, in the order of asking within one", async () => {
    const turns = createTurns({ atOnce: 1, perWorkspace: 1, waitingPerWorkspace: 10 });
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
    const turns = createTurns({ atOnce: 1, perWorkspace: 1, waitingPerWorkspace: 10 });
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
