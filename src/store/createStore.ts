// Puts the PostgreSQL store together from its parts.
import { sql } from "kysely";
import { createBudgetStore } from "./budgets/postgres.ts";
import { createCleanupStore } from "./cleanup/postgres.ts";
import { createEventStore } from "./events/postgres.ts";
import { createExportStore } from "./exports/postgres.ts";
import { ingest } from "./exposures/ingest.ts";
import { seal } from "./exposures/seal.ts";
import { createGrantWaitStore } from "./grantWaits/postgres.ts";
import { createImportStore } from "./imports/postgres.ts";
import { createIntegrationStore } from "./integrations/postgres.ts";
import { createMetricStore } from "./metrics/postgres.ts";
import { createOwnershipStore } from "./ownership/postgres.ts";
import { openDatabase, readNowMs } from "./postgres/database.ts";
import { createRouterStore } from "./routers/postgres.ts";
import { createRunStore } from "./runs/postgres.ts";
import { createSessionStore } from "./sessions/postgres.ts";
import type { Store } from "./store.ts";
import { createSyncStateStore } from "./syncState/postgres.ts";
import { createWorkspaceStore } from "./workspaces/postgres.ts";

export interface PostgresStoreOptions {
  databaseUrl: string;
  /** The first encrypts, all decrypt. */
  secretKeys: Buffer[];
  sealGraceMs: number;
  exposureMaxAgeDays: number;
  exposureRetentionDays: number;
  importLookbackDays: number;
  /** These two say when a run is overdue; integrations/postgres.ts has their defaults. */
  syncJitterMs?: number;
  reconcileIntervalMs?: number;
  maxConnections?: number;
}

const MAX_CONNECTIONS = 10;

/** Connects on first use. The database must be migrated. */
export function createPostgresStore(options: PostgresStoreOptions): Store {
  const db = openDatabase(options.databaseUrl, options.maxConnections ?? MAX_CONNECTIONS);
  return {
    workspaces: createWorkspaceStore(db),
    sessions: createSessionStore(db),
    integrations: createIntegrationStore(db, options),
    ownership: createOwnershipStore(db, options),
    grantWaits: createGrantWaitStore(db),
    events: createEventStore(db),
    exposures: {
      ingest: (workspaceId, exposures) => ingest(db, workspaceId, exposures, options.exposureMaxAgeDays),
      seal: (workspaceId) => seal(db, workspaceId, options.sealGraceMs),
    },
    exports: createExportStore(db),
    imports: createImportStore(db),
    metrics: createMetricStore(db),
    routers: createRouterStore(db, options),
    runs: createRunStore(db),
    budgets: createBudgetStore(db),
    syncState: createSyncStateStore(db, options),
    cleanup: createCleanupStore(db, options),
    nowMs: () => readNowMs(db),
    async ping() {
      await db.execute(sql`select 1`);
    },
    close: () => db.close(),
  };
}
