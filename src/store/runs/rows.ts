// A run as it is stored (what its directions did in JSON, their counts in columns that commits raise) and as people see it.
import type { Outcome, Run, RunDirection } from "../../domain/run.ts";
import { sql } from "kysely";

export interface RunRow {
  id: string;
  startedAtMs: number;
  finishedAtMs: number | null;
  outcome: Outcome | null;
  directions: Omit<RunDirection, "records" | "rejected">[];
  exportRecords: number;
  exportRejected: number;
  importRecords: number;
  importRejected: number;
}

export const RUN_COLUMNS = sql`
  id, started_at_ms as "startedAtMs", finished_at_ms as "finishedAtMs", outcome, directions,
  export_records as "exportRecords", export_rejected as "exportRejected",
  import_records as "importRecords", import_rejected as "importRejected"`;

export function toRun(row: RunRow): Run {
  const { id, startedAtMs, finishedAtMs, outcome } = row;
  const counts = {
    export: { records: row.exportRecords, rejected: row.exportRejected },
    import: { records: row.importRecords, rejected: row.importRejected },
  };
  return {
    id,
    startedAtMs,
    finishedAtMs,
    outcome,
    directions: row.directions.map((direction) => ({ ...direction, ...counts[direction.direction] })),
  };
}
