// Requests to read days of an event again.
import { sql, type RawBuilder } from "kysely";
import { MAX_REREADS_PER_EVENT } from "../../domain/limits.ts";
import type { Day, JsonObject } from "../../domain/integration.ts";
import { ConflictError, InvalidFieldError } from "../errors.ts";
import type { Database, Transaction } from "../postgres/database.ts";
import { queueRequest } from "../runs/queueRequest.ts";
import type { RereadRequest } from "./interface.ts";

interface EventRow {
  id: number;
  paused: boolean;
  importEnabled: boolean;
  importFrom: Day;
  today: Day;
}

/** The days and the request are one transaction: a run that serves the request finds the days. */
export function requestReread(
  db: Database,
  workspaceId: string,
  integrationId: string,
  name: string,
  days: { fromDay: Day; toDay: Day | null },
): Promise<RereadRequest | null> {
  return db.transaction(async (tx) => {
    const event = await readEvent(tx, workspaceId, integrationId, name);
    if (event === undefined) return null;
    if (event.paused) return "paused";
    if (!event.importEnabled) return "off";
    const { fromDay } = days;
    const toDay = days.toDay ?? event.today;
    refuseOutside(event, fromDay, toDay);
    await refuseTooManyRereads(tx, event.id);
    await tx.execute(sql`
      insert into import_ranges (event_id, purpose, from_day, to_day)
      values (${event.id}, 'reread', ${fromDay}, ${toDay})
      on conflict (event_id, from_day, to_day) where purpose = 'reread' do update set unfinished = null`);
    const { requestId } = await queueRequest(tx, integrationId);
    return { requestId };
  });
}

async function readEvent(tx: Transaction, workspaceId: string, integrationId: string, name: string) {
  const [event] = await tx.query(sql<EventRow>`
    select e.id, i.paused, i.import_enabled as "importEnabled", i.import_from as "importFrom",
      (crosscurrent_now() at time zone 'utc')::date::text as today
    from event_definitions e join integrations i on i.id = e.integration_id
    where i.id = ${integrationId} and i.workspace_id = ${workspaceId} and i.deleted_at_ms is null
      and e.name = ${name} and e.deleted_at_ms is null for no key update of i, e`);
  return event;
}

function refuseOutside({ importFrom, today }: EventRow, fromDay: Day, toDay: Day): void {
  if (fromDay < importFrom)
    throw new InvalidFieldError("from", `must not be before the import's first day, ${importFrom}`);
  if (fromDay > today) throw new InvalidFieldError("from", "must not be in the future");
  if (toDay > today) throw new InvalidFieldError("to", "must not be in the future");
  if (toDay < fromDay) throw new InvalidFieldError("to", "must not be before `from`");
}

/** The event's row is locked. A later statement than the lock sees the requests that it waited for. */
async function refuseTooManyRereads(tx: Transaction, eventId: number): Promise<void> {
  const [row] = await tx.query(sql<{ count: number }>`
    select count(*) as count from import_ranges where event_id = ${eventId} and purpose = 'reread'`);
  if ((row?.count ?? 0) < MAX_REREADS_PER_EVENT) return;
  throw new ConflictError(
    `${MAX_REREADS_PER_EVENT} requests for this event are waiting already. Wait until they are served.`,
  );
}

export function rereadAll(db: Database, integrationId: string, learned: JsonObject): Promise<void> {
  return db.transaction(async (tx) => {
    await tx.execute(sql`
      update integrations set learned = learned || ${JSON.stringify(learned)}::jsonb where id = ${integrationId}`);
    await rereadWhole(tx, sql`i.id = ${integrationId} and e.deleted_at_ms is null`);
  });
}

/** Only events that have been read, in part or in whole, have something to read again. `which`: over `e` and `i`. */
export async function rereadWhole(tx: Transaction, which: RawBuilder<unknown>): Promise<void> {
  await tx.execute(sql`
    insert into import_ranges (event_id, purpose, from_day, to_day)
    select e.id, 'reread', i.import_from, (crosscurrent_now() at time zone 'utc')::date::text
    from event_definitions e join integrations i on i.id = e.integration_id
    where ${which} and (e.complete_through_ms is not null or e.unfinished is not null)
    on conflict (event_id, from_day, to_day) where purpose = 'reread' do update set unfinished = null`);
}
