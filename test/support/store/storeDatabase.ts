// A PostgreSQL store in a database of its own, whose clock tests can move.
import pg from "pg";
import { createPostgresStore } from "../../../src/store/createStore.ts";
import type { Store } from "../../../src/store/store.ts";
import { createTestDatabase } from "./testDatabase.ts";
import { MAX_AGE_DAYS, SEAL_GRACE_MS, type Harness } from "./contract/harness.ts";

export const TEST_KEY = Buffer.alloc(32, 7);
export const RETENTION_DAYS = 14;

export interface PostgresHarness extends Harness {
  url: string;
  /** For what the store does not show. */
  admin: pg.Pool;
}

export function openTestStore(databaseUrl: string, secretKeys: Buffer[] = [TEST_KEY]): Store {
  return createPostgresStore({
    databaseUrl,
    secretKeys,
    sealGraceMs: SEAL_GRACE_MS,
    exposureMaxAgeDays: MAX_AGE_DAYS,
    exposureRetentionDays: RETENTION_DAYS,
    importLookbackDays: 30,
  });
}

export async function makePostgresHarness(secretKeys: Buffer[] = [TEST_KEY]): Promise<PostgresHarness> {
  const database = await createTestDatabase();
  const store = openTestStore(database.url, secretKeys);
  const admin = new pg.Pool({ connectionString: database.url });
  let [clock, offsetMs] = ["clock_timestamp()", 0];
  const setClock = () =>
    admin.query(`create or replace function crosscurrent_now() returns timestamptz language sql volatile as
      $$select ${clock} + ${offsetMs} * interval '1 millisecond'$$`);
  return {
    store,
    url: database.url,
    admin,
    async advance(ms) {
      offsetMs += ms;
      await setClock();
    },
    async freeze() {
      // A whole millisecond, so that what the store answers is exactly what the clock says.
      clock = `to_timestamp(${await store.nowMs()} / 1000.0)`;
      offsetMs = 0;
      await setClock();
    },
    async close() {
      await store.close();
      await admin.end();
      await database.drop();
    },
  };
}
