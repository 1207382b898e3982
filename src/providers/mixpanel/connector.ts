// Mixpanel as a Connector: exposures are sent as events, the customer's events are read from the raw export.
import type { Connection } from "../../domain/connection.ts";
import type { Connector } from "../connector.ts";
import { createHttpClient } from "../http.ts";
import { CONNECTION_TEST_TIMEOUT_MS } from "../testStep.ts";
import { createBackoff } from "./backoff.ts";
import { testConnection } from "./connectionTest.ts";
import { EVENT_NAMES_TIMEOUT_MS, listEventNames } from "./eventNames.ts";
import { exportBuckets } from "./export/exportBuckets.ts";
import { planMixpanelPasses, planMixpanelRanges } from "./import/planPasses.ts";
import { importPage, skipPage } from "./import/readPage.ts";
import { type MixpanelContext, type MixpanelOptions, projectKey } from "./options.ts";
import { redatingOf, zoneOf } from "./projectTime.ts";
import { createProofs } from "./proofs.ts";
import { mixpanelSpec, REQUESTS_PER_HOUR } from "./spec.ts";

/** Takes some seconds at Mixpanel's limit of 30,000 events a second. */
const EXPORT_BATCH_SEQS = 200_000;
const ZONE_TIMEOUT_MS = 30_000;

export function createMixpanelConnector(options: MixpanelOptions): Connector {
  const context: MixpanelContext = {
    options,
    http: options.http ?? createHttpClient(),
    // As Mixpanel's documents advise. The raw export API has an hourly budget, so its waits are longer.
    ingestionBackoff: createBackoff({ firstMs: 2_000, maxMs: 60_000 }),
    rawExportBackoff: createBackoff({ firstMs: 60_000, maxMs: 900_000 }),
    proofs: createProofs(),
  };
  const lookUpZone = (connection: Connection) =>
    zoneOf({ context, connection, signal: AbortSignal.timeout(ZONE_TIMEOUT_MS) });
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
    planRanges: (_connection, input) => planMixpanelRanges(input),
    importPage: (connection, page) => importPage(context, connection, page),
    skipPage,
    redating: async (connection) => redatingOf(connection, await lookUpZone(connection)),
    requestBudget: (connection) => ({
      key: projectKey(connection),
      maxPerHour: REQUESTS_PER_HOUR,
      maxPerSecond: 3,
      reservedPerHour: 10,
    }),
    close: () => context.http.close(),
  };
}
