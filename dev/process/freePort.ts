// Finds a free TCP port of 127.0.0.1, for services that are started without a fixed one.
import { createServer } from "node:net";

/** The port is free when this returns. Another process may still take it before the caller does. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() =>
        address !== null && typeof address === "object" ? resolve(address.port) : reject(new Error("no free port")),
      );
    });
  });
}

/** Rejects with a message for users if the port is in use. */
export function assertPortFree(port: number, service: string, setting: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) =>
      reject(
        new Error(
          `${service} cannot listen on 127.0.0.1:${port} (${error.code ?? error.message}). ` +
            `End what uses that port, or choose another one with ${setting}.`,
        ),
      ),
    );
    server.listen(port, "127.0.0.1", () => server.close(() => resolve()));
  });
}

const STARTS_MAX = 3;

/** Repeats a start on other free ports, because another process may have taken the port meanwhile. */
export async function retryTakenPort<T>(start: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await start();
    } catch (error) {
      const isTaken = error instanceof Error && /address already in use|EADDRINUSE/i.test(error.message);
      if (!isTaken || attempt === STARTS_MAX) throw error;
    }
  }
}

/** The wanted port if it is free, otherwise any free one. */
export function portOrFree(wanted: number): Promise<number> {
  return assertPortFree(wanted, "", "").then(
    () => wanted,
    () => freePort(),
  );
}
