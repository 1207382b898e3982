// Ten thousand calls while upstreams fail, streams are cut and callers leave: what is recorded is what happened.
import pLimit from "p-limit";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { call, createGatewayHarness, type GatewayHarness } from "../support/gateway/gateway.ts";
import { COMPLETION, JSON_TYPE, startRawUpstream, type RawUpstream } from "../support/gateway/rawUpstream.ts";
import { createTestDatabase, type TestDatabase } from "../support/store/testDatabase.ts";

const CALLS = 10_000;
const AT_ONCE = 100;
const SEED = 15;
const EVENTS = { "content-type": "text/event-stream" };
const EVENT = 'data: {"choices":[{"index":0,"delta":{"content":"hi"}}]}\n\n';
const DONE = "data: [DONE]\n\n";
const WAYS = ["ok", "ok", "ok", "ok", "error", "reset", "errorIn200", "empty", "cut", "errorLater", "refused"] as const;

let gateway: GatewayHarness;
let database: TestDatabase;
let upstream: RawUpstream;
beforeAll(async () => {
  database = await createTestDatabase();
  gateway = await createGatewayHarness({ database });
  upstream = await startRawUpstream();
  const variant = (id: string, weight: number) => ({
    id,
    weight,
    upstream: { baseUrl: upstream.baseUrl, model: id, apiKey: null },
  });
  const variants = [variant("a", 1), variant("b", 1), variant("c", 0)];
  await gateway.createRouter("one", {}, { variants, fallbackVariantIds: ["c"] });
});
afterAll(async () => {
  upstream.stop();
  await gateway.close();
});

type Ending = "clean" | "failed" | "left";

test(
  "every clean end has its exposure, no failed answer has one, and all are assigned",
  { timeout: 300_000 },
  async () => {
    const random = xoroshiro128plus(SEED);
    const draw = (max: number) => uniformInt(random, 0, max - 1);
    upstream.respond((request, response, body) => {
      const isStream = body.includes('"stream":true');
      switch (WAYS[draw(WAYS.length)]) {
        case "ok":
          if (isStream) response.writeHead(200, EVENTS).end(EVENT + DONE);
          else response.writeHead(200, JSON_TYPE).end(COMPLETION);
          return;
        case "error":
          response.writeHead(503).end('{"detail":"down"}');
          return;
        case "reset":
          request.socket.destroy();
          return;
        case "errorIn200":
          response.writeHead(200, JSON_TYPE).end('{"error":{"message":"no"}}');
          return;
        case "empty":
          response.writeHead(200, EVENTS).end();
          return;
        case "cut":
          response.writeHead(200, EVENTS).write(EVENT, () => request.socket.destroy());
          return;
        case "errorLater":
          response.writeHead(200, EVENTS).end(`${EVENT}data: {"error":{"message":"no"}}\n\n${DONE}`);
          return;
        default:
          response.writeHead(400).end('{"detail":"refused"}');
      }
    });
    const limit = pLimit(AT_ONCE);
    const endings = await Promise.all(
      Array.from({ length: CALLS }, (_, i) => {
        const leavesAfterMs = draw(10) === 0 ? draw(10) : null;
        return limit(() => endingOf(`u${i}`, i % 2 === 0, leavesAfterMs));
      }),
    );
    const users = (ending: Ending) => endings.flatMap((one, i) => (one === ending ? [`u${i}`] : []));
    expect(users("clean").length).toBeGreaterThan(CALLS / 3);
    expect(users("failed").length).toBeGreaterThan(CALLS / 20);
    const exposed = new Set((await gateway.exposures("one")).map(({ userId }) => userId));
    expect(users("clean").filter((user) => !exposed.has(user))).toEqual([]);
    expect(users("failed").filter((user) => exposed.has(user))).toEqual([]);
    const assigned = await eventually(assignedUsers, (all) => users("failed").every((user) => all.has(user)));
    expect(users("clean").filter((user) => !assigned.has(user))).toEqual([]);
  },
);

/** How the call ended for its caller. */
async function endingOf(user: string, stream: boolean, leavesAfterMs: number | null): Promise<Ending> {
  const signal = leavesAfterMs === null ? null : AbortSignal.timeout(leavesAfterMs);
  try {
    const answer = await gateway.chat(call("one", user, { stream }), {
      signal,
      body: JSON.stringify(call("one", user, { stream })),
    });
    const text = await answer.text();
    return answer.status === 200 && !text.includes('"error"') ? "clean" : "failed";
  } catch {
    return signal?.aborted === true ? "left" : "failed";
  }
}

/** Each call's assignment is there once. */
async function assignedUsers(): Promise<Set<string>> {
  const { default: pg } = await import("pg");
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  const { rows } = await client.query<{ user: string; count: string }>(
    `select user_id as "user", count(*) from assignments where is_assignment group by 1`,
  );
  await client.end();
  expect(rows.filter(({ count }) => count !== "1")).toEqual([]);
  return new Set(rows.map(({ user }) => user));
}
