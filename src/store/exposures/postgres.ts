// Exposures in PostgreSQL.
import type { Database } from "../postgres/database.ts";
import { ingest } from "./ingest.ts";
import type { ExposureStore } from "./interface.ts";
import { seal } from "./seal.ts";

export function createExposureStore(
  db: Database,
  options: { sealGraceMs: number; exposureMaxAgeDays: number },
): ExposureStore {
  return {
    ingest: (workspaceId, exposures) => ingest(db, workspaceId, exposures, options.exposureMaxAgeDays),
    seal: (workspaceId) => seal(db, workspaceId, options.sealGraceMs),
  };
}
