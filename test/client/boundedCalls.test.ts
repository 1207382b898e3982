// Calls to Temporal: what the client keeps for a call is switched off only while none is under way, and the end waits
// for all.
import { expect, test } from "vitest";
import { boundCalls } from "../../src/client/boundedCalls.ts";

function fakeCalls() {
  const under: { resolve: () => void; reject: (error: Error) => void }[] = [];
  const seen: string[] = [];
  const client = { withDeadline: <T>(_deadline: Date | number, call: () => Promise<T>) => call() };
  const { bounded, settled } = boundCalls(client, () => seen.push("rest"));
  const call = () => bounded(() => new Promise<void>((resolve, reject) => under.push({ resolve, reject })));
  return { call, settled, under, seen };
}

test("the client rests once the last of several calls has ended, well or not, and again after the next", async () => {
  const { call, under, seen } = fakeCalls();
  const [first, second] = [call(), call()];
  under[0]?.resolve();
  await first;
  expect(seen).toEqual([]);
  under[1]?.reject(new Error("away"));
  await expect(second).rejects.toThrow("away");
  expect(seen).toEqual(["rest"]);
  const third = call();
  under[2]?.resolve();
  await third;
  expect(seen).toEqual(["rest", "rest"]);
});

test("the end waits for what is under way", async () => {
  const { call, settled, under, seen } = fakeCalls();
  const one = call();
  const closed = settled().then(() => seen.push("close"));
  await Promise.resolve();
  expect(seen).toEqual([]);
  under[0]?.resolve();
  await Promise.all([one, closed]);
  expect(seen).toEqual(["rest", "close"]);
});
