// What calls tell survives commits that fail: an answer is not cut for its assignment, and nothing waits for long.
import { expect, test } from "vitest";
import type { CallDetails, Exposure } from "../../src/domain/exposure.ts";
import { createCallRecorder } from "../../src/gateway/callRecorder.ts";
import type { CallRecord } from "../../src/gateway/callRecord.ts";
import { createRecorder } from "../../src/gateway/recorder.ts";
import { UnavailableError } from "../../src/store/store.ts";

const undone = () => new UnavailableError("57P01", null, { mayHaveHappened: false });
const unknown = () => new UnavailableError("08006", null);

const callOf = (userId: string | null): CallRecord => ({
  requestId: "req",
  workspaceId: "ws",
  routerId: "router",
  routeId: "route",
  routerVersion: 3,
  userId,
  assignedVariantId: "a",
  startedMs: performance.now() - 500,
  failedAttempts: [],
  served: { variantId: "a", price: null },
  status: 200,
  usage: null,
  firstTokenMs: performance.now() - 400,
  endedMs: performance.now(),
});

/** Commits answer in order: an error, or null for one that succeeds. Those that follow succeed. */
function recorderOf(answers: (Error | null | Promise<void>)[]) {
  const committed: Exposure[] = [];
  const lost: unknown[] = [];
  const ingest = async (_workspaceId: string, exposures: Exposure[]) => {
    const answer = answers.shift() ?? null;
    if (answer instanceof Error) throw answer;
    await answer;
    committed.push(...exposures);
  };
  const rows = createRecorder({ exposures: { ingest, tryIngest: () => Promise.resolve() }, onCommit: () => undefined });
  const sums = { add: () => undefined, stop: () => Promise.resolve() };
  const recorder = createCallRecorder({
    rows,
    sums,
    onFinished: () => undefined,
    onLost: (error) => void lost.push(error),
  });
  const told = () => committed.map(({ call }) => call?.tells);
  return { recorder, rows, committed, told, lost };
}

/** A commit whose answer the test gives. */
function heldAnswer() {
  let settle: { resolve: () => void; reject: (error: Error) => void } | undefined;
  const promise = new Promise<void>((resolve, reject) => (settle = { resolve, reject }));
  return { promise, resolve: () => settle?.resolve(), reject: (error: Error) => settle?.reject(error) };
}

/** Resolves once all that is queued so far has been answered. */
const settled = (rows: ReturnType<typeof createRecorder>) => rows.settled(5_000);

test("an answer tells of its assignment too if that was not committed", async () => {
  const { recorder, rows, told, lost } = recorderOf([undone()]);
  const call = callOf("ann");
  recorder.assigned(call);
  await settled(rows);
  await recorder.finished(call, "served");
  expect(told()).toEqual<CallDetails["tells"][]>(["both"]);
  expect(lost).toEqual([]);
});

test("an assignment whose commit fails after the call is over is recorded again", async () => {
  const answer = heldAnswer();
  const { recorder, told, lost } = recorderOf([answer.promise]);
  const call = callOf("ann");
  recorder.assigned(call);
  const finished = recorder.finished(call, "served");
  answer.reject(undone());
  await finished;
  expect(told()).toEqual<CallDetails["tells"][]>(["answer", "assignment"]);
  expect(lost).toEqual([]);
});

test("a call that was left keeps its assignment", async () => {
  const { recorder, rows, told } = recorderOf([undone()]);
  const call = callOf("ann");
  recorder.assigned(call);
  await settled(rows);
  await recorder.finished(call, "left");
  expect(told()).toEqual<CallDetails["tells"][]>(["assignment"]);
});

test("an answer that is committed is not cut for an assignment of which nobody knows, but that is told", async () => {
  const { recorder, rows, told, lost } = recorderOf([unknown()]);
  const call = callOf("ann");
  recorder.assigned(call);
  await settled(rows);
  await recorder.finished(call, "served");
  expect(told()).toEqual<CallDetails["tells"][]>(["answer"]);
  expect(lost).toHaveLength(1);
});

test("an answer that is not committed is cut, however its assignment went", async () => {
  const { recorder, lost } = recorderOf([null, undone()]);
  const call = callOf("ann");
  recorder.assigned(call);
  await expect(recorder.finished(call, "served")).rejects.toThrow("57P01");
  expect(lost).toHaveLength(1);
});

test("an exposure is of the time when the user saw the first of it; a failure has no times", async () => {
  const { recorder, rows, committed } = recorderOf([]);
  const [served, failed] = [callOf("ann"), callOf("bob")];
  await recorder.finished(served, "served");
  await recorder.finished(failed, "failed");
  await settled(rows);
  const [answer, failure] = committed.map(({ call }) => call);
  expect(answer?.agoMs).toBeGreaterThanOrEqual(400);
  expect(answer).toMatchObject({ failed: false, latencyMs: expect.closeTo(500, -2) as number });
  expect(failure).toMatchObject({ failed: true, latencyMs: null, ttftMs: null });
});

test("a server that stops waits for rows that no call waits for, but not for a database that hangs", async () => {
  const answer = heldAnswer();
  const { recorder, committed } = recorderOf([answer.promise]);
  for (const user of ["ann", "bob", "cat"]) void recorder.finished(callOf(user), "failed");
  const stopped = recorder.stop();
  answer.resolve();
  await stopped;
  expect(committed.map(({ userId }) => userId).toSorted()).toEqual(["ann", "bob", "cat"]);

  const hanging = recorderOf([new Promise(() => undefined)]);
  void hanging.recorder.finished(callOf("dan"), "failed");
  const startMs = performance.now();
  await hanging.rows.settled(50);
  expect(performance.now() - startMs).toBeLessThan(2_000);
  expect(hanging.committed).toEqual([]);
});
