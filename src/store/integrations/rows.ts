// Reads integrations as users see them. Cheap on purpose: counters and one index range, no scan of imported rows.
import { sql, type RawBuilder } from "kysely";
import type { Integration, IntegrationStatus } from "../../domain/integration.ts";
import type { Queryable } from "../postgres/database.ts";
import { RUN_COLUMNS } from "../runs/rows.ts";

export interface IntegrationRow extends Omit<Integration, "status"> {
  ordinal: number;
  isRunning: boolean;
  hasFailedEvents: boolean;
}

/** Sealed buckets beyond the cursor. With 9 sealed, cursor 7, and bucket 3 revised to 10: 2, or 3 with revisions. */
const PENDING = sql`w.sealed_buckets - crosscurrent_buckets_through(w.id, i.export_cursor_seq, i.delivers_updates)`;

export function readIntegrations(db: Queryable, where: RawBuilder<unknown>, limit: number): Promise<IntegrationRow[]> {
  return db.query(sql<IntegrationRow>`
    select i.id, i.ordinal, i.workspace_id as "workspaceId", i.provider, i.settings, i.import_from as "importFrom",
      i.created_at_ms as "createdAtMs", i.version, i.paused, i.next_run_at_ms as "nextRunAtMs",
      jsonb_build_object('enabled', i.export_enabled, 'completeThroughMs', i.export_through_ms, 'sent', i.export_sent,
        'rejected', i.export_rejected, 'pending', ${PENDING}, 'late', w.late_buckets,
        'error', i.export_error) as export,
      jsonb_build_object('enabled', i.import_enabled, 'error', i.import_error) as import,
      exists (select from event_definitions e
        where e.integration_id = i.id and e.deleted_at_ms is null and e.error is not null) as "hasFailedEvents",
      exists (select from runs u where u.integration_id = i.id and u.finished_at_ms is null) as "isRunning",
      (select to_jsonb(run) from (
        select ${RUN_COLUMNS} from runs where integration_id = i.id order by started_at_ms desc, id desc limit 1
      ) run) as "lastRun"
    from integrations i join workspaces w on w.id = i.workspace_id
    where i.deleted_at_ms is null and ${where}
    order by i.ordinal limit ${limit}`);
}

export function toIntegration(row: IntegrationRow): Integration {
  const { ordinal: _ordinal, isRunning: _isRunning, hasFailedEvents: _hasFailedEvents, ...integration } = row;
  return { ...integration, status: statusOf(row) };
}

function statusOf(row: IntegrationRow): IntegrationStatus {
  if (row.paused) return "paused";
  if (row.isRunning) return "syncing";
  const exportFailed = row.export.enabled && row.export.error !== null;
  const importFailed = row.import.enabled && (row.import.error !== null || row.hasFailedEvents);
  return exportFailed || importFailed ? "attention" : "idle";
}
