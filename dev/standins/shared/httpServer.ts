// Starts and stops the HTTP server of a stand-in.
import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { parseArgs } from "node:util";

export interface ListenOptions {
  host?: string;
  /** Default: 0, which takes a free one. */
  port?: number;
}

/** Resolves once the server listens. */
export async function listen(
  server: Server,
  { host = "127.0.0.1", port = 0 }: ListenOptions,
): Promise<{ host: string; stop(): Promise<void> }> {
  server.keepAliveTimeout = 60_000;
  // Uploads and generated data may take long.
  server.requestTimeout = 0;
  server.listen(port, host);
  await once(server, "listening");
  return {
    host: `${host}:${(server.address() as AddressInfo).port}`,
    stop: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Reads `--name VALUE` options whose defaults come from the environment; `port` and `host` are always among them. */
export function readOptions<Name extends string>(
  defaults: Record<Name, string>,
): Record<Name, string> & { host: string; port: number } {
  const all: Record<string, string> = {
    host: process.env["HOST"] ?? "127.0.0.1",
    port: process.env["PORT"] ?? "0",
    ...defaults,
  };
  const options = Object.fromEntries(
    Object.entries(all).map(([name, value]) => [name, { type: "string" as const, default: value }]),
  );
  const values = parseArgs({ options }).values as Record<Name | "host" | "port", string>;
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Error("The port must be a number from 0 to 65535.");
  return { ...values, port };
}

/** Calls `stop` at the first SIGTERM or SIGINT. */
export function stopOnSignal(stop: () => Promise<void>): void {
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => void stop());
}
