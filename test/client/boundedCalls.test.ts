// Calls to Temporal: what the client keeps for a call is switched off only where none is under way, and the end waits
// for all.
import { expect, test } from "vitest";
import { boundCalls } from "../../src/client/boundedCalls.ts";
import type { Temporal } from "../../src/client/connection.ts";

function fakeTemporal() {
  const under: { resolve: () => void; reject: (error: Error) => void }[] = [];
  const seen: string[] = [];
  const temporal = {
    client: { withDeadline: <T>(_deadlineMs: number, call: () => Promise<T>) => call() },
    control: {},
    ready: () => new Promise<void>((resolve, reject) => under.push({ resolve, reject })),
    rest: () => seen.push("rest"),
    close: async () => seen.push("close"),
  };
  return { calls: boundCalls(temporal as unknown as Temporal), under, seen };
}

test("the client rests once the last of several calls has ended, well or not, and again after the next", async () => {
  const { calls, under, seen } = fakeTemporal();
  const [first, second] = [calls.ready(), calls.ready()];
  under[0]?.resolve();
  await first;
  expect(seen).toEqual([]);
  under[1]?.reject(new Error("away"));
  await expect(second).rejects.toThrow("away");
  expect(seen).toEqual(["rest"]);
  const third = calls.ready();
  under[2]?.resolve();
  await third;
  expect(seen).toEqual(["rest", "rest"]);
});

test("the end waits for what is under way", async () => {
  const { calls, under, seen } = fakeTemporal();
  const call = calls.ready();
  const closed = calls.close();
  await Promise.resolve();
  expect(seen).toEqual([]);
  under[0]?.resolve();
  await Promise.all([call, closed]);
  expect(seen).toEqual(["rest", "close"]);
});
