// Reading runs: the results of their directions are stored as JSON, the counts in columns that commits raise.
import { sql } from "kysely";

export const RUN_COLUMNS = sql`
  id, started_at_ms as "startedAtMs", finished_at_ms as "finishedAtMs", outcome,
  (select coalesce(jsonb_agg(d.result || case d.result ->> 'direction'
      when 'export' then jsonb_build_object('records', export_records, 'rejected', export_rejected)
      else jsonb_build_object('records', import_records, 'rejected', import_rejected) end order by d.position), '[]')
    from jsonb_array_elements(directions) with ordinality d (result, position)) as directions`;
