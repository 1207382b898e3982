// The embedded PostgreSQL: kept data, orphans, dead locks, taken ports, closed folders.
import { chmodSync, chownSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startPostgres, type Postgres } from "../../../dev/services/postgres.ts";
import { startScript } from "../../support/dev/script.ts";

let folder: string;
let dataDir: string;
let server: Postgres | undefined;

beforeEach(() => {
  // mkdtemp makes folders that only their owner may enter, as a clone below /root is.
  folder = mkdtempSync(join(tmpdir(), "crosscurrent-postgres-"));
  dataDir = join(folder, "postgres");
});
afterEach(async () => {
  await server?.stop();
  server = undefined;
  rmSync(folder, { recursive: true, force: true });
});

async function start(): Promise<Postgres> {
  server = await startPostgres({ dataDir });
  return server;
}

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return client
    .query(text)
    .then((result) => result.rows as unknown[])
    .finally(() => client.end());
}

describe("startPostgres", () => {
  it("keeps its data over a restart, in UTF-8 and durably", async () => {
    const first = await start();
    await query(first.url, "CREATE TABLE kept AS SELECT 'Grüße' AS text");
    await first.stop();
    const second = await start();
    expect(await query(second.url, "SELECT text FROM kept")).toEqual([{ text: "Grüße" }]);
    expect(await query(second.url, "SHOW fsync")).toEqual([{ fsync: "on" }]);
    expect(await query(second.url, "SHOW server_encoding")).toEqual([{ server_encoding: "UTF8" }]);
    await second.stop();
    expect(existsSync(join(dataDir, "postmaster.pid"))).toBe(false);
  });

  it("ends the orphan of a killed parent and has everything that was committed", async () => {
    const script = await startScript(`
      import pg from "pg";
      import { startPostgres } from "./dev/services/postgres.ts";
      const { url } = await startPostgres({ dataDir: ${JSON.stringify(dataDir)} });
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      await client.query("CREATE TABLE kept AS SELECT 7 AS number");
      console.log(JSON.stringify(url));`);
    await script.kill("SIGKILL");
    expect(await query(script.first as string, "SELECT number FROM kept")).toEqual([{ number: 7 }]);
    const { url } = await start();
    expect(await query(url, "SELECT number FROM kept")).toEqual([{ number: 7 }]);
    await expect(query(script.first as string, "SELECT 1")).rejects.toThrow("ECONNREFUSED");
  });

  it("refuses data that a living process serves", async () => {
    await start();
    await expect(startPostgres({ dataDir })).rejects.toThrow(/PostgreSQL is in use: process \d+ started it/);
  });

  it("drops the lock of a server that is gone, even when its process number is somebody else's by now", async () => {
    await (await start()).stop();
    const lock = join(dataDir, "postmaster.pid");
    const { uid, gid } = statSync(dataDir);
    writeFileSync(lock, `${process.pid}\n${dataDir}\n`, { mode: 0o600 });
    chownSync(lock, uid, gid);
    expect(await query((await start()).url, "SELECT 1 AS up")).toEqual([{ up: 1 }]);
  });

  it("says that its port is taken and what to do", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as { port: number };
    await expect(startPostgres({ dataDir, port })).rejects.toThrow(
      `PostgreSQL cannot listen on 127.0.0.1:${port} (EADDRINUSE). End what uses that port`,
    );
    other.close();
  });

  it("passes on why the server did not start", async () => {
    await (await start()).stop();
    writeFileSync(join(dataDir, "PG_VERSION"), "9.6\n");
    await expect(start()).rejects.toThrow(/PostgreSQL ended at once[^]*incompatible with server/);
  });

  it("begins anew after a first start that was interrupted", async () => {
    const draft = `${dataDir}.${process.pid}.new`;
    await (await startPostgres({ dataDir: draft })).stop();
    chmodSync(draft, 0o700);
    expect(await query((await start()).url, "SELECT 1 AS up")).toEqual([{ up: 1 }]);
  });
});
