// How PostgreSQL plans what reads and folds calls: each search is by an index, whatever else the tables hold.
import { sql, type RawBuilder } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { STEP_SETTINGS } from "../../../src/store/exposures/sealer.ts";
import { openDatabase, type Database } from "../../../src/store/postgres/database.ts";
import { foldStatement } from "../../../src/store/usage/fold.ts";
import { takeBuckets } from "../../../src/store/usage/takeOver.ts";
import { usageStatement } from "../../../src/store/usage/usageSql.ts";
import { exposure } from "../../support/store/contract/exposures.ts";
import { HOUR_MS, newWorkspace } from "../../support/store/contract/harness.ts";
import { makePostgresHarness, type PostgresHarness } from "../../support/store/storeDatabase.ts";

let harness: PostgresHarness;
let database: Database;
let workspaceId: string;
beforeAll(async () => {
  harness = await makePostgresHarness();
  database = openDatabase(harness.url, 1);
  const hourMs = Math.floor((await harness.store.nowMs()) / HOUR_MS - 5) * HOUR_MS;
  for (let i = 0; i < 3; i++) {
    workspaceId = await newWorkspace(harness.store);
    const users = Array.from({ length: 4_000 }, (_, n) => exposure(`user ${n}`, hourMs + (n % 3) * HOUR_MS));
    await harness.store.exposures.ingest(workspaceId, users);
    await harness.store.exposures.seal(workspaceId);
  }
  await harness.admin.query("vacuum analyze");
});
afterAll(async () => {
  await database.close();
  await harness.close();
});

async function planOf(statement: RawBuilder<unknown>, settings: RawBuilder<unknown>): Promise<string> {
  const rows = await database.transaction((tx) => tx.query(sql<object>`explain ${statement}`), settings);
  return rows.map((row) => Object.values(row)[0] as string).join("\n");
}

const SCANNED =
  /Seq Scan on (assignment_buckets|usage_|exposed_aliases|exposures|assignments|exposure_buckets|bucket_parts)/;

test("usage is read by indexes, and users are counted without their rows", async () => {
  const range = { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER, routeId: null };
  const statement = usageStatement({ workspaceId, aliasId: "alias", ...range });
  const plan = await planOf(statement, sql`set local enable_seqscan = off`);
  expect(plan).not.toMatch(SCANNED);
  expect(plan).toMatch(/Index Only Scan using assignment_buckets_\d+_pkey/);
});

test("folding finds its rows by an index and takes them by their place", async () => {
  const plan = await planOf(foldStatement(workspaceId, 1_000_000, 100), STEP_SETTINGS);
  expect(plan).not.toMatch(SCANNED);
  expect(plan).toMatch(/Tid Scan on assignments/);
  expect(plan).toMatch(/Index Scan using assignments_oldest/);
});

test("a take-over goes along the numbers of buckets", async () => {
  const plan = await planOf(takeBuckets(workspaceId, 100), STEP_SETTINGS);
  expect(plan).not.toMatch(SCANNED);
  expect(plan).toMatch(/first_seal_seq_idx|exposure_buckets_\d+_workspace_id_first_seal_seq/);
});
