// Several servers: the limit of a workspace holds for all of them together, within a factor of two.
import { inject } from "vitest";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadConfig } from "../../src/config/config.ts";
import { startServer, type RunningServer } from "../../src/server.ts";
import { createPostgresStore } from "../../src/store/createStore.ts";
import { createTestDatabase, type TestDatabase } from "../support/store/testDatabase.ts";
import { eventually } from "../support/eventually.ts";

const CALLS_PER_MINUTE = 300;
const SERVERS = 3;
const SECRET_KEY = Buffer.alloc(32, 7);

let database: TestDatabase;
let sql: pg.Client;
const servers: RunningServer[] = [];
beforeAll(async () => {
  database = await createTestDatabase();
  sql = new pg.Client({ connectionString: database.url });
  await sql.connect();
  const config = loadConfig({
    DATABASE_URL: database.url,
    TEMPORAL_ADDRESS: inject("temporalAddress"),
    CROSSCURRENT_SECRET_KEY: SECRET_KEY.toString("base64"),
    PORT: "0",
    LOG_LEVEL: "silent",
    WORKSPACE_CALLS_PER_MINUTE: String(CALLS_PER_MINUTE),
  });
  for (let i = 0; i < SERVERS; i++) servers.push(await startServer(config));
});
afterAll(async () => {
  await sql.end();
  await database.drop();
});

/** How many calls a server serves before it refuses one. */
async function servedBy({ url }: RunningServer, apiKey: string): Promise<number> {
  for (let served = 0; ; served++) {
    const response = await fetch(`${url}/v1/workspace`, { headers: { authorization: `Basic ${apiKey}` } });
    await response.arrayBuffer();
    if (response.status === 429) return served;
    expect(response.status).toBe(200);
  }
}

test("a workspace that calls all of them gets at most twice its limit, and at least all of it", async () => {
  const { rows } = await sql.query<{ last: number }>("select max(seen_at_ms)::float8 as last from servers");
  // Each server counts the others in the statement that writes its row.
  await eventually(async () => {
    const found = await sql.query(`select from servers where seen_at_ms > ${rows[0]?.last ?? 0}`);
    return found.rowCount === SERVERS;
  });
  const store = createPostgresStore({
    databaseUrl: database.url,
    secretKeys: [SECRET_KEY],
    sealGraceMs: 0,
    exposureMaxAgeDays: 90,
    exposureRetentionDays: 120,
    importLookbackDays: 30,
  });
  const { apiKey } = await store.workspaces.create("one");
  await store.close();
  const startedMs = performance.now();
  const served = await Promise.all(servers.map((server) => servedBy(server, apiKey)));
  const total = served.reduce((sum, count) => sum + count, 0);
  expect(total).toBeGreaterThanOrEqual(CALLS_PER_MINUTE);
  // What the limit allows in the time that the calls took comes on top.
  const minutes = (performance.now() - startedMs) / 60_000;
  expect(total).toBeLessThan(2 * CALLS_PER_MINUTE * (1 + minutes) + 10);
  await Promise.all(servers.map((server) => server.stop()));
  expect((await sql.query("select * from servers")).rows).toEqual([]);
});
