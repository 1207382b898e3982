// New connections that are accepted and then silent: calls fail soon, and do not go from one to the next for ever.
import { createServer, type AddressInfo } from "node:net";
import { sql } from "kysely";
import { expect, test } from "vitest";
import { openDatabase } from "../../../src/store/postgres/database.ts";

/** To a start-up: no password is needed, and statements may come. */
const WELCOME = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 0, 0x5a, 0, 0, 0, 5, 0x49]);

test("a call fails once a new connection does not answer", async () => {
  let connections = 0;
  const server = createServer((socket) => {
    connections++;
    socket.on("error", () => undefined);
    socket.once("data", () => socket.write(WELCOME));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const database = openDatabase(`postgresql://u:p@127.0.0.1:${port}/x`, 1);
  const startedMs = performance.now();
  await expect(database.execute(sql`select 1`)).rejects.toMatchObject({ name: "UnavailableError" });
  expect(performance.now() - startedMs).toBeLessThan(6_000);
  expect(connections).toBe(1);
  await database.close();
  await new Promise((resolve) => server.close(resolve));
});
