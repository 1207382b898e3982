// Prefetching: one item ahead, errors in their place, nothing left running.
import { expect, it } from "vitest";
import { prefetch } from "../../src/providers/prefetch.ts";

async function* numbers(seen: string[], failAt = Infinity) {
  try {
    for (let n = 0; n < 4; n++) {
      if (n === failAt) throw new Error(`no ${n}`);
      seen.push(`made ${n}`);
      yield n;
    }
  } finally {
    seen.push("closed");
  }
}

it("produces the next item while the last is worked on, and no more", async () => {
  const seen: string[] = [];
  for await (const n of prefetch(numbers(seen))) {
    await new Promise(setImmediate);
    seen.push(`worked on ${n}`);
  }
  expect(seen).toEqual([
    "made 0",
    "made 1",
    "worked on 0",
    "made 2",
    "worked on 1",
    "made 3",
    "worked on 2",
    "closed",
    "worked on 3",
  ]);
});

it("may be more items ahead", async () => {
  const seen: string[] = [];
  for await (const n of prefetch(numbers(seen), 2)) {
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    seen.push(`worked on ${n}`);
  }
  expect(seen.indexOf("worked on 0")).toBeGreaterThan(seen.indexOf("made 2"));
  expect(seen.indexOf("worked on 0")).toBeLessThan(seen.indexOf("made 3"));
  expect(seen.filter((text) => text.startsWith("worked"))).toHaveLength(4);
});

it("throws an error in its place", async () => {
  const got: number[] = [];
  const all = async () => {
    for await (const n of prefetch(numbers([], 2))) {
      await new Promise(setImmediate);
      got.push(n);
    }
  };
  await expect(all()).rejects.toThrow("no 2");
  expect(got).toEqual([0, 1]);
});

it("closes its source when it is left early", async () => {
  const seen: string[] = [];
  for await (const _ of prefetch(numbers(seen))) break;
  expect(seen.at(-1)).toBe("closed");
});
