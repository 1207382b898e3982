// While the database is down: calls without a user go on, over every API, calls with one are told when to try again, and
// what was counted arrives later.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { UnavailableError } from "../../src/store/errors.ts";
import { eventually } from "../support/eventually.ts";
import { call, createGatewayHarness, type GatewayHarness } from "../support/gateway/gateway.ts";

/** Longer than keys and routers serve without another look, and shorter than they serve during an outage. */
const MINUTES_MS = 180_000;

let isDown = false;
let gateway: GatewayHarness;
const whileUp = async <T>(work: () => Promise<T>): Promise<T> => {
  if (isDown) throw new UnavailableError("08006", null);
  return await work();
};
beforeEach(async () => {
  isDown = false;
  gateway = await createGatewayHarness({
    replaced: ({ exposures, keys, routers, usage }) => ({
      exposures: {
        ...exposures,
        ingest: (...args) => whileUp(() => exposures.ingest(...args)),
        tryIngest: () => whileUp(() => exposures.tryIngest()),
      },
      keys: { ...keys, authenticate: (...args) => whileUp(() => keys.authenticate(...args)) },
      routers: {
        ...routers,
        serving: (...args) => whileUp(() => routers.serving(...args)),
        ids: (...args) => whileUp(() => routers.ids(...args)),
      },
      usage: { ...usage, addAnonymous: (...args) => whileUp(() => usage.addAnonymous(...args)) },
    }),
  });
  await gateway.createRouter("one", { a: 1 });
});
afterEach(async () => {
  vi.restoreAllMocks();
  await gateway.close();
});

const headers = () => ({ authorization: `Basic ${gateway.workspace.apiKey}`, "content-type": "application/json" });
const post = (path: string, body: object) =>
  fetch(`${gateway.url}/v1/${path}`, { method: "POST", headers: headers(), body: JSON.stringify(body) });
const CALLS: Record<string, (user: object) => Promise<Response>> = {
  chat: (user) => post("chat/completions", { ...call("one"), ...user }),
  stream: (user) => post("chat/completions", { ...call("one"), stream: true, ...user }),
  responses: (user) => post("responses", { model: "one", input: "Hello", ...user }),
  embeddings: (user) => post("embeddings", { model: "one", input: "Hello", ...user }),
};

test("calls without a user and the list of models go on, and are counted afterwards", async () => {
  const all = async () => {
    for (const ask of Object.values(CALLS)) {
      const answer = await ask({});
      expect(answer.status).toBe(200);
      await answer.text();
    }
    const models = await fetch(`${gateway.url}/v1/models`, { headers: headers() });
    expect(await models.json()).toMatchObject({ data: [{ id: "inworld/one" }] });
  };
  await all();
  isDown = true;
  const realNowMs = performance.now.bind(performance);
  vi.spyOn(performance, "now").mockImplementation(() => realNowMs() + MINUTES_MS);
  await all();
  await all();
  isDown = false;
  const withoutUser = async () => {
    const usage = await gateway.api("/v1/routers/one/usage");
    return ((await usage.json()) as { withoutUser: number }).withoutUser;
  };
  await eventually(withoutUser, (count) => count === 3 * Object.keys(CALLS).length);
});

test("calls with a user are refused with a time, none is cut that was not under way, and they come back", async () => {
  for (const ask of Object.values(CALLS)) await (await ask({ user: "ann" })).text();
  isDown = true;
  // What is under way when the outage begins ends without its commit.
  await expect(CALLS.chat?.({ user: "ann" }).then((answer) => answer.text())).rejects.toThrow(
    /terminated|fetch failed/,
  );
  gateway.upstream.clear();
  for (const ask of Object.values(CALLS)) {
    const refused = await ask({ user: "ann" });
    expect([refused.status, Number(refused.headers.get("retry-after"))]).toEqual([503, expect.any(Number)]);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(await refused.json()).toHaveProperty("error.message");
  }
  expect(gateway.upstream.seen).toEqual([]);
  isDown = false;
  await eventually(async () => (await CALLS.responses?.({ user: "bea" }))?.status === 200);
});
