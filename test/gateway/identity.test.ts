// Whom a call serves: header, `user`, `safety_identifier`. A user that cannot be recorded never fails the call.
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { identify, routingMetadata } from "../../src/gateway/identity.ts";
import { eventually } from "../support/eventually.ts";
import { call, createGatewayHarness, type GatewayHarness } from "../support/gateway/gateway.ts";

let gateway: GatewayHarness;
beforeAll(async () => {
  gateway = await createGatewayHarness();
  await gateway.createRouter("one", { a: 1 });
});
afterAll(() => gateway.close());
afterEach(() => gateway.upstream.clear());

const headersOf = (more: Record<string, string>) => ({
  authorization: `Basic ${gateway.workspace.apiKey}`,
  "content-type": "application/json",
  ...more,
});

async function served(more: object, headers: Record<string, string> = {}) {
  const answer = await gateway.chat(call("one", null, more), { headers: headersOf(headers) });
  await answer.text();
  expect(answer.status).toBe(200);
  return answer.headers.get("x-crosscurrent-exposure");
}

describe("the user", () => {
  test.each([
    ["the header", { user: "b", safety_identifier: "c" }, { "x-crosscurrent-user": "h-1" }, "h-1"],
    ["user", { user: "u-1", safety_identifier: "c" }, {}, "u-1"],
    ["safety_identifier", { safety_identifier: "s-1" }, {}, "s-1"],
    ["what can be recorded, if the first cannot", { user: "", safety_identifier: "s-2" }, {}, "s-2"],
    ["UTF-8 in a header", {}, { "x-crosscurrent-user": Buffer.from("zoë").toString("latin1") }, "zoë"],
  ])("comes from %s", async (_from, more, headers, user) => {
    expect(await served(more, headers as Record<string, string>)).toBe("recorded");
    expect((await gateway.exposures("one")).map(({ userId }) => userId)).toContain(user);
  });

  test.each([
    ["empty", { user: "" }],
    ["a number", { user: 17 }],
    ["256 bytes", { user: "x".repeat(256) }],
    ["far too long", { user: "x".repeat(100_000) }],
    ["NUL", { user: "a\0" }],
    ["an object", { user: { id: 1 } }],
  ])("that is %s: the call is served, no exposure, and a header says so", async (_what, more) => {
    const before = (await gateway.exposures("one")).length;
    expect(await served(more)).toBe("unusable-user");
    expect(await gateway.exposures("one")).toHaveLength(before);
  });

  test("that cannot be recorded, and one that is not there, are counted", async () => {
    const withoutUser = async () =>
      ((await (await gateway.api("/v1/routers/counted/usage")).json()) as { withoutUser: number }).withoutUser;
    await gateway.createRouter("counted", { a: 1 });
    for (const more of [{ user: "" }, { user: 17 }, {}]) await (await gateway.chat(call("counted", null, more))).text();
    await (await gateway.chat(call("counted", "ann"))).text();
    expect(await eventually(withoutUser, (count) => count >= 3)).toBe(3);
  });

  test("that is absent or null is no user", async () => {
    expect(await served({})).toBe("no-user");
    expect(await served({ user: null })).toBe("no-user");
    expect(identify("", { user: undefined, safetyIdentifier: undefined }).exposure).toBe("unusable-user");
  });
});

describe("routing metadata", () => {
  test("comes from the body and, before that, from the header", async () => {
    const { baseUrl } = gateway.upstream;
    const variants = [{ id: "v", weight: 1, upstream: { baseUrl, model: "m", apiKey: null } }];
    const route = (id: string, plan: string) => ({
      id,
      conditions: { metadata: { plan } },
      fallbackVariantIds: [],
      variants,
    });
    const routes = [route("pro", "pro"), route("free", "free")];
    await gateway.store.routers.create(gateway.workspace.workspaceId, { id: "plans", description: null, routes });
    const routeOf = async (metadata: object, header?: string) => {
      const headers = headersOf(header === undefined ? {} : { "x-crosscurrent-metadata": header });
      const answer = await gateway.chat(call("plans", null, { metadata }), { headers });
      await answer.text();
      return answer.headers.get("x-crosscurrent-route") ?? answer.status;
    };
    expect(await routeOf({ plan: "free" })).toBe("free");
    expect(await routeOf({}, "region=eu, plan=pro")).toBe("pro");
    expect(await routeOf({ plan: "free" }, "plan=pro")).toBe("pro");
    expect(await routeOf({}, "plan")).toBe(400);
    // Without `store: true`, no upstream gets what only routing needs.
    for (const { body } of gateway.upstream.seen) expect(JSON.parse(body)).not.toHaveProperty("metadata");
  });

  test.each([
    ["a=1", { a: "1" }],
    [" a = 1 ,b=2 ", { a: "1", b: "2" }],
    ['a="x, y=\\"z\\"",b=', { a: 'x, y="z"', b: "" }],
    ["", {}],
  ])("reads %s", (header, pairs) => {
    expect(routingMetadata(header)).toEqual(pairs);
  });

  test.each(["a", "=1", "a=1,,b=2", 'a="1', Array.from({ length: 17 }, (_, i) => `k${i}=v`).join(",")])(
    "refuses %s",
    (header) => {
      expect(() => routingMetadata(header)).toThrow("x-crosscurrent-metadata");
    },
  );
});

test("a router is named with and without the prefix, each with a hint", async () => {
  for (const model of ["inworld/one", "one", "one:fast", "inworld/one:fast"]) {
    expect((await gateway.chat({ ...call("one"), model })).status).toBe(200);
  }
});

test.each([
  ["application/json; charset=UTF8", 200],
  ['application/json; charset="utf-8"', 200],
  ["Application/JSON;a=b;Charset=utf-8", 200],
  ['application/json; note="; charset=latin1"', 200],
  ["application/json; a=b; charset=latin1", 415],
  ["application/json; charset=us-ascii", 415],
])("the media type %s gives %d", async (type, status) => {
  const answer = await gateway.chat(call("one"), { headers: headersOf({ "content-type": type }) });
  expect(answer.status).toBe(status);
  await answer.text();
});
