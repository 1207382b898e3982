// Reads integrations with what users see of them: counts, the last run, the status.
import { sql, type RawBuilder } from "kysely";
import type { Integration, IntegrationStatus } from "../../domain/integration.ts";
import { ownershipStatus, type AccountStanding } from "../../domain/ownership.ts";
import { isOverdue, type ScheduleFacts } from "../../domain/schedule.ts";
import type { Queryable } from "../postgres/database.ts";
import { EVENT_FACTS } from "../events/rows.ts";
import { STANDING } from "../ownership/standing.ts";
import { RUN_COLUMNS } from "../runs/postgres.ts";

/** How long a due run may take to start, and how long a worker that runs may show nothing. */
export interface OverdueOptions {
  graceMs: number;
  maxSilenceMs: number;
}

export interface IntegrationRow extends Omit<Integration, "status" | "overdue" | "ownership"> {
  ordinal: number;
  account: string | null;
  code: string | null;
  /** Null if the account was never read. */
  standing: (Pick<AccountStanding, "isProven" | "holder"> & { attemptedAtMs: number | null }) | null;
  hasFailedEvents: boolean;
  schedule: Pick<ScheduleFacts, "nowMs" | "isRunning" | "unseenSinceMs" | "workerSeenMs">;
}

/** Sealed buckets beyond the cursor. With 9 sealed, cursor 7, and bucket 3 revised to 10: 2, or 3 with revisions. */
const PENDING = sql`w.sealed_buckets - crosscurrent_buckets_through(w.id, i.export_cursor_seq, i.delivers_updates)`;

/** Over `i`: the provider has something of it, or it has something of the provider. */
export const PROJECT_FIXED = sql`(i.export_sent > 0 or i.export_rejected > 0 or i.export_resends > 0 or exists (
  select from event_definitions e where e.integration_id = i.id and (e.imported > 0 or e.rejected > 0)))`;

/** For how long the holder of an account sees that another workspace tried to use it. */
const ATTEMPT_SHOWN_MS = 30 * 86_400_000;

/** Over `i` and `w`: by the last reading of the account's address. */
const ACCOUNT_STANDING = sql`(select to_jsonb(s) from (
  select ${STANDING}, case when c.workspace_id = i.workspace_id
    and c.attempted_at_ms > crosscurrent_now_ms() - ${ATTEMPT_SHOWN_MS}::bigint
    then c.attempted_at_ms end as "attemptedAtMs"
  from account_claims c where c.provider = i.provider and c.address = i.account
  order by c.read_at_ms desc limit 1) s)`;

/** Cheap on purpose: counters and index ranges, no scan of imported rows. */
export function readIntegrations(db: Queryable, where: RawBuilder<unknown>, limit: number): Promise<IntegrationRow[]> {
  return db.query(sql<IntegrationRow>`
    select i.id, i.ordinal, i.workspace_id as "workspaceId", i.provider, i.settings, i.import_from as "importFrom",
      i.created_at_ms as "createdAtMs", i.version, i.paused, i.next_run_at_ms as "nextRunAtMs",
      i.last_test as "lastTest", i.account, w.ownership_code as code, ${ACCOUNT_STANDING} as standing,
      i.delivers_updates as "deliversUpdates", ${PROJECT_FIXED} as "projectFixed",
      jsonb_build_object('enabled', i.export_enabled, 'usage', i.export_usage,
        'completeThroughMs', i.export_through_ms, 'sent', i.export_sent,
        'rejected', i.export_rejected, 'pending', ${PENDING}, 'late', w.late_buckets,
        'error', i.export_error, 'destination', i.export_destination, 'madeAnew', i.export_made_anew) as export,
      jsonb_build_object('enabled', i.import_enabled, 'error', i.import_error) as import,
      exists (select from event_definitions e
        where e.integration_id = i.id and e.deleted_at_ms is null and e.error is not null) as "hasFailedEvents",
      (select coalesce(json_agg(to_json(f) order by f.id), '[]') from (
        select e.id, ${EVENT_FACTS} from event_definitions e
        where e.integration_id = i.id and e.deleted_at_ms is null
      ) f) as events,
      json_build_object('nowMs', crosscurrent_now_ms(),
        'isRunning', exists (select from runs u where u.integration_id = i.id and u.finished_at_ms is null),
        'unseenSinceMs', case when i.version > i.seen_version then i.changed_at_ms end,
        'workerSeenMs', (select at_ms from worker_signs)) as schedule,
      (select to_jsonb(run) from (
        select ${RUN_COLUMNS} from runs where integration_id = i.id order by started_at_ms desc, id desc limit 1
      ) run) as "lastRun"
    from integrations i join workspaces w on w.id = i.workspace_id
    where i.deleted_at_ms is null and ${where}
    order by i.ordinal limit ${limit}`);
}

export function toIntegration(row: IntegrationRow, { graceMs, maxSilenceMs }: OverdueOptions): Integration {
  const {
    ordinal: _ordinal,
    hasFailedEvents: _hasFailedEvents,
    schedule,
    account,
    code,
    standing,
    ...integration
  } = row;
  const isEnabled = row.export.enabled || row.import.enabled;
  const { paused, nextRunAtMs } = row;
  const overdue = isOverdue({ ...schedule, isEnabled, paused, nextRunAtMs }, graceMs, maxSilenceMs);
  const status = standing === null ? "unproven" : ownershipStatus(standing);
  const owned = { status, code: code ?? "", attemptedAtMs: standing?.attemptedAtMs ?? null };
  return { ...integration, overdue, status: statusOf(row), ownership: account === null ? null : owned };
}

function statusOf(row: IntegrationRow): IntegrationStatus {
  if (row.paused) return "paused";
  if (row.schedule.isRunning) return "syncing";
  const exportFailed = row.export.enabled && row.export.error !== null;
  const importFailed = row.import.enabled && (row.import.error !== null || row.hasFailedEvents);
  return exportFailed || importFailed ? "attention" : "idle";
}
