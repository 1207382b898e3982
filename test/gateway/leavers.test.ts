// Callers that leave while something else is under way: nothing more is called for them, and they hold no turn.
import { afterEach, expect, test } from "vitest";
import type { CallRecorderDeps } from "../../src/gateway/callRecorder.ts";
import { eventually } from "../support/eventually.ts";
import { callLine } from "../../src/gateway/callLine.ts";
import { call, createGatewayHarness, type GatewayHarness } from "../support/gateway/gateway.ts";
import { COMPLETION, JSON_TYPE, startRawUpstream } from "../support/gateway/rawUpstream.ts";

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

/** The first upstream fails, the others hang and tell when they are left. */
async function startUpstreams(ids: string[]) {
  const upstreams = await Promise.all(ids.map(() => startRawUpstream()));
  const left: string[] = [];
  for (const [i, upstream] of upstreams.entries()) {
    upstream.respond((request, response) => {
      if (i === 0) response.writeHead(503).end('{"detail":"down"}');
      else request.socket.once("close", () => left.push(ids[i] ?? ""));
    });
  }
  const variants = ids.map((id, i) => ({
    id,
    weight: i === 0 ? 1 : 0,
    upstream: { baseUrl: upstreams[i]?.baseUrl ?? "", model: "m", apiKey: null },
  }));
  return { upstreams, left, variants };
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

/** Leaves a call once `isReached`, and returns its log line. */
async function leaveOnce(router: string, isReached: () => boolean): Promise<ReturnType<typeof callLine>> {
  const leaving = new AbortController();
  const body = JSON.stringify(call(router, "ann"));
  const left = gateway.chat(body, { signal: leaving.signal }).catch((error: unknown) => error);
  await eventually(isReached);
  leaving.abort();
  expect(await left).toMatchObject({ name: "AbortError" });
  await eventually(() => lines.length === 1);
  return lines[0] as ReturnType<typeof callLine>;
}

const lines: ReturnType<typeof callLine>[] = [];
const onFinished: CallRecorderDeps["onFinished"] = (...told) => void lines.push(callLine(...told));

test("while a fallback is asked: the next one is not", async () => {
  lines.length = 0;
  gateway = await createGatewayHarness({ onFinished });
  const { upstreams, left, variants } = await startUpstreams(["down", "hangs", "spare"]);
  await gateway.createRouter("one", {}, { variants, fallbackVariantIds: ["hangs", "spare"] });
  const line = await leaveOnce("one", () => upstreams[1]?.calls() === 1);
  expect(line).toMatchObject({
    outcome: "left",
    assigned: "down",
    failedAttempts: [{ variantId: "down", status: 503 }],
  });
  await eventually(() => left.length === 1);
  expect(upstreams.map((upstream) => upstream.calls())).toEqual([1, 1, 0]);
  expect(await gateway.exposures("one")).toEqual([]);
  for (const upstream of upstreams) upstream.stop();
});

test("while a call is made once more on a fresh socket: it is given up too", async () => {
  lines.length = 0;
  gateway = await createGatewayHarness({ onFinished });
  const upstream = await startRawUpstream();
  const variants = [{ id: "v", weight: 1, upstream: { baseUrl: upstream.baseUrl, model: "m", apiKey: null } }];
  await gateway.createRouter("one", {}, { variants });
  upstream.respond((_request, response) => response.writeHead(200, JSON_TYPE).end(COMPLETION));
  await (await gateway.chat(call("one"))).text();
  lines.length = 0;
  let isGivenUp = false;
  upstream.respond((request) => {
    if (upstream.calls() === 1) request.socket.destroy();
    else request.socket.once("close", () => (isGivenUp = true));
  });
  expect(await leaveOnce("one", () => upstream.calls() === 2)).toMatchObject({ outcome: "left", failedAttempts: [] });
  await eventually(() => isGivenUp);
  expect(await gateway.exposures("one")).toEqual([]);
  upstream.stop();
});

test("while the answer is committed: it was served", async () => {
  lines.length = 0;
  let commit: () => void = () => undefined;
  const committing = new Promise<void>((resolve) => (commit = resolve));
  gateway = await createGatewayHarness({
    onFinished,
    replaced: ({ exposures }) => ({
      exposures: {
        ...exposures,
        ingest: async (...ingested) => {
          await committing;
          await exposures.ingest(...ingested);
        },
      },
    }),
  });
  await gateway.createRouter("one", { a: 1 });
  expect(await leaveOnce("one", () => lines.length === 1)).toMatchObject({ outcome: "served", served: "a" });
  commit();
  await eventually(async () => (await gateway.exposures("one")).length === 1);
});
