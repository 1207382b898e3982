// What a clean end of a call says: its exposure is committed. Held commits, failing ones, and several together.
import { isServed, type Exposure } from "../../src/domain/exposure.ts";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import type { ExposureStore, Store } from "../../src/store/store.ts";
import { eventually } from "../support/eventually.ts";
import { call, createGatewayHarness, type GatewayHarness } from "../support/gateway/gateway.ts";

let gateway: GatewayHarness | undefined;
afterEach(async () => {
  await gateway?.close();
  gateway = undefined;
});

/** A store whose ingests wait for `open`, and are counted. */
function gated(): { batches: Exposure[][]; open: (error?: Error) => void; exposures: (store: Store) => ExposureStore } {
  const batches: Exposure[][] = [];
  let open: (error?: Error) => void = () => undefined;
  const opened = new Promise<void>((resolve, reject) => {
    open = (error) => (error === undefined ? resolve() : reject(error));
  });
  opened.catch(() => undefined);
  return {
    batches,
    open: (error) => open(error),
    exposures: (store) => ({
      ...store.exposures,
      ingest: async (workspaceId, exposures) => {
        batches.push(exposures);
        await opened;
        await store.exposures.ingest(workspaceId, exposures);
      },
    }),
  };
}

async function start(gate: ReturnType<typeof gated>): Promise<GatewayHarness> {
  gateway = await createGatewayHarness({ replaced: (store) => ({ exposures: gate.exposures(store) }) });
  await gateway.createRouter("one", { a: 1 });
  return gateway;
}

/** Collects what arrives; `text` grows as it does. */
function collect(answer: Response) {
  const state = { text: "", end: "open" as "open" | "clean" | "cut" };
  void (async () => {
    try {
      for await (const piece of answer.body!.pipeThrough(new TextDecoderStream())) state.text += piece;
      state.end = "clean";
    } catch {
      state.end = "cut";
    }
  })();
  return state;
}

describe("while the commit is under way", () => {
  test("a stream's tokens pass, its [DONE] and its end wait for the commit", async () => {
    const gate = gated();
    const { chat, exposures } = await start(gate);
    const state = collect(await chat(call("one", "ann", { stream: true })));
    await eventually(() => state.text.includes('"finish_reason":"stop"'));
    expect(gate.batches).toHaveLength(1);
    expect([state.text.includes("[DONE]"), state.end]).toEqual([false, "open"]);
    gate.open();
    await eventually(() => state.end === "clean");
    expect(state.text.endsWith("data: [DONE]\n\n")).toBe(true);
    expect(await exposures("one")).toHaveLength(1);
  });

  test("a plain answer's end waits for the commit", async () => {
    const gate = gated();
    const { chat } = await start(gate);
    let isOver = false;
    const pending = chat(call("one", "ann")).then(async (answer) => {
      const body: unknown = await answer.json();
      isOver = true;
      return body;
    });
    await eventually(() => gate.batches.length === 1);
    // Another call comes and goes meanwhile.
    await (await chat(call("one"))).text();
    expect(isOver).toBe(false);
    gate.open();
    expect(await pending).toHaveProperty("choices");
  });

  test("a stream that says its length and no [DONE] ends with the commit, not with its last byte", async () => {
    const event = 'data: {"choices":[]}\n\n';
    const upstream = createServer((_request, response) => {
      response.writeHead(200, { "content-type": "text/event-stream", "content-length": Buffer.byteLength(event) });
      response.end(event);
    });
    await once(upstream.listen(0, "127.0.0.1"), "listening");
    const gate = gated();
    const { chat, createRouter } = await start(gate);
    const baseUrl = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}/v1`;
    const variants = [{ id: "a", weight: 1, upstream: { baseUrl, model: "m", apiKey: null } }];
    await createRouter("two", {}, { variants });
    const state = collect(await chat(call("two", "ann", { stream: true })));
    await eventually(() => state.text === event);
    // Another call comes and goes meanwhile.
    await (await chat(call("one"))).text();
    expect(state.end).toBe("open");
    gate.open();
    await eventually(() => state.end === "clean");
    upstream.close();
  });

  test("a call without a user waits for nothing", async () => {
    const { chat } = await start(gated());
    expect(await (await chat(call("one"))).json()).toHaveProperty("choices");
  });

  test("exposures of other calls gather and are committed together", async () => {
    const gate = gated();
    const { chat, exposures, upstream } = await start(gate);
    const users = Array.from({ length: 20 }, (_, i) => `user ${i}`);
    const calls = users.map(async (user) => (await chat(call("one", user))).text());
    await eventually(() => upstream.seen.length === users.length);
    await (await chat(call("one"))).text();
    gate.open();
    await Promise.all(calls);
    expect(gate.batches.length).toBeLessThan(users.length);
    expect(gate.batches.flat().filter(isServed)).toHaveLength(users.length);
    expect(await exposures("one")).toHaveLength(users.length);
  });
});

test.each([true, false])("where the commit fails, the call is cut off: no clean end (stream: %s)", async (stream) => {
  const gate = gated();
  const { chat, log } = await start(gate);
  const pending = chat(call("one", "ann", { stream }));
  await eventually(() => gate.batches.length === 1);
  gate.open(new Error("the disk is full"));
  const outcome = await pending.then(
    async (answer) => {
      const state = collect(answer);
      await eventually(() => state.end !== "open");
      return state.text.includes("[DONE]") ? "done" : state.end;
    },
    () => "cut",
  );
  expect(outcome).toBe("cut");
  await eventually(() => log.text.includes("an exposure was not committed"));
});
