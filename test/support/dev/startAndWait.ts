// A parent to be killed: starts the local BigQuery with a data folder, tells its addresses, and waits.
import { startBigQuery } from "../../../dev/standins/bigquery/start.ts";

const { restUrl, storageUrl, iamUrl, sourceToken } = await startBigQuery({ dataDir: process.argv[2] });
process.stdout.write(`${JSON.stringify({ restUrl, storageUrl, iamUrl, sourceToken })}\n`);
setInterval(() => undefined, 60_000);
