// Google's Python clients, unmodified: datasets, tables, both kinds of upload, queries, Storage reads into pyarrow.
import { resolve } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { bigQueryPeersBin, runBigQueryPeer } from "../../../../dev/standins/bigquery/peers/python.ts";
import {
  SHARED_START_TIMEOUT_MS,
  startSharedBigQuery,
  type SharedBigQuery,
} from "../../../../dev/standins/bigquery/sharedEmulator.ts";

const PROJECT = "python-project";
const EMAIL = `sync@${PROJECT}.iam.gserviceaccount.com`;
const SCRIPT = resolve(import.meta.dirname, "../../../../dev/standins/bigquery/peers/round_trip.py");

let at: SharedBigQuery;
beforeAll(async () => {
  [at] = await Promise.all([startSharedBigQuery(), bigQueryPeersBin()]);
  await at.control.deleteDataset(PROJECT, "made_by_python");
  await at.control.putAccount(EMAIL, { grants: [{ role: "roles/bigquery.admin", projectId: PROJECT }] });
}, SHARED_START_TIMEOUT_MS);

it("makes the round trip", async () => {
  const args = [at.restUrl, at.iamUrl, at.storageUrl, at.sourceToken, PROJECT, EMAIL];
  const seen = JSON.parse(await runBigQueryPeer(SCRIPT, args)) as Record<string, unknown>;
  expect(seen).toMatchObject({
    location: "EU",
    resumable: 60_000,
    multipart: 60_000,
    num_rows: 120_000,
    updated: 20,
    query: [[120_000, "2026-03-10T12:00:00+00:00"]],
    arrow: [200, ["id", "note"], 9_900],
    resumed: 50,
    parquet_existing: [
      [1, "x"],
      [2, "y"],
    ],
    parquet_missing: [
      [1, "x"],
      [2, "y"],
    ],
    parquet_schema: [
      ["note", "STRING"],
      ["id", "INTEGER"],
      ["seen_at", "TIMESTAMP"],
    ],
    whole: [120_000, "timestamp[us, tz=UTC]"],
  });
  expect(seen["conflict"]).toContain(`Already Exists: Job ${PROJECT}:EU.py-multipart`);
  expect(seen["not_found"]).toContain(`Not found: Table ${PROJECT}:made_by_python.none`);
  expect(seen["forbidden"]).toContain("Access Denied: Table another-project:made_by_python.events");
});
