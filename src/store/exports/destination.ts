// Keeps what a run found of the destination of its export.
import { sql } from "kysely";
import type { ExportDestination } from "../../domain/destination.ts";
import type { Queryable } from "../postgres/database.ts";
import { storableJson } from "../postgres/text.ts";

/** `export_sent` counts what was sent to the earlier destinations. It is put right when everything is sent again. */
export async function recordDestination(
  db: Queryable,
  integrationId: string,
  destination: ExportDestination,
): Promise<void> {
  const { madeAtMs } = destination;
  await db.execute(sql`
    update integrations set export_destination = ${storableJson(destination)}::jsonb,
      export_made_anew = case
        when export_sent > 0 and (export_destination -> 'madeAtMs')::bigint <> ${madeAtMs}
        then jsonb_build_object('atMs', ${madeAtMs}::bigint, 'sent', export_sent, 'isResending', false)
        else export_made_anew end
    where id = ${integrationId}`);
}
