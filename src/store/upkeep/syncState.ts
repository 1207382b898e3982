// What the worker and the reconciler need: the plan, the mirror of the workflow's state, who is behind, and the purge.
import { sql } from "kysely";
import type { Provider } from "../../domain/integration.ts";
import type { MaintenanceStore, PlanRow, Reconcilable } from "../store.ts";
import { decodeCursor, toPage, type CursorList } from "../postgres/cursors.ts";
import type { Database, Queryable } from "../postgres/database.ts";
import { purge, type PurgeOptions } from "./purge.ts";
import { storableJson } from "../postgres/text.ts";

/** How long a change or a request may wait for its own signal before the reconciler sends another. */
const SIGNAL_GRACE_MS = 5_000;
/** Of one integration's unsignalled requests; the rest come with the next pass. */
const UNSIGNALLED_MAX = 100;

/** Exposures that wait longer for a run to fold them would keep their day's partition from being dropped. */
const NEGLECT_MS = 24 * 3_600_000;
const NEGLECTED_MAX = 100;

export function createMaintenanceStore(database: Database, options: PurgeOptions): MaintenanceStore {
  const { db } = database;
  return {
    plan: (integrationId) => plan(db, integrationId),
    recordState: (input) => recordState(db, input),

    async reconcilable(page) {
      const list: CursorList = { name: "reconcilable", owner: "", shape: ["number"] };
      const [after = 0] = decodeCursor(list, page.cursor) ?? [];
      const { rows } = await sql<Reconcilable & { ordinal: number }>`
        select i.ordinal, i.id, i.workspace_id as "workspaceId", i.provider, i.paused,
          i.version > i.seen_version and i.changed_at_ms < crosscurrent_now_ms() - ${SIGNAL_GRACE_MS}::bigint as behind,
          (select coalesce(json_agg(q.id order by q.created_at_ms), '[]') from (
            select id, created_at_ms from sync_requests
            where integration_id = i.id and status = 'queued' and created_at_ms < crosscurrent_now_ms() - ${SIGNAL_GRACE_MS}::bigint
            order by created_at_ms limit ${UNSIGNALLED_MAX}
          ) q) as unsignalled
        from integrations i where i.deleted_at_ms is null and i.ordinal > ${after}
        order by i.ordinal limit ${page.limit + 1}`.execute(db);
      return toPage(
        list,
        rows,
        page.limit,
        (row) => [row.ordinal],
        ({ ordinal: _ordinal, ...item }) => item,
      );
    },

    neglected: () => neglected(db),
    purge: () => purge(database, options),
  };
}

interface PlanColumns extends Omit<PlanRow, "events"> {
  provider: Provider;
}

async function plan(db: Queryable, integrationId: string): Promise<PlanRow | null> {
  return db.transaction().execute(async (tx) => {
    // The row lock comes first: an event added after it raises the version after it too.
    const { rows } = await sql<PlanColumns>`
      update integrations set seen_version = version where id = ${integrationId} and deleted_at_ms is null
      returning version, sync_version as "syncVersion", paused, provider, workspace_id as "workspaceId",
        export_enabled as "exportEnabled", import_enabled as "importEnabled", export_cursor_seq as "exportCursorSeq"`.execute(
      tx,
    );
    if (rows[0] === undefined) return null;
    const { rows: events } = await sql<{ name: string }>`
      select name from event_definitions where integration_id = ${integrationId} and deleted_at_ms is null order by id`.execute(
      tx,
    );
    return { ...rows[0], events: events.map((event) => event.name) };
  });
}

type StateInput = Parameters<MaintenanceStore["recordState"]>[0];

/** The row's own `paused` wins while the workflow has not seen its latest change: that is a wish still on its way. */
async function recordState(db: Queryable, input: StateInput): Promise<void> {
  const { integrationId } = input;
  const json = (value: unknown) => (value === null ? null : storableJson(value));
  await db.transaction().execute(async (tx) => {
    await sql`
      update integrations set
        paused = case when version = seen_version then coalesce(${input.paused}::boolean, paused) else paused end,
        next_run_at_ms = ${input.nextRunAtMs},
        export_error = ${json(input.exportError)}::jsonb,
        import_error = ${json(input.importError)}::jsonb
      where id = ${integrationId} and deleted_at_ms is null`.execute(tx);
    await sql`
      with state as (select ${json(input.eventErrors)}::jsonb as errors)
      update event_definitions e set error = state.errors -> e.name from state
      where e.integration_id = ${integrationId} and e.deleted_at_ms is null
        and e.error is distinct from state.errors -> e.name`.execute(tx);
  });
}

/** The oldest unfolded exposure of each workspace is one probe of the index. */
async function neglected(db: Queryable): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select w.id from workspaces w where (
      select e.received_at_ms from exposures e
      where e.workspace_id = w.id and e.id > w.folded_through order by e.id limit 1
    ) < crosscurrent_now_ms() - ${NEGLECT_MS}::bigint limit ${NEGLECTED_MAX}`.execute(db);
  return rows.map(({ id }) => id);
}
