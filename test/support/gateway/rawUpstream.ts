// An upstream that answers as each test says, byte by byte.
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

type Respond = (request: IncomingMessage, response: ServerResponse, body: string) => void;

export interface RawUpstream {
  baseUrl: string;
  /** Until it is called again. */
  respond(how: Respond): void;
  calls(): number;
  stop(): void;
}

export async function startRawUpstream(): Promise<RawUpstream> {
  let respond: Respond = (_request, response) => response.end();
  let calls = 0;
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      calls++;
      respond(request, response, body);
    });
  });
  server.keepAliveTimeout = 60_000;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    respond: (how) => {
      calls = 0;
      respond = how;
    },
    calls: () => calls,
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** A completion in the shape of OpenAI's. */
export const COMPLETION = JSON.stringify({
  id: "c",
  object: "chat.completion",
  choices: [{ index: 0, message: { role: "assistant", content: "hi" }, finish_reason: "stop" }],
});
export const JSON_TYPE = { "content-type": "application/json" };
