// Exposures in PostgreSQL.
import type { Database } from "../postgres/database.ts";
import { ingest } from "./ingest.ts";
import type { ExposureStore } from "./interface.ts";
import { seal } from "./seal.ts";

interface ExposureOptions {
  sealGraceMs: number;
  exposureMaxAgeDays: number;
}

export function createExposureStore(db: Database, options: ExposureOptions): ExposureStore {
  return {
    ingest: (workspaceId, exposures) => ingest(db, workspaceId, exposures, options.exposureMaxAgeDays),
    seal: (workspaceId) => seal(db, workspaceId, options.sealGraceMs),
  };
}
