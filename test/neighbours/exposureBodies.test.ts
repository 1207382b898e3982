// A calls while B sends exposures: bodies that take long to parse, and ten thousand exposures at a time.
import { afterAll, beforeAll, expect, test } from "vitest";
import { expectUndisturbed } from "../support/neighbours/measure.ts";
import { START_TIMEOUT_MS, startNeighbours, type Neighbours } from "../support/neighbours/neighbours.ts";

const MB = 1024 * 1024;
const MAX_MEMORY_BYTES = 600 * MB;

let neighbours: Neighbours;
beforeAll(async () => {
  neighbours = await startNeighbours();
}, START_TIMEOUT_MS);
afterAll(() => neighbours.close());

const keys = () => Array.from({ length: 500_000 }, (_, i) => `"key-number-${i}":0`).join(",");

test.each([
  ["objects", `{"exposures":[${"{},".repeat(3 * MB)}{}]}`],
  ["keys", `{"exposures":[{${keys()}}]}`],
  ["lists within each other", `{"exposures":${"[".repeat(9 * MB)}`],
  ["numbers", `{"exposures":[${"1,".repeat(4 * MB)}1]}`],
])("four callers of B with bodies of 10 MB: %s", async (_, body) => {
  const { ofA, callB, callOfB, expectUp } = neighbours;
  const calls = [callOfB("/v1/exposures", Buffer.from(body))];
  await expectUndisturbed({ chat: ofA.chat, exposure: ofA.exposure }, async () => {
    const end = await callB({ callers: 4, calls });
    return async () => {
      const { statuses } = await end();
      expect(Object.keys(statuses).filter((status) => !["0", "400", "413", "429"].includes(status))).toEqual([]);
    };
  });
  await expectUp(MAX_MEMORY_BYTES);
});

test("32 callers of B with 10,000 exposures each: B is told when to go on", async () => {
  const { ofA, callB, callOfB, expectUp } = neighbours;
  const exposures = Array.from({ length: 10_000 }, (_, i) => {
    return { alias_id: "r", route_id: "default", variant_id: "model", user: `u-${i}` };
  });
  const calls = [callOfB("/v1/exposures", { exposures })];
  let retryAfter: string | null = null;
  await expectUndisturbed({ exposure: ofA.exposure, "chat with a user": ofA.chatOfUser }, async () => {
    const end = await callB({ callers: 32, calls });
    return async () => {
      const seen = await end();
      expect(Object.keys(seen.statuses).filter((status) => !["0", "202", "429"].includes(status))).toEqual([]);
      retryAfter ??= seen.retryAfter;
    };
  });
  await expectUp(MAX_MEMORY_BYTES);
  // B goes on until its rate is used up.
  const stop = Date.now() + 30_000;
  while (retryAfter === null && Date.now() < stop) {
    const response = await neighbours.fetch(neighbours.b, "/v1/exposures", { exposures });
    retryAfter = response.headers.get("retry-after");
    await response.arrayBuffer();
  }
  expect(Number(retryAfter)).toBeGreaterThan(0);
});
