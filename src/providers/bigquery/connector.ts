// BigQuery as a Connector: exposures go out by loads and MERGEs, the customer's events come in through the Storage Read API.
import type { Connector } from "../connector.ts";
import { createHttpClient } from "../http.ts";
import { createBrowse } from "./browse.ts";
import { testConnection } from "./connectionTest.ts";
import { createClients } from "./clients.ts";
import { exportBuckets } from "./export/exportBuckets.ts";
import type { BigQueryOptions } from "./options.ts";
import { importPage } from "./import/readPage.ts";
import { planPasses } from "./import/planPasses.ts";
import type { BigQueryContext } from "./rest.ts";

/** One export activity: some batches of a load and a MERGE each, so that the look-ups before the first are paid rarely. */
const EXPORT_BATCH_SEQS = 1_000_000;

export interface BigQueryConnector extends Connector {
  /** Ends the connections that it keeps. */
  close(): Promise<void>;
}

/**
 * ```ts
 * const connector = createBigQueryConnector({ overlapMs: 86_400_000, exportTable: "exposures", stagingPrefix: "staging_" });
 * for await (const { cursorSeq, sent } of connector.exportBuckets(connection, job)) await commit(cursorSeq, sent);
 * await connector.close();
 * ```
 */
export function createBigQueryConnector(options: BigQueryOptions): BigQueryConnector {
  const context: BigQueryContext = { options, clients: createClients(options), http: createHttpClient() };
  return {
    provider: "bigquery",
    exportBatchSeqs: EXPORT_BATCH_SEQS,
    exportOrder: "latest",
    testConnection: (connection, events) => testConnection(context, connection, events),
    exportBuckets: (connection, job) => exportBuckets(context, connection, job),
    planImport: async (connection, input) => planPasses(connection, input),
    importPage: (connection, page) => importPage(context, connection, page),
    // Read sessions have limits of their own that no budget of ours could share out.
    requestBudget: () => null,
    browse: createBrowse(context),
    close: async () => {
      await Promise.all([context.clients.close(), context.http.close()]);
    },
  };
}
