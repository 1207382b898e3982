// Whether the project has events of the names that are to be imported. The project is asked once an hour at most.
import { sql } from "kysely";
import type { ListedNames } from "../../domain/event.ts";
import { findName } from "../../domain/nearestNames.ts";
import type { Database } from "../postgres/database.ts";
import { bounded } from "../postgres/text.ts";

const ASK_EVERY_MS = 3_600_000;
const MAX_NAMES = 5_000;
const MAX_NAME_CHARS = 255;

export async function checkNames(
  db: Database,
  integrationId: string,
  ask: () => Promise<ListedNames>,
  options: { onlyComplete: boolean; name?: string },
): Promise<void> {
  const complete = options.onlyComplete ? sql`complete_through_ms is not null` : sql`true`;
  const named = options.name === undefined ? sql`true` : sql`name = ${options.name}`;
  const events = await db.query(sql<{ id: number; name: string }>`
    select id, name from event_definitions
    where integration_id = ${integrationId} and deleted_at_ms is null and imported = 0 and ${complete} and ${named}
    order by id`);
  if (events.length === 0) return;
  if (await mayAsk(db, integrationId)) {
    const { names, isWhole } = await ask();
    // A list that is cut off does not show what is missing.
    const known = isWhole ? names.slice(0, MAX_NAMES).map((name) => bounded(name, MAX_NAME_CHARS)) : null;
    await db.execute(sql`
      update project_event_names set names = ${known}::text[] where integration_id = ${integrationId}`);
  }
  const [list] = await db.query(sql<{ names: string[] | null }>`
    select names from project_event_names where integration_id = ${integrationId}`);
  for (const { id, name } of events) {
    const { seen, nearest } = list?.names == null ? { seen: null, nearest: [] } : findName(name, list.names);
    await db.execute(sql`
      update event_definitions set seen = ${seen}, nearest = ${nearest}::text[]
      where id = ${id} and (seen, nearest) is distinct from (${seen}::boolean, ${nearest}::text[])`);
  }
}

/** Of several that ask at once, one may. A question without an answer counts too. */
async function mayAsk(db: Database, integrationId: string): Promise<boolean> {
  const taken = await db.execute(sql`
    insert into project_event_names as n (integration_id, asked_at_ms)
    select id, crosscurrent_now_ms() from integrations where id = ${integrationId} and deleted_at_ms is null
    on conflict (integration_id) do update set asked_at_ms = excluded.asked_at_ms
    where n.asked_at_ms <= excluded.asked_at_ms - ${ASK_EVERY_MS}::bigint`);
  return taken === 1;
}
