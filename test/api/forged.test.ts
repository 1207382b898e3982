// What a client makes up: cursors with an address of their own, names that JavaScript keeps for itself, half a body.
import { createHash } from "node:crypto";
import { once } from "node:events";
import { connect, type AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createHttpServer } from "../../src/server.ts";
import { createHarness, createIntegration, pathsOf, type Harness } from "../support/api/harness.ts";
import { eventually } from "../support/eventually.ts";

let api: Harness;
let id: string;
beforeAll(async () => {
  api = await createHarness();
  id = await createIntegration(api.call, "1");
  await api.call(`/v1/integrations/${id}/events`, { json: { eventId: "purchase" } });
  await api.call("/v1/routers", { json: { id: "r", routes: [{ id: "one" }] } });
});
afterAll(() => api.close());

/** A cursor with a valid check, made as the store makes it. */
function forge(list: { name: string; owner: string }, key: string): string {
  const body = Buffer.from(key, "utf8").toString("base64url");
  const check = createHash("sha256").update(`${list.name}\n${list.owner}\n${body}`).digest("base64url").slice(0, 8);
  return `${body}.${check}`;
}

describe("forged cursors are refused", () => {
  const KEYS = [
    "[1e308]",
    "[1.5]",
    "[9007199254740993]",
    "[-1e20]",
    "[null]",
    "[true]",
    '["a\\u0000"]',
    '["no-uuid"]',
    '["\\ud800"]',
    "[2147483648]",
    '[1e308,"a"]',
    '[1,"a\\u0000"]',
    "{}",
    "[[1]]",
  ];
  const lists = () => {
    const { workspaceId } = api.workspace;
    const one = `/v1/integrations/${id}`;
    return [
      { path: "/v1/integrations", name: "integrations", owner: workspaceId },
      { path: `${one}/events`, name: "events", owner: id },
      { path: `${one}/runs`, name: "runs", owner: id },
      { path: `${one}/rejected`, name: "rejected", owner: id },
      { path: `${one}/events/purchase/records`, name: "records", owner: JSON.stringify([1, null]) },
      { path: "/v1/metrics", name: "metrics", owner: workspaceId },
      { path: "/v1/routers", name: "routers", owner: workspaceId },
      { path: "/v1/routers/r/routes", name: "routes", owner: `${workspaceId}/r` },
      { path: "/v1/routers/r/routes/one/variants", name: "variants", owner: `${workspaceId}/r/one` },
    ];
  };

  test.each(KEYS)("%s", async (key) => {
    for (const { path, ...list } of lists()) {
      const answer = await api.call(`${path}?cursor=${encodeURIComponent(forge(list, key))}`);
      // A list of texts takes any text that PostgreSQL takes; a large number is one of a list of bigint.
      const isPossible = answer.status === 200 && /^\[("[^\\]*"|2147483648|"\\ud800")\]$/.test(key);
      expect([path, isPossible || answer.status === 400]).toEqual([path, true]);
    }
  });
});

describe("names that JavaScript keeps for itself", () => {
  test.each([
    [
      '{"id":"p1","routes":[{"id":"x","conditions":{"metadata":{"__proto__":"paid"}}}]}',
      "routes[0].conditions.metadata.__proto__",
    ],
    ['{"id":"p2","\\u005f_proto__":{"description":"x"}}', "__proto__"],
  ])("%s is refused, because it would be dropped", async (raw, path) => {
    const answer = await api.call("/v1/routers", { raw });
    expect(answer.status).toBe(400);
    expect(pathsOf(answer)).toEqual([path]);
  });

  test("a route's conditions are stored as they are asked for, or not at all", async () => {
    const raw = '{"conditions":{"metadata":{"__proto__":["paid"]}}}';
    expect((await api.call("/v1/routers/r/routes/one", { method: "PATCH", raw })).status).toBe(400);
    const kept = { conditions: { metadata: { constructor: "paid", toString: "x" } } };
    expect(await api.call("/v1/routers/r/routes/one", { method: "PATCH", json: kept })).toMatchObject({
      status: 200,
      body: kept,
    });
  });

  test("depth costs nothing", async () => {
    const raw = `${"[".repeat(30_000)}${"]".repeat(30_000)}`;
    expect((await api.call("/v1/routers", { raw })).status).toBe(400);
  });
});

test("a body that breaks off is the caller's fault, and is not logged as an error", async () => {
  const server = createHttpServer((request, node) => api.app.fetch(request, node));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  for (const path of ["/v1/session", "/v1/routers", "/v1/exposures"]) {
    const before = api.log.text.length;
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    socket.write(
      `POST ${path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Basic ${api.workspace.apiKey}\r\n` +
        'content-type: application/json\r\ncontent-length: 100\r\n\r\n{"apiKey":"cck_',
    );
    socket.destroy();
    const logged = await eventually(
      () => api.log.text.slice(before),
      (text) => text.includes(`"route":"${path}"`),
    );
    expect(logged).toContain('"status":400');
    expect(logged).not.toContain('"level":"error"');
  }
  server.closeAllConnections();
  server.close();
});
