// A proxy in front of a stand-in that truncates compressed answers, although the connection ends correctly.
import { once } from "node:events";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface CuttingProxy {
  origin: string;
  /** The address to forward to. It is set later, because it is known only after the proxy has started. */
  target: string;
  /** How many of the next answers of more than 1,000 bytes are cut in half. */
  cuts: number;
  stop(): Promise<void>;
}

/** A cut answer loses the second half of its compressed bytes, and still has a correct chunked end. */
export async function startCuttingProxy(): Promise<CuttingProxy> {
  const server = createServer((incoming, outgoing) => {
    void forward(proxy, incoming, outgoing).catch(() => outgoing.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const proxy: CuttingProxy = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    target: "",
    cuts: 0,
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
  return proxy;
}

async function forward(proxy: CuttingProxy, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const { method, headers } = incoming;
  const onward = request(new URL(incoming.url ?? "/", proxy.target), {
    method,
    headers: { ...headers, connection: "close" },
  });
  incoming.pipe(onward);
  const [answer] = (await once(onward, "response")) as [IncomingMessage];
  const parts: Buffer[] = [];
  for await (const part of answer as AsyncIterable<Buffer>) parts.push(part);
  const whole = Buffer.concat(parts);
  const { "transfer-encoding": _chunked, "content-length": _length, connection: _connection, ...kept } = answer.headers;
  const isCut = proxy.cuts > 0 && kept["content-encoding"] === "gzip" && whole.length > 1_000;
  if (isCut) proxy.cuts--;
  outgoing.writeHead(answer.statusCode ?? 502, kept);
  outgoing.end(isCut ? whole.subarray(0, whole.length / 2) : whole);
}
