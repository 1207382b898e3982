// A variant whose address leads back to the gateway: the call ends at its first return.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { nextLoopHeader, installationId } from "../../src/gateway/loop.ts";
import { OpenAiError } from "../../src/http/openAiError.ts";
import { call, createGatewayHarness, type GatewayHarness } from "../support/gateway/gateway.ts";

const OWN = "crosscurrent-own";

describe("the header", () => {
  test.each([
    [undefined, OWN],
    ["", OWN],
    ["cloudflare; loops=1", OWN],
    ["crosscurrent-other", `crosscurrent-other, ${OWN}`],
    ['fastly;x="1", Crosscurrent-Other ; a=b', `crosscurrent-other, ${OWN}`],
  ])("%j becomes %s", (received, next) => {
    expect(nextLoopHeader(received, OWN)).toBe(next);
  });

  test.each([
    OWN,
    OWN.toUpperCase(),
    `cdn; a, ${OWN}; b=c`,
    "crosscurrent-1,crosscurrent-2,crosscurrent-3,crosscurrent-4,crosscurrent-5",
  ])("%s is refused", (received) => {
    expect(() => nextLoopHeader(received, OWN)).toThrow(OpenAiError);
  });

  test("names an installation by a hash of its secret key", () => {
    const [one, other] = [installationId(Buffer.alloc(32, 1)), installationId(Buffer.alloc(32, 2))];
    expect(one).toMatch(/^crosscurrent-[0-9a-f]{16}$/);
    expect(other).not.toBe(one);
  });
});

describe("a gateway", () => {
  let gateway: GatewayHarness;
  beforeAll(async () => {
    gateway = await createGatewayHarness();
    const { url, workspace } = gateway;
    const back = (id: string) => ({
      id,
      weight: id === "a" ? 1 : 0,
      upstream: { baseUrl: `${url}/v1`, model: "inworld/loop", apiKey: workspace.apiKey },
    });
    await gateway.createRouter("loop", {}, { variants: [back("a"), back("b")], fallbackVariantIds: ["b"] });
    await gateway.createRouter("good", { good: 1 });
  });
  afterAll(() => gateway.close());

  test("serves a call that leads back to it once, whatever the fallbacks", async () => {
    const before = gateway.log.text.length;
    const answer = await gateway.chat(call("loop", "ann"));
    expect(answer.status).toBe(508);
    expect(await answer.json()).toMatchObject({ error: { code: "loop_detected" } });
    const served = gateway.log.text.slice(before).match(/"route":"\/v1\/chat\/completions"/g) ?? [];
    // The call itself, its variant and its fallback.
    expect(served).toHaveLength(3);
    expect(await gateway.exposures("loop")).toEqual([]);
  });

  test("tells upstreams that it served the call", async () => {
    expect((await gateway.chat(call("good"))).status).toBe(200);
    expect(gateway.upstream.seen[0]?.headers["cdn-loop"]).toBe("crosscurrent-test");
  });
});
