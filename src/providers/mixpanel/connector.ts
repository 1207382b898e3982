// Mixpanel as a Connector: exposures go out as events, the customer's events come in from the raw export.
import type { Connector } from "../connector.ts";
import { createHttpClient } from "../http.ts";
import { createZoneLookup } from "./account.ts";
import { createBackoff } from "./backoff.ts";
import { testConnection } from "./connectionTest.ts";
import { exportBuckets } from "./export/exportBuckets.ts";
import { projectKey } from "./options.ts";
import type { MixpanelContext, MixpanelOptions } from "./options.ts";
import { importPage } from "./import/readPage.ts";
import { planPasses } from "./import/planPasses.ts";

/** One export batch: some seconds at Mixpanel's own ceiling of 30,000 events a second. */
const EXPORT_BATCH_SEQS = 200_000;

/**
 * ```ts
 * const connector = createMixpanelConnector({ settleMs: 7_200_000, exportEventName: "Inworld Router Exposure" });
 * for await (const { cursorSeq, sent } of connector.exportBuckets(connection, job)) await commit(cursorSeq, sent);
 * ```
 */
export function createMixpanelConnector(options: MixpanelOptions): Connector {
  const context: MixpanelContext = { options, http: options.http ?? createHttpClient() };
  const zoneOf = createZoneLookup(context);
  // As Mixpanel's documents advise for imports; exports have an hourly budget, so their waits are longer.
  const importBackoff = createBackoff({
    firstMs: 2_000,
    maxMs: 60_000,
    jitterMs: { min: 1_000, max: 5_000 },
  });
  const exportBackoff = createBackoff({
    firstMs: 60_000,
    maxMs: 900_000,
    jitterMs: { min: 1_000, max: 5_000 },
  });
  return {
    provider: "mixpanel",
    exportBatchSeqs: EXPORT_BATCH_SEQS,
    exportOrder: "first",
    testConnection: (connection, _events, acquireRequest) => testConnection(context, connection, acquireRequest),
    exportBuckets: (connection, job) => exportBuckets(context, connection, job, importBackoff),
    planImport: async (connection, input) => planPasses(connection, input, options.settleMs, await zoneOf(connection)),
    importPage: (connection, page) => importPage(context, connection, page, exportBackoff),
    requestBudget: (connection) => ({
      key: projectKey(connection),
      maxPerHour: 60,
      maxPerSecond: 3,
      reservedPerHour: 10,
    }),
  };
}
