// A run as it is stored (what its legs did in JSON, their counts in columns that commits raise) and as people see it.
import { sql } from "kysely";
import type { Outcome } from "../../domain/integration.ts";
import type { Run, RunLeg } from "../store.ts";

export interface RunRow {
  id: string;
  startedAtMs: number;
  finishedAtMs: number | null;
  outcome: Outcome | null;
  legs: Omit<RunLeg, "records" | "rejected">[];
  exportRecords: number;
  exportRejected: number;
  importRecords: number;
  importRejected: number;
}

export const RUN_COLUMNS = sql`
  id, started_at_ms as "startedAtMs", finished_at_ms as "finishedAtMs", outcome, legs,
  export_records as "exportRecords", export_rejected as "exportRejected",
  import_records as "importRecords", import_rejected as "importRejected"`;

export function toRun(row: RunRow): Run {
  const { id, startedAtMs, finishedAtMs, outcome } = row;
  const counts = {
    export: { records: row.exportRecords, rejected: row.exportRejected },
    import: { records: row.importRecords, rejected: row.importRejected },
  };
  return { id, startedAtMs, finishedAtMs, outcome, legs: row.legs.map((leg) => ({ ...leg, ...counts[leg.leg] })) };
}
