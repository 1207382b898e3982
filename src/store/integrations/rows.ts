// Reading integrations as people see them. Cheap on purpose: counters and one index range, never a scan of imported rows.
import type { Integration, IntegrationStatus } from "../../domain/integration.ts";
import { sql, type RawBuilder } from "kysely";
import type { ErrorState } from "../../domain/errors.ts";
import type { JsonObject, Provider } from "../../domain/integration.ts";
import type { Queryable } from "../postgres/database.ts";
import { RUN_COLUMNS, toRun, type RunRow } from "../runs/rows.ts";

export interface IntegrationRow {
  id: string;
  ordinal: number;
  workspaceId: string;
  provider: Provider;
  settings: JsonObject;
  importFrom: string;
  createdAtMs: number;
  version: number;
  paused: boolean;
  nextRunAtMs: number | null;
  exportEnabled: boolean;
  exportThroughMs: number | null;
  sent: number;
  rejected: number;
  pending: number;
  late: number;
  exportError: ErrorState | null;
  importEnabled: boolean;
  importError: ErrorState | null;
  eventFailed: boolean;
  running: boolean;
  lastRun: RunRow | null;
}

/** Integrations that exist and match `where` (over `i`), oldest first. */
export async function readIntegrations(
  db: Queryable,
  where: RawBuilder<unknown>,
  limit: number,
): Promise<IntegrationRow[]> {
  const { rows } = await sql<IntegrationRow>`
    select i.id, i.ordinal, i.workspace_id as "workspaceId", i.provider, i.settings, i.import_from as "importFrom",
      i.created_at_ms as "createdAtMs", i.version, i.paused, i.next_run_at_ms as "nextRunAtMs",
      i.export_enabled as "exportEnabled", i.export_through_ms as "exportThroughMs", i.export_sent as sent,
      i.export_rejected as rejected, i.export_error as "exportError", i.import_enabled as "importEnabled",
      i.import_error as "importError", w.late_buckets as late, ${PENDING} as pending,
      exists (select from event_definitions e where e.integration_id = i.id and e.deleted_at_ms is null and e.error is not null)
        as "eventFailed",
      exists (select from runs u where u.integration_id = i.id and u.finished_at_ms is null) as running,
      r.run as "lastRun"
    from integrations i
    join workspaces w on w.id = i.workspace_id
    left join lateral (
      select to_jsonb(latest) as run from (
        select ${RUN_COLUMNS} from runs where integration_id = i.id order by started_at_ms desc, id desc limit 1
      ) latest
    ) r on true
    where i.deleted_at_ms is null and ${where}
    order by i.ordinal limit ${limit}`.execute(db);
  return rows;
}

/** Sealed buckets beyond the cursor, revisions counted if they are delivered. A difference of two counts: see the migration. */
const PENDING = sql`w.sealed_buckets - crosscurrent_buckets_through(w.id, i.export_cursor_seq, i.delivers_updates)`;

export function toIntegration(row: IntegrationRow): Integration {
  return {
    id: row.id,
    workspaceId: row.workspaceId,
    provider: row.provider,
    settings: row.settings,
    importFrom: row.importFrom,
    createdAtMs: row.createdAtMs,
    version: row.version,
    status: statusOf(row),
    paused: row.paused,
    nextRunAtMs: row.nextRunAtMs,
    lastRun: row.lastRun === null ? null : toRun(row.lastRun),
    export: {
      enabled: row.exportEnabled,
      completeThroughMs: row.exportThroughMs,
      sent: row.sent,
      rejected: row.rejected,
      pending: row.pending,
      late: row.late,
      error: row.exportError,
    },
    import: { enabled: row.importEnabled, error: row.importError },
  };
}

function statusOf(row: IntegrationRow): IntegrationStatus {
  if (row.paused) return "paused";
  if (row.running) return "syncing";
  const exportFailed = row.exportEnabled && row.exportError !== null;
  const importFailed = row.importEnabled && (row.importError !== null || row.eventFailed);
  return exportFailed || importFailed ? "attention" : "idle";
}
