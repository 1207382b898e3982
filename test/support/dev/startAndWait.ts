// A parent that a test kills: starts the local BigQuery with a data folder, prints its addresses, and waits.
import { startBigQuery } from "../../../dev/standins/bigquery/start.ts";

const { restUrl, storageUrl, iamUrl, sourceToken } = await startBigQuery({ dataDir: process.argv[2] });
process.stdout.write(`${JSON.stringify({ restUrl, storageUrl, iamUrl, sourceToken })}\n`);
setInterval(() => undefined, 60_000);
