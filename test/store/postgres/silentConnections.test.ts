// New connections that are accepted and then silent: calls fail soon, and do not go from one to the next for ever.
import { connect, createServer, type AddressInfo } from "node:net";
import { sql } from "kysely";
import { expect, test } from "vitest";
import { copyInto } from "../../../src/store/postgres/copy.ts";
import { openDatabase } from "../../../src/store/postgres/database.ts";
import { createWatch } from "../../../src/store/postgres/watch.ts";
import { through } from "../../support/store/silentProxy.ts";
import { createTestDatabase } from "../../support/store/testDatabase.ts";

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

/** A proxy in front of PostgreSQL. Of a connection that begins now, what says `state.lost` and all after it is lost. */
async function startForgetfulProxy(target: URL) {
  const state: { lost: string | null; connections: number } = { lost: null, connections: 0 };
  const server = createServer((near) => {
    const { lost } = state;
    let isSilent = false;
    state.connections++;
    const far = connect(Number(target.port), target.hostname);
    near.on("data", (data) => {
      isSilent ||= lost !== null && data.includes(lost);
      if (!isSilent) far.write(data);
    });
    far.on("data", (data) => near.write(data));
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.on("error", () => undefined);
      from.on("close", () => to.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { state, port, stop: () => new Promise((resolve) => server.close(resolve)) };
}

test("one new connection that does not answer costs none of those that do, of any pool", async () => {
  const target = await createTestDatabase();
  const proxy = await startForgetfulProxy(new URL(target.url));
  const url = through(proxy, target.url);
  const shared = { trustedSinceMs: 0, watch: null };
  const [keys, reports] = [openDatabase(url, 1, {}, shared), openDatabase(url, 1, {}, shared)];
  const session = () => keys.query(sql<{ pid: number }>`select pg_backend_pid() as pid`);
  const known = await session();
  proxy.state.lost = "pg_backend_pid";
  await expect(reports.execute(sql`select 1`)).rejects.toMatchObject({ name: "UnavailableError" });
  expect(await session()).toEqual(known);
  expect(proxy.state.connections).toBe(2);
  await Promise.all([keys.close(), reports.close()]);
  await proxy.stop();
  await target.drop();
});

const ROWS = ["first row\n", ...Array<string>(100_000).fill("a row of many\n"), "last row\n"];

test.concurrent.each(["copy t", "first row", "last row", "insert", "commit"])(
  "a transaction ends soon whose connection dies at: %s",
  async (lost) => {
    const target = await createTestDatabase();
    const proxy = await startForgetfulProxy(new URL(target.url));
    const watch = createWatch(target.url);
    const database = openDatabase(through(proxy, target.url), 1, {}, { trustedSinceMs: 0, watch });
    const direct = openDatabase(target.url, 1);
    await direct.execute(sql`create table t (text text)`);
    const change = () =>
      database.transaction(async (tx) => {
        await copyInto(tx, "t (text)", ROWS);
        await tx.execute(sql`insert into t values ('one more')`);
      });
    proxy.state.lost = lost;
    const startedMs = performance.now();
    await expect(change()).rejects.toMatchObject({ name: "UnavailableError" });
    expect(performance.now() - startedMs).toBeLessThan(9_000);
    proxy.state.lost = null;
    // Nothing of it holds up the next one.
    await change();
    expect(await direct.query(sql`select count(*) as count from t`)).toEqual([{ count: ROWS.length + 1 }]);
    await Promise.all([database.close(), direct.close(), watch.close()]);
    await proxy.stop();
    await target.drop();
  },
);
