// Puts the PostgreSQL store together from its parts.
import { sql } from "kysely";
import { createBudgetStore } from "./budgets/postgres.ts";
import { createCleanupStore } from "./cleanup/postgres.ts";
import { createEventStore } from "./events/postgres.ts";
import { createExportStore } from "./exports/postgres.ts";
import { ingest, tryIngest } from "./exposures/ingest.ts";
import { seal } from "./exposures/seal.ts";
import { createGrantWaitStore } from "./grantWaits/postgres.ts";
import { createImportStore } from "./imports/postgres.ts";
import { createIntegrationStore } from "./integrations/postgres.ts";
import { createKeyStore } from "./keys/postgres.ts";
import { createMetricStore } from "./metrics/postgres.ts";
import { createOwnershipStore } from "./ownership/postgres.ts";
import { DEFAULT_POOL_SETTINGS, openPools, type PoolSettings } from "./pools.ts";
import { readNowMs } from "./postgres/database.ts";
import { createRouterStore } from "./routers/postgres.ts";
import { createRunStore } from "./runs/postgres.ts";
import { createServerStore } from "./servers/postgres.ts";
import { createSessionStore } from "./sessions/postgres.ts";
import type { Store } from "./store.ts";
import { createSyncStateStore } from "./syncState/postgres.ts";
import { createUsageStore } from "./usage/postgres.ts";
import { createWorkspaceStore } from "./workspaces/postgres.ts";

export interface PostgresStoreOptions {
  databaseUrl: string;
  /** The first encrypts, all decrypt. */
  secretKeys: Buffer[];
  sealGraceMs: number;
  exposureMaxAgeDays: number;
  exposureRetentionDays: number;
  importLookbackDays: number;
  /** Default: no limit. */
  integrationsPerWorkspace?: number;
  /** These two say when a run is overdue; integrations/postgres.ts has their defaults. */
  syncJitterMs?: number;
  reconcileIntervalMs?: number;
  database?: PoolSettings;
}

/** Connects on first use. The database must be migrated. */
export function createPostgresStore(options: PostgresStoreOptions): Store {
  const settings = options.database ?? DEFAULT_POOL_SETTINGS;
  const pools = openPools(options.databaseUrl, settings);
  const { keys, reports, bookkeeping, bulk } = pools;
  return {
    workspaces: createWorkspaceStore(keys),
    keys: createKeyStore({ keys, bookkeeping }),
    servers: createServerStore(keys),
    sessions: createSessionStore(keys),
    integrations: createIntegrationStore(bookkeeping, options),
    ownership: createOwnershipStore(bookkeeping, options),
    grantWaits: createGrantWaitStore(bookkeeping),
    events: createEventStore({ bookkeeping, reports }),
    exposures: {
      ingest: (workspaceId, exposures) => ingest(pools.ingest, workspaceId, exposures, options.exposureMaxAgeDays),
      tryIngest: () => tryIngest(pools.ingest),
      seal: (workspaceId) => seal(bulk, workspaceId, options.sealGraceMs),
    },
    exports: createExportStore({ bookkeeping, bulk }),
    imports: createImportStore({ bookkeeping, bulk }),
    metrics: createMetricStore({ bookkeeping, reports }),
    routers: createRouterStore({ keys, bookkeeping, reports }, options),
    usage: createUsageStore(pools),
    runs: createRunStore(bookkeeping),
    budgets: createBudgetStore(bookkeeping),
    syncState: createSyncStateStore(bookkeeping, options),
    cleanup: createCleanupStore(bulk, options),
    nowMs: () => readNowMs(keys),
    async ping() {
      await keys.execute(sql`select 1`);
    },
    isStuck: () => pools.isStuck(),
    close: () => pools.close(),
  };
}
