// BigQuery as a Connector.
import { SyncError } from "../../domain/errors.ts";
import type { Connector } from "../connector.ts";
import type { BigQueryOptions } from "./options.ts";

export interface BigQueryConnector extends Connector {
  close(): Promise<void>;
}

export function createBigQueryConnector(_options: BigQueryOptions): BigQueryConnector {
  const refuse = (): never => {
    throw new SyncError("bug", "BigQuery cannot be reached by this version.");
  };
  return {
    provider: "bigquery",
    exportBatchSeqs: 200_000,
    exportOrder: "latest",
    testConnection: refuse,
    exportBuckets: refuse,
    planImport: refuse,
    importPage: refuse,
    requestBudget: () => null,
    close: async () => {},
  };
}
