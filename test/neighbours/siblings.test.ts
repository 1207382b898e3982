// A calls while B does its worst with calls that few think of: sign-ins, wrong keys, connection tests, lists.
import { once } from "node:events";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { MAX_EVENT_DEFINITIONS } from "../../src/domain/limits.ts";
import { NEW_INTEGRATION } from "../support/api/harness.ts";
import {
  START_TIMEOUT_MS,
  startNeighbours,
  type Installation,
  type Neighbours,
} from "../support/neighbours/neighbours.ts";

const MAX_MEMORY_BYTES = 700 * 1024 * 1024;
const LONG_BYTES = 30_000;

let neighbours: Neighbours;
/** Accepts connections and never answers. */
let silent: Server;
const sockets = new Set<Socket>();
/** B's integration at each installation. */
const paths = new Map<string, string>();
const pathAt = ({ server }: Installation) => paths.get(server.url) ?? "";
beforeAll(async () => {
  silent = createServer((socket) => sockets.add(socket.on("error", () => undefined)));
  silent.listen(0, "127.0.0.1");
  await once(silent, "listening");
  const { port } = silent.address() as AddressInfo;
  const origin = `http://127.0.0.1:${port}`;
  neighbours = await startNeighbours({
    MIXPANEL_API_URL: origin,
    MIXPANEL_DATA_URL: origin,
    GATEWAY_ALLOWED_HOSTS: "127.0.0.1",
  });
  await neighbours.prepare(async (at) => {
    const create = async (path: string, json: object) => {
      const response = await at.fetch(at.b, path, json);
      expect(response.status).toBe(201);
      return (await response.json()) as { id: string };
    };
    paths.set(at.server.url, `/v1/integrations/${(await create("/v1/integrations", NEW_INTEGRATION)).id}`);
    const upstream = { baseUrl: `${origin}/v1`, model: "m", apiKey: "k" };
    await create("/v1/routers", { id: "silent", routes: [{ id: "r", variants: [{ id: "v", weight: 1, upstream }] }] });
  });
}, START_TIMEOUT_MS);
afterAll(async () => {
  await neighbours.close();
  for (const socket of sockets) socket.destroy();
  silent.close();
});

const long = "x".repeat(LONG_BYTES);
const withKey = (apiKey: string) => ({ authorization: `Basic ${apiKey}` });

test(`B creates ${MAX_EVENT_DEFINITIONS + 20} events at once, and then lists them forty times a second`, async () => {
  const { chat, configuration } = neighbours.ofA;
  await neighbours.prepare(async (at) => {
    const create = (i: number) => at.fetch(at.b, `${pathAt(at)}/events`, { eventId: `event-${i}` });
    const created = await Promise.all(Array.from({ length: MAX_EVENT_DEFINITIONS + 20 }, (_, i) => create(i)));
    const statuses = created.map(({ status }) => status);
    // Calls beyond those that may wait are told to come again.
    expect(statuses.filter((status) => ![201, 409, 429].includes(status))).toEqual([]);
    expect(statuses.filter((status) => status === 201).length).toBeLessThanOrEqual(MAX_EVENT_DEFINITIONS);
  });
  await neighbours.expectUndisturbed(
    { chat, configuration },
    { callers: 4, everyMs: 100, calls: (at) => [at.callOfB(`${pathAt(at)}/events?limit=1000`)], statuses: [200] },
  );
});

test.each<[string, (at: Installation) => ReturnType<Installation["callOfB"]>, number[]]>([
  ["signs in with wrong keys", ({ callOfB }) => callOfB("/v1/session", { apiKey: "wrong" }), [401]],
  [
    "calls with wrong keys",
    ({ callOfB }) => ({ ...callOfB("/v1/chat/completions", {}), headers: withKey("wrong") }),
    [401],
  ],
  ["posts the largest settings", ({ callOfB }) => callOfB("/v1/metrics", { name: long + long }), [400, 429]],
  ["tests a connection that hangs", (at) => at.callOfB(`${pathAt(at)}/test`, {}), [202, 503]],
  [
    "calls an upstream that never answers",
    ({ callOfB }) => callOfB("/v1/chat/completions", { model: "inworld/silent", messages: [], long: long.repeat(32) }),
    [],
  ],
])("B %s", async (_, call, statuses) => {
  const { chat, configuration } = neighbours.ofA;
  await neighbours.expectUndisturbed(
    { chat, configuration },
    { callers: 16, everyMs: 100, calls: (at) => [call(at)], statuses },
  );
  expect(await neighbours.peakMemoryBytes()).toBeLessThan(MAX_MEMORY_BYTES);
});
