// A server that is killed or drained at random moments: every call that ended cleanly has its exposure, and after a drain
// every call that reached an upstream has its assignment.
import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { call } from "../support/gateway/gateway.ts";
import {
  drawFor,
  randomVariants,
  recordedCalls,
  startRandomUpstream,
  type RandomUpstream,
} from "../support/gateway/randomUpstream.ts";
import { startRawUpstream } from "../support/gateway/rawUpstream.ts";
import { startServerHarness, type ServerHarness } from "../support/gateway/serverProcess.ts";

const ENDS = ["kill", "drain", "kill", "drain"] as const;
const CALLERS = 16;
const SEED = 16;
/** Four servers start from source, one after the other. */
const WITHIN_MS = 180_000;

let server: ServerHarness;
let upstream: RandomUpstream;
beforeAll(async () => {
  server = await startServerHarness();
  upstream = await startRandomUpstream(SEED);
  const route = { id: "default", conditions: {}, ...randomVariants(upstream.baseUrl) };
  const router = { id: "my-router", description: null, routes: [route] };
  await server.store.routers.create(server.workspace.workspaceId, router);
});
afterAll(async () => {
  upstream.stop();
  await server.close();
});

test("nothing that was answered is lost, whenever the server ends", { timeout: WITHIN_MS }, async () => {
  const served: string[] = [];
  const failed: string[] = [];
  let cut = 0;
  for (const [round, end] of ENDS.entries()) {
    const running = await server.start({ GATEWAY_ALLOWED_HOSTS: new URL(upstream.baseUrl).host });
    upstream.seen.clear();
    const before = [...served, ...failed].length;
    let isOver = false;
    const caller = async (name: number) => {
      for (let i = 0; !isOver; i++) {
        const user = `${round} ${name} ${i}`;
        const ending = await endingOf(running.url, user, i % 2 === 0);
        if (ending === "served") served.push(user);
        else if (ending === "failed") failed.push(user);
        else cut++;
      }
    };
    const callers = Array.from({ length: CALLERS }, (_, i) => caller(i));
    const enough = before + 50 + drawFor(200, SEED, round);
    await eventually(() => served.length + failed.length >= enough);
    const hasEnded = running[end]();
    isOver = true;
    await Promise.all([hasEnded, ...callers]);
    const recorded = await recordedCalls(server.database.url);
    expect(served.filter((user) => recorded.served.get(user) !== 1)).toEqual([]);
    expect(failed.filter((user) => recorded.served.has(user))).toEqual([]);
    if (end === "kill") continue;
    const mine = (user: string) => user.startsWith(`${round} `);
    const reached = [...upstream.seen, ...served.filter(mine), ...failed.filter(mine)];
    expect(reached.filter((user) => recorded.assigned.get(user) !== 1)).toEqual([]);
    expect(failed.filter((user) => mine(user) && recorded.failed.get(user) !== 1)).toEqual([]);
  }
  expect(served.length).toBeGreaterThan(ENDS.length * 15);
  expect(cut).toBeGreaterThan(0);
});

test("a stream that has begun goes on to its end while the server drains", { timeout: WITHIN_MS }, async () => {
  const slow = await startRawUpstream();
  let end: () => void = () => undefined;
  slow.respond((_request, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" }).write('data: {"choices":[]}\n\n');
    end = () => response.end("data: [DONE]\n\n");
  });
  const variants = [{ id: "v", weight: 1, upstream: { baseUrl: slow.baseUrl, model: "m", apiKey: null } }];
  const route = { id: "default", conditions: {}, fallbackVariantIds: [], variants };
  await server.store.routers.create(server.workspace.workspaceId, { id: "slow", description: null, routes: [route] });
  const { url, drain } = await server.start({ GATEWAY_ALLOWED_HOSTS: new URL(slow.baseUrl).host });
  const answer = await ask(url, call("slow", "drained", { stream: true }));
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = (await reader.read()).value ?? "";
  const hasEnded = drain();
  // It takes no more calls.
  await eventually(() =>
    fetch(`${url}/healthz`).then(
      () => false,
      () => true,
    ),
  );
  end();
  for (let read = await reader.read(); !read.done; read = await reader.read()) text += read.value;
  expect(text).toBe('data: {"choices":[]}\n\ndata: [DONE]\n\n');
  await hasEnded;
  const { assigned, served } = await recordedCalls(server.database.url);
  expect([assigned.get("drained"), served.get("drained")]).toEqual([1, 1]);
  slow.stop();
});

const ask = (url: string, body: object) =>
  fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Basic ${server.workspace.apiKey}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });

/** How the call ended for its caller, as OpenAI's clients see it. */
async function endingOf(url: string, user: string, stream: boolean): Promise<"served" | "failed" | "cut"> {
  try {
    const answer = await ask(url, call("my-router", user, { stream }));
    let text = "";
    for await (const piece of answer.body!.pipeThrough(new TextDecoderStream())) {
      text += piece;
      // A stream is over with its [DONE], whatever becomes of the connection.
      if (text.includes("data: [DONE]")) break;
    }
    if (answer.status === 503) return "cut";
    return answer.status === 200 && !text.includes('"error"') ? "served" : "failed";
  } catch {
    return "cut";
  }
}
