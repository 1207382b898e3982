// How PostgreSQL plans a step of sealing: by the whole key, also with statistics that a killed step left behind.
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { STEP_SETTINGS } from "../../../src/store/exposures/sealer.ts";
import { foldExposures } from "../../../src/store/exposures/sealSql.ts";
import { openDatabase, type Database } from "../../../src/store/postgres/database.ts";
import { exposure } from "../../support/store/contract/exposures.ts";
import { HOUR_MS, newWorkspace } from "../../support/store/contract/harness.ts";
import { makePostgresHarness, type PostgresHarness } from "../../support/store/storeDatabase.ts";

let harness: PostgresHarness;
let database: Database;
beforeAll(async () => {
  harness = await makePostgresHarness();
  database = openDatabase(harness.url, 2);
});
afterAll(async () => {
  await database.close();
  await harness.close();
});

test("a step finds its buckets by their key, whatever the statistics say after a killed step", async () => {
  const workspaceId = await newWorkspace(harness.store);
  const hourMs = Math.floor((await harness.store.nowMs()) / HOUR_MS - 5) * HOUR_MS;
  const users = Array.from({ length: 5_000 }, (_, i) => exposure(`user ${i}`, hourMs));
  await harness.store.exposures.ingest(workspaceId, users);
  await harness.store.exposures.seal(workspaceId);
  await harness.admin.query(
    "update pg_class set relpages = 3330, reltuples = 1 where relname like 'exposure\\_buckets%'",
  );
  const plan = await database.transaction(
    (tx) => tx.query(sql<object>`explain ${foldExposures(workspaceId, 100)}`),
    STEP_SETTINGS,
  );
  const lines = plan.map((row) => Object.values(row)[0] as string);
  const search = lines.findIndex((line) => line.includes("on exposure_buckets_") && line.includes("Index Scan"));
  expect(lines[search]).toContain("pkey");
  expect(lines[search + 1]).toMatch(/Index Cond:.*workspace_id.*hour_ms.*user_id.*alias_id.*route_id.*variant_id/);
});
