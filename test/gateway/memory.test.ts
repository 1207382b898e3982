// The memory of a body is given back once the upstream has it, however long the response then takes.
import { EventEmitter, once } from "node:events";
import { createServer, request, type IncomingMessage, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterAll, expect, test } from "vitest";
import { createAddressPolicy } from "../../src/gateway/addresses.ts";
import { createUpstreamAgent } from "../../src/gateway/connect.ts";
import { forwardedBody } from "../../src/gateway/forwardedBody.ts";
import { CHAT } from "../../src/gateway/openAiApis.ts";
import { readBody } from "../../src/gateway/requestBody.ts";
import { callUpstream } from "../../src/gateway/upstream.ts";
import { HeldBytes } from "../../src/http/admission/heldBytes.ts";
import { eventually } from "../support/eventually.ts";

const MB = 1024 * 1024;
const CALLS = 6;
const BODY_MB = 8;

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;
const heldMb = () => {
  collectGarbage();
  return process.memoryUsage().arrayBuffers / MB;
};

const agent = createUpstreamAgent(createAddressPolicy(["127.0.0.1"]));
const servers: Server[] = [];
afterAll(async () => {
  await agent.destroy();
  for (const server of servers) server.close().closeAllConnections();
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Sends a body of which this side keeps nothing. */
async function send(url: string): Promise<IncomingMessage> {
  const megabyte = "x".repeat(MB);
  const call = request(url, { method: "POST", headers: { "content-type": "application/json" } });
  const answer = once(call, "response");
  call.write('{"model":"inworld/one","text":"');
  for (let i = 0; i < BODY_MB; i++) {
    if (!call.write(megabyte)) await once(call, "drain");
  }
  call.end('"}');
  const [response] = (await answer) as [IncomingMessage];
  return response;
}

test("bodies of calls whose responses go on hold no memory", { timeout: 60_000 }, async () => {
  let received = 0;
  const upstream = await serve((incoming, outgoing) => {
    incoming.on("data", (chunk: Buffer) => (received += chunk.length));
    // Begins its response, which never ends.
    incoming.on("end", () => outgoing.writeHead(200).flushHeaders());
  });
  const bytes = new HeldBytes(0, 0);
  const gateway = await serve((incoming, outgoing) => {
    void (async () => {
      const body = await readBody(incoming, { hold: bytes.hold("one"), countBytes: () => undefined });
      const signal = Object.assign(new EventEmitter(), { aborted: false });
      const facts = {
        api: CHAT,
        accept: undefined,
        loop: "",
        requestId: "r",
        traceparent: undefined,
        tracestate: undefined,
        signal,
      };
      const transport = { agent, freshAgent: agent, headersTimeoutMs: 30_000, idleTimeoutMs: 30_000 };
      const variant = { baseUrl: upstream, apiKey: null, model: "m" };
      const forwarding = { user: null, isStoredByDefault: false, hashUser: (user: string) => user };
      const { status } = await callUpstream(transport, variant, facts, forwardedBody(body, variant, forwarding));
      outgoing.writeHead(status).flushHeaders();
    })();
  });
  const before = heldMb();
  for (let i = 0; i < CALLS; i++) expect((await send(gateway)).statusCode).toBe(200);
  expect(received / MB).toBeGreaterThan(CALLS * BODY_MB);
  await eventually(heldMb, (now) => now - before < 2 * BODY_MB, 10_000);
});
