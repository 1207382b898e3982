// A calls while B sends chat bodies that take long to parse, or to an upstream that never answers.
import { createServer, type Server } from "node:net";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { expectUndisturbed } from "../support/neighbours/measure.ts";
import { START_TIMEOUT_MS, startNeighbours, type Neighbours } from "../support/neighbours/neighbours.ts";

const MB = 1024 * 1024;
const BODY_BYTES = 31 * MB;
const MAX_MEMORY_BYTES = 600 * MB;

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
  const { ofA, callB, callOfB } = neighbours;
  const calls = [callOfB("/v1/chat/completions", body)];
  await expectUndisturbed({ chat: ofA.chat, "chat with a user": ofA.chatOfUser }, async () => {
    const end = await callB({ callers: 9, calls });
    return async () => {
      const { statuses } = await end();
      expect(statuses[500]).toBeUndefined();
    };
  });
  await neighbours.expectUp(MAX_MEMORY_BYTES);
});
