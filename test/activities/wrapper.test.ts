// What all bulk activities share: whose turn it takes, and that a step that was told to end keeps its turn for a while.
import { MockActivityEnvironment } from "@temporalio/testing";
import { expect, test } from "vitest";
import { createTurns } from "../../src/activities/turns.ts";
import { wrapBulk } from "../../src/activities/wrapper.ts";
import { eventually } from "../support/eventually.ts";

const STAYS = new AbortController().signal;
const LONG = { heartbeatTimeoutMs: 60_000, stallTimeoutMs: 60_000 };
const oneTurn = () => createTurns({ atOnce: 1, perWorkspace: 1, waitingPerWorkspace: 1 });
const nothing = async () => {};

/** A step that goes on, whatever it is told, until `end`. */
function hanging() {
  let end = () => {};
  return { body: () => new Promise<void>((resolve) => (end = resolve)), end: () => end() };
}

/** Whether another workspace has had the turn. */
function nextTurn(turns: ReturnType<typeof oneTurn>) {
  const state = { isTaken: false };
  void turns.take("other", STAYS).then(() => (state.isTaken = true));
  return state;
}

test("a stalled step that does not heed its end keeps its turn until it ends", async () => {
  const turns = oneTurn();
  const { body, end } = hanging();
  const activity = wrapBulk({ ...LONG, stallTimeoutMs: 2_000, turns }, body);
  await expect(new MockActivityEnvironment().run(activity, undefined)).rejects.toThrow("no progress");
  const next = nextTurn(turns);
  await new Promise((resolve) => setImmediate(resolve));
  expect(next.isTaken).toBe(false);
  end();
  await eventually(() => next.isTaken);
});

test("a step that was cancelled as it began gives its turn back after a while, though it goes on", async () => {
  const environment = new MockActivityEnvironment();
  const turns = oneTurn();
  // It was cancelled after it was given its turn, and before it began.
  const take: typeof turns.take = async (workspaceId, signal) => {
    const release = await turns.take(workspaceId, signal);
    environment.cancel("CANCELLED");
    return release;
  };
  const activity = wrapBulk({ ...LONG, stallTimeoutMs: 500, turns: { take } }, hanging().body);
  await expect(environment.run(activity, undefined)).rejects.toBeInstanceOf(Error);
  const next = nextTurn(turns);
  await eventually(() => next.isTaken);
});

test("without a key of the workspace, also with an empty one, each integration is by itself", async () => {
  const asked: string[] = [];
  const turns = {
    take: async (workspaceId: string) => {
      asked.push(workspaceId);
      return () => undefined;
    },
  };
  const activity = wrapBulk({ ...LONG, turns }, nothing);
  const workflowExecution = { workflowId: "integration-1", runId: "r" };
  for (const priority of [{ fairnessKey: "w" }, { fairnessKey: "" }, undefined]) {
    await new MockActivityEnvironment({ workflowExecution, ...(priority && { priority }) }).run(activity, undefined);
  }
  expect(asked).toEqual(["w", "integration-1", "integration-1"]);
});

test("a step too many is not begun, and says when to try again", async () => {
  const turns = oneTurn();
  const environment = () => new MockActivityEnvironment({ priority: { fairnessKey: "w" } });
  const { body, end } = hanging();
  const first = environment().run(wrapBulk({ ...LONG, turns }, body), undefined);
  const second = environment().run(wrapBulk({ ...LONG, turns }, nothing), undefined);
  const third = environment().run(wrapBulk({ ...LONG, turns }, nothing), undefined);
  await expect(third).rejects.toMatchObject({
    type: "NoTurn",
    nonRetryable: false,
    nextRetryDelay: expect.any(Number),
  });
  end();
  await Promise.all([first, second]);
});
