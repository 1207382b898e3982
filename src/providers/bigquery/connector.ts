// BigQuery as a Connector: loads and MERGEs write exposures, the Storage Read API reads the customer's events.
import type { OwnershipLedger } from "../../domain/ownership.ts";
import type { Connector } from "../connector.ts";
import { createHttpClient } from "../http.ts";
import { createBrowse } from "./browse.ts";
import { testConnection } from "./connectionTest.ts";
import { createClients } from "./clients.ts";
import { prepareExport } from "./export/destination.ts";
import { exportBuckets } from "./export/exportBuckets.ts";
import type { BigQueryOptions } from "./options.ts";
import { importPage } from "./import/readPage.ts";
import { reportSource } from "./import/reportSource.ts";
import { planBigQueryPasses, planBigQueryRanges } from "./import/planPasses.ts";
import type { BigQueryContext } from "./rest.ts";
import { setupScript } from "./setupScript.ts";
import { bigQuerySpec, readSettings } from "./spec.ts";

/** Several loads and MERGEs, because the look-ups before the first take time. */
const EXPORT_BATCH_SEQS = 1_000_000;

export function createBigQueryConnector(options: BigQueryOptions, ledger: OwnershipLedger): Connector {
  const context: BigQueryContext = { options, clients: createClients(options, ledger), http: createHttpClient() };
  const { accounts } = context.clients;
  return {
    spec: bigQuerySpec,
    exportBatchSeqs: EXPORT_BATCH_SEQS,
    testConnection: (connection, events) => testConnection(context, connection, events),
    prepareExport: (connection, signal) => prepareExport(context, connection, signal),
    exportBuckets: (connection, job) => exportBuckets(context, connection, job),
    planImport: async (connection, input) => planBigQueryPasses(connection, input),
    planRanges: (_connection, input) => planBigQueryRanges(input),
    importPage: (connection, page) => importPage(context, connection, page),
    // The limits of read sessions are not countable in requests.
    requestBudget: () => null,
    reportSource: (connection, event) => reportSource(context, connection, event),
    browse: createBrowse(context),
    ownership: {
      needsProof: options.ownership === "description",
      principal: () => accounts.ownPrincipal(),
      check: async (connection) => {
        await accounts.admit(connection);
        await accounts.tokenOf(connection);
      },
      look: (connection) => accounts.look(connection),
    },
    setupScript: ({ settings, ...input }) => setupScript(readSettings(settings), input),
    close: async () => {
      await Promise.all([context.clients.close(), context.http.close()]);
    },
  };
}
