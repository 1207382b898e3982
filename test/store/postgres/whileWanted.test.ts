// A statement whose caller left is cancelled in PostgreSQL, and its connection serves the next one.
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openDatabase, type Database } from "../../../src/store/postgres/database.ts";
import { whileWanted } from "../../../src/store/postgres/whileWanted.ts";
import { eventually } from "../../support/eventually.ts";
import { createTestDatabase, type TestDatabase } from "../../support/store/testDatabase.ts";

let database: TestDatabase;
let reports: Database;
let others: Database;
beforeAll(async () => {
  database = await createTestDatabase();
  reports = openDatabase(database.url, 1);
  others = openDatabase(database.url, 1);
});
afterAll(async () => {
  await Promise.all([reports.close(), others.close()]);
  await database.drop();
});

const sleepers = () =>
  others.execute(sql`select from pg_stat_activity where query = 'select pg_sleep(60)' and state = 'active'
    and datname = current_database()`);

test("the statement ends when its caller leaves", async () => {
  const leaving = new AbortController();
  const sleeping = reports.transaction((tx) =>
    whileWanted(tx, { others, signal: leaving.signal }, () => tx.execute(sql`select pg_sleep(60)`)),
  );
  const ended = sleeping.catch((error: unknown) => error);
  await eventually(async () => (await sleepers()) === 1);
  leaving.abort();
  expect(await ended).toMatchObject({ code: "57014" });
  expect(await sleepers()).toBe(0);
  expect(await reports.execute(sql`select 1`)).toBe(1);
});

test("nothing is begun for a caller that has left", async () => {
  const reason = new Error("left");
  const asked = reports.transaction((tx) =>
    whileWanted(tx, { others, signal: AbortSignal.abort(reason) }, () => tx.execute(sql`select pg_sleep(60)`)),
  );
  await expect(asked).rejects.toBe(reason);
});
