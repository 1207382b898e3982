// How long upstreams may take: until their answer begins, which is the first event of a stream, and between its pieces.
import { afterAll, beforeAll, expect, test } from "vitest";
import { callLine } from "../../src/gateway/callLine.ts";
import { eventually } from "../support/eventually.ts";
import { call, createGatewayHarness, type GatewayHarness } from "../support/gateway/gateway.ts";
import { startRawUpstream, type RawUpstream } from "../support/gateway/rawUpstream.ts";

const EVENTS = { "content-type": "text/event-stream" };
const EVENT = 'data: {"choices":[{"index":0,"delta":{"content":"hi"}}]}\n\n';

const lines: ReturnType<typeof callLine>[] = [];
let gateway: GatewayHarness;
let upstream: RawUpstream;
beforeAll(async () => {
  gateway = await createGatewayHarness({ onFinished: (...told) => void lines.push(callLine(...told)) });
  upstream = await startRawUpstream();
  const { baseUrl } = upstream;
  const limits = { firstByteSeconds: 1, idleSeconds: 1 };
  const quick = { id: "quick", weight: 1, upstream: { baseUrl, model: "m", apiKey: null, ...limits } };
  const spare = { id: "spare", weight: 0, upstream: { baseUrl: gateway.upstream.baseUrl, model: "s", apiKey: null } };
  await gateway.createRouter("quick", {}, { variants: [quick, spare], fallbackVariantIds: ["spare"] });
});
afterAll(async () => {
  upstream.stop();
  await gateway.close();
});

/** The variant that answers a stream. */
async function servedBy() {
  const answer = await gateway.chat(call("quick", null, { stream: true }));
  const text = await answer.text();
  return [answer.status, answer.headers.get("x-crosscurrent-variant"), text.includes("[DONE]")];
}

test("a stream whose upstream only sends comments is out of time too", async () => {
  let timer: NodeJS.Timeout | undefined;
  let isLeft = false;
  upstream.respond((_request, response) => {
    response.writeHead(200, EVENTS).flushHeaders();
    timer = setInterval(() => response.write(": wait\n\n"), 50);
    response.on("close", () => {
      clearInterval(timer);
      isLeft = true;
    });
  });
  expect(await servedBy()).toEqual([200, "spare", true]);
  const late = { variantId: "quick", status: 504, reason: "upstream_timeout", code: null };
  expect(lines.at(-1)?.failedAttempts).toEqual([late]);
  await eventually(() => isLeft);
});

test("a stream whose first event has come may take longer", async () => {
  upstream.respond((_request, response) => {
    response.writeHead(200, EVENTS).write(EVENT);
    const timer = setInterval(() => response.write(": wait\n\n"), 100);
    setTimeout(() => {
      clearInterval(timer);
      response.end("data: [DONE]\n\n");
    }, 1_500);
  });
  expect(await servedBy()).toEqual([200, "quick", true]);
});

test("a variant may take longer than the operator allows others", async () => {
  const short = await createGatewayHarness({ headersTimeoutMs: 100, idleTimeoutMs: 100 });
  const { baseUrl } = upstream;
  const variant = (more: object) => [{ id: "v", weight: 1, upstream: { baseUrl, model: "m", apiKey: null, ...more } }];
  await short.createRouter("hasty", {}, { variants: variant({}) });
  await short.createRouter("patient", {}, { variants: variant({ firstByteSeconds: 60, idleSeconds: 60 }) });
  const steps: (() => void)[] = [];
  upstream.respond((_request, response, body) => {
    if (body.includes('"patient"')) {
      steps.push(() => response.writeHead(200, EVENTS).write(EVENT));
      steps.push(() => response.end(`${EVENT}data: [DONE]\n\n`));
    }
  });
  const patient = short.chat(call("patient", "ann", { stream: true, stop: "patient" }));
  // Twice, others run out of time meanwhile.
  expect((await short.chat(call("hasty"))).status).toBe(504);
  steps.shift()?.();
  const answer = await patient;
  expect((await short.chat(call("hasty"))).status).toBe(504);
  steps.shift()?.();
  expect(await answer.text()).toBe(`${EVENT}${EVENT}data: [DONE]\n\n`);
  await short.close();
});
