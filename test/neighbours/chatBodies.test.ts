// A calls while B sends chat bodies that take long to parse: they are scanned piece by piece, and few are in memory.
import { afterAll, beforeAll, expect, test } from "vitest";
import { START_TIMEOUT_MS, startNeighbours, type Neighbours } from "../support/neighbours/neighbours.ts";

const MB = 1024 * 1024;
const BODY_BYTES = 31 * MB;
const MAX_MEMORY_BYTES = 700 * MB;

let neighbours: Neighbours;
beforeAll(async () => {
  neighbours = await startNeighbours();
}, START_TIMEOUT_MS);
afterAll(() => neighbours.close());

/** A call of the model of no router, which comes first. */
const bodyOf = (part: string) => {
  const head = '{"model":"inworld/none","messages":[';
  return Buffer.from(`${head}${part.repeat(Math.floor(BODY_BYTES / part.length))}0]}`);
};

test.each([
  ["lists within each other", Buffer.from(`{"model":"inworld/none","messages":${"[".repeat(BODY_BYTES)}`)],
  ["short lists", bodyOf("[],")],
  ["objects with a member", bodyOf('{"a":1},')],
  ["short texts", bodyOf('"\\n",')],
])("nine callers of B with bodies of 31 MB: %s", async (_, body) => {
  const { chat, chatOfUser } = neighbours.ofA;
  await neighbours.expectUndisturbed(
    { chat, chatOfUser },
    {
      callers: 9,
      everyMs: 250,
      calls: ({ callOfB }) => [callOfB("/v1/chat/completions", body)],
      statuses: [400, 404],
    },
  );
  expect(await neighbours.peakMemoryBytes()).toBeLessThan(MAX_MEMORY_BYTES);
});
