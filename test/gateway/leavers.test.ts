// Callers that leave while their key or router is looked up: nothing is called for them, and they hold no turn.
import { afterEach, expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { call, createGatewayHarness, type GatewayHarness } from "../support/gateway/gateway.ts";

let gateway: GatewayHarness;
afterEach(() => gateway.close());

/** Waits in front of a look-up while it is shut. */
function door() {
  const waiting: (() => void)[] = [];
  let isShut = true;
  return {
    waiting,
    pass: async () => {
      if (isShut) await new Promise<void>((resolve) => waiting.push(resolve));
    },
    open: () => {
      isShut = false;
      for (const go of waiting.splice(0)) go();
    },
  };
}

/** One caller leaves at the door. The next one is served, by the only turn that there is. Returns whom calls reached. */
async function leaveAt({ waiting, open }: ReturnType<typeof door>): Promise<unknown[]> {
  await gateway.createRouter("one", { a: 1 });
  const leaving = new AbortController();
  const left = gateway.chat(call("one", "ann"), { signal: leaving.signal }).catch((error: unknown) => error);
  await eventually(() => waiting.length === 1);
  leaving.abort();
  expect(await left).toMatchObject({ name: "AbortError" });
  await eventually(async () => (await gateway.connections()) === 0);
  open();
  await eventually(async () => (await gateway.chat(call("one", "ben"))).status === 200);
  return [gateway.upstream.seen.length, (await gateway.exposures("one")).map(({ userId }) => userId)];
}

const limits = { workspaceGatewayCallsAtOnce: 1, gatewayCallsAtOnce: 3 };

test("while the key is looked up", async () => {
  const entry = door();
  gateway = await createGatewayHarness({
    limits,
    replaced: ({ keys }) => ({
      keys: {
        ...keys,
        authenticate: async (key) => {
          await entry.pass();
          return await keys.authenticate(key);
        },
      },
    }),
  });
  expect(await leaveAt(entry)).toEqual([1, ["ben"]]);
});

test("while the router is looked up", async () => {
  const entry = door();
  gateway = await createGatewayHarness({
    limits,
    replaced: ({ routers }) => ({
      routers: {
        ...routers,
        serving: async (workspaceId, id) => {
          await entry.pass();
          return await routers.serving(workspaceId, id);
        },
      },
    }),
  });
  expect(await leaveAt(entry)).toEqual([1, ["ben"]]);
});
