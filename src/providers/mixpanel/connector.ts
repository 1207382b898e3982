// Mixpanel as a Connector: exposures are sent as events, the customer's events are read from the raw export.
import type { Connector } from "../connector.ts";
import { createHttpClient } from "../http.ts";
import { CONNECTION_TEST_TIMEOUT_MS } from "../testStep.ts";
import { createZoneLookup } from "./account.ts";
import { createBackoff } from "./backoff.ts";
import { testConnection } from "./connectionTest.ts";
import { EVENT_NAMES_TIMEOUT_MS, listEventNames } from "./eventNames.ts";
import { exportBuckets } from "./export/exportBuckets.ts";
import { planMixpanelPasses } from "./import/planPasses.ts";
import { importPage } from "./import/readPage.ts";
import { type MixpanelContext, type MixpanelOptions, projectKey } from "./options.ts";
import { mixpanelSpec } from "./spec.ts";

/** Takes some seconds at Mixpanel's limit of 30,000 events a second. */
const EXPORT_BATCH_SEQS = 200_000;

export function createMixpanelConnector(options: MixpanelOptions): Connector {
  const context: MixpanelContext = {
    options,
    http: options.http ?? createHttpClient(),
    // As Mixpanel's documents advise. The raw export API has an hourly budget, so its waits are longer.
    ingestionBackoff: createBackoff({ firstMs: 2_000, maxMs: 60_000 }),
    rawExportBackoff: createBackoff({ firstMs: 60_000, maxMs: 900_000 }),
  };
  const lookUpZone = createZoneLookup(context);
  return {
    spec: mixpanelSpec,
    exportBatchSeqs: EXPORT_BATCH_SEQS,
    testConnection: (connection, _events, acquireRequest) => {
      const signal = AbortSignal.timeout(CONNECTION_TEST_TIMEOUT_MS);
      return testConnection({ context, connection, signal }, acquireRequest);
    },
    eventNames: (connection) => {
      const signal = AbortSignal.timeout(EVENT_NAMES_TIMEOUT_MS);
      return listEventNames({ context, connection, signal });
    },
    exportBuckets: (connection, job) => exportBuckets(context, connection, job),
    planImport: async (connection, input) =>
      planMixpanelPasses(connection, input, options.settleMs, await lookUpZone(connection)),
    importPage: (connection, page) => importPage(context, connection, page),
    requestBudget: (connection) => ({
      key: projectKey(connection),
      maxPerHour: 60,
      maxPerSecond: 3,
      reservedPerHour: 10,
    }),
    close: () => context.http.close(),
  };
}
