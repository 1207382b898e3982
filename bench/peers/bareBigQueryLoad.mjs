// The bare limit of an export into BigQuery: one load job of a finished file into a fresh table. node bareBigQueryLoad.mjs FILE
import { BigQuery } from "@google-cloud/bigquery";
import { OAuth2Client } from "google-auth-library";

const { BENCH_REST_URL, BENCH_TOKEN, BENCH_PROJECT, BENCH_DATASET, BENCH_TABLE, BENCH_FIELDS } = process.env;
const authClient = new OAuth2Client();
authClient.setCredentials({ access_token: BENCH_TOKEN });
const client = new BigQuery({ projectId: BENCH_PROJECT, apiEndpoint: BENCH_REST_URL, authClient });

const startedAtMs = performance.now();
await client
  .dataset(BENCH_DATASET)
  .table(BENCH_TABLE)
  .load(process.argv[2], {
    sourceFormat: "NEWLINE_DELIMITED_JSON",
    schema: { fields: JSON.parse(BENCH_FIELDS) },
    createDisposition: "CREATE_IF_NEEDED",
    writeDisposition: "WRITE_TRUNCATE",
  });
process.stdout.write(`took ${Math.round(performance.now() - startedAtMs)} ms\n`);
