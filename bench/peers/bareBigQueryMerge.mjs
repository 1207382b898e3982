// The bare limit of an export without duplicates: per finished file one load job into a staging table, then one MERGE.
// node bareBigQueryMerge.mjs FILE… with, in the environment, the MERGE of each file as a JSON array.
import { BigQuery } from "@google-cloud/bigquery";
import { OAuth2Client } from "google-auth-library";

const { BENCH_REST_URL, BENCH_TOKEN, BENCH_PROJECT, BENCH_DATASET, BENCH_TABLE, BENCH_FIELDS, BENCH_MERGES } =
  process.env;
const authClient = new OAuth2Client();
authClient.setCredentials({ access_token: BENCH_TOKEN });
const client = new BigQuery({ projectId: BENCH_PROJECT, apiEndpoint: BENCH_REST_URL, authClient });
const dataset = client.dataset(BENCH_DATASET);
const schema = { fields: JSON.parse(BENCH_FIELDS) };

const startedAtMs = performance.now();
await dataset.createTable(BENCH_TABLE, {
  schema,
  timePartitioning: { type: "DAY", field: "timestamp" },
  clustering: { fields: ["alias_id", "variant_id"] },
});
for (const [i, merge] of JSON.parse(BENCH_MERGES).entries()) {
  const staging = dataset.table(`${BENCH_TABLE}_staging_${i}`);
  const job = { sourceFormat: "NEWLINE_DELIMITED_JSON", schema, writeDisposition: "WRITE_TRUNCATE" };
  await staging.load(process.argv[2 + i], job);
  await client.query(merge);
  await staging.delete();
}
process.stdout.write(`took ${Math.round(performance.now() - startedAtMs)} ms\n`);
