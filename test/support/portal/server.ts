// The system's API and the built Portal on a real port, as the server serves them.
import type { AddressInfo } from "node:net";
import { createHttpServer, drain } from "../../../src/server.ts";
import type { System } from "../system/system.ts";

export async function startPortal(system: System): Promise<{ url: string; stop(): Promise<void> }> {
  const server = createHttpServer((request, node) => system.app.fetch(request, node));
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, stop: () => drain(server, 1_000) };
}
