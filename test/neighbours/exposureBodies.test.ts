// A calls while B sends exposures: bodies that take long to parse, and ten thousand exposures at a time.
import { afterAll, beforeAll, expect, test } from "vitest";
import { START_TIMEOUT_MS, startNeighbours, type Neighbours } from "../support/neighbours/neighbours.ts";

const MB = 1024 * 1024;
const MAX_MEMORY_BYTES = 700 * MB;

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
])("four callers of B with bodies of 10 MB: %s", async (_, text) => {
  const { chat, exposure } = neighbours.ofA;
  const body = Buffer.from(text);
  await neighbours.expectUndisturbed(
    { chat, exposure },
    {
      callers: 4,
      everyMs: 250,
      calls: ({ callOfB }) => [callOfB("/v1/exposures", body)],
      statuses: [400, 413],
    },
  );
  expect(await neighbours.peakMemoryBytes()).toBeLessThan(MAX_MEMORY_BYTES);
});

test("32 callers of B with 10,000 exposures each: B is told when to go on", async () => {
  const { exposure, chatOfUser } = neighbours.ofA;
  const exposures = Array.from({ length: 10_000 }, (_, i) => {
    return { alias_id: "r", route_id: "default", variant_id: "model", user: `u-${i}` };
  });
  const seen = await neighbours.expectUndisturbed(
    { exposure, chatOfUser },
    { callers: 32, calls: ({ callOfB }) => [callOfB("/v1/exposures", { exposures })], statuses: [202] },
  );
  expect(await neighbours.peakMemoryBytes()).toBeLessThan(MAX_MEMORY_BYTES);
  // B goes on until its rate is used up.
  while (seen.retryAfter === null) {
    const response = await neighbours.fetch(neighbours.b, "/v1/exposures", { exposures });
    seen.retryAfter = response.headers.get("retry-after");
    await response.arrayBuffer();
  }
  expect(Number(seen.retryAfter)).toBeGreaterThan(0);
});
