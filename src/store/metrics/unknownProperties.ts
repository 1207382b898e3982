// Properties that a metric names and that no record of its events has: a sum of them would read 0.
import { sql } from "kysely";
import { findName } from "../../domain/nearestNames.ts";
import { InvalidFieldError } from "../errors.ts";
import type { Queryable } from "../postgres/database.ts";

/** Over `m`: those of both measures and of their filters, by name. */
export const UNKNOWN_PROPERTIES = sql<string[]>`array(
  select distinct u.property from (values (m.definition -> 'measure'), (m.definition -> 'denominator')) d (measure)
  cross join lateral (
    select d.measure ->> 'property' as property
    union select f ->> 'property' from jsonb_array_elements(d.measure -> 'filters') f
  ) u
  where u.property is not null and not exists (
    select from properties p join event_definitions e on e.id = p.event_id
    where e.integration_id = m.integration_id and e.deleted_at_ms is null and e.name = d.measure ->> 'event'
      and p.name = u.property
  ) order by u.property)`;

/** Before anything was discovered, any property may still come. */
export async function refuseUnknownProperty(db: Queryable, eventId: number, name: string, path: string): Promise<void> {
  const rows = await db.query(sql<{ name: string; numeric: boolean }>`
    select name, numbers > 0 as numeric from properties where event_id = ${eventId} order by name`);
  if (rows.length === 0 || rows.some((row) => row.name === name)) return;
  const { nearest } = findName(
    name,
    rows.filter(({ numeric }) => numeric).map((row) => row.name),
  );
  const names = nearest.map((one) => `“${one}”`).join(", ");
  const hint = names === "" ? "none of its properties has numbers" : `the nearest ones with numbers are ${names}`;
  throw new InvalidFieldError(path, `must be a property of the event's records; ${hint}`);
}
