// A TCP proxy in front of a server, whose connections can go silent, as in a failover of which nobody is told.
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";

export interface SilentProxy {
  port: number;
  /** Connections that are open go silent for ever: nothing passes, nothing is closed. New ones work. */
  silence(): void;
  stop(): Promise<void>;
}

export async function startSilentProxy(target: { host: string; port: number }): Promise<SilentProxy> {
  const sockets = new Set<Socket>();
  let generation = 0;
  const server = createServer((near) => {
    const born = generation;
    const far = connect(target.port, target.host);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on("data", (data) => born === generation && to.write(data));
      from.on("error", () => undefined);
      from.on("close", () => {
        sockets.delete(from);
        if (born === generation) to.destroy();
      });
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    silence: () => generation++,
    stop: async () => {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, "close");
    },
  };
}

/** A URL that leads through the proxy. */
export function through(proxy: Pick<SilentProxy, "port">, url: string): string {
  const changed = new URL(url);
  changed.port = String(proxy.port);
  return changed.href;
}
