// The store in PostgreSQL, put together from its parts.
import { sql } from "kysely";
import type { Store } from "./store.ts";
import { createBudgetStore } from "./imports/requestBudgets.ts";
import { openDatabase } from "./postgres/database.ts";
import { createEventStore } from "./events/postgres.ts";
import { createExportStore } from "./exports/postgres.ts";
import { createExposureStore } from "./exposures/ingest.ts";
import { createImportStore } from "./imports/postgres.ts";
import { createIntegrationStore } from "./integrations/postgres.ts";
import { createMaintenanceStore } from "./upkeep/syncState.ts";
import { createMetricStore } from "./metrics/postgres.ts";
import { createRouterStore } from "./routers/postgres.ts";
import { createRunStore } from "./runs/postgres.ts";
import { createSessionStore } from "./workspaces/sessions.ts";
import { createWorkspaceStore } from "./workspaces/postgres.ts";

export interface PostgresStoreOptions {
  databaseUrl: string;
  /** The first encrypts, all decrypt. */
  secretKeys: Buffer[];
  sealGraceMs: number;
  exposureMaxAgeDays: number;
  exposureRetentionDays: number;
  importLookbackDays: number;
  maxConnections?: number;
}

const MAX_CONNECTIONS = 10;

/**
 * Connects on first use. The database must be migrated.
 *
 * @example
 * const store = createPostgresStore({ databaseUrl, ...config });
 * const { workspaceId, apiKey } = await store.workspaces.create("Acme");
 */
export function createPostgresStore(options: PostgresStoreOptions): Store {
  const database = openDatabase(options.databaseUrl, options.maxConnections ?? MAX_CONNECTIONS);
  const { db } = database;
  return {
    workspaces: createWorkspaceStore(database),
    sessions: createSessionStore(database),
    integrations: createIntegrationStore(database, options),
    events: createEventStore(database),
    exposures: createExposureStore(database, options),
    exports: createExportStore(database),
    imports: createImportStore(database),
    metrics: createMetricStore(database),
    routers: createRouterStore(database, options),
    runs: createRunStore(database),
    budgets: createBudgetStore(database),
    maintenance: createMaintenanceStore(database, options),

    async nowMs() {
      const { rows } = await sql<{ now: number }>`select crosscurrent_now_ms() as now`.execute(db);
      return Number(rows[0]?.now);
    },

    async ping() {
      await sql`select 1`.execute(db);
    },

    close: () => db.destroy(),
  };
}
