// Deletes many rows in bounded steps, so that no purge holds locks or the connection for long.
import { sql, type RawBuilder } from "kysely";
import type { Queryable } from "../postgres/database.ts";

const STEP_ROWS = 20_000;

/** How many steps one purge may still take; the next purge continues. */
export interface Steps {
  left: number;
}

/** Deletes the rows that match `condition` (over `t`). On the pool each step is a transaction of its own. */
export async function deleteInSteps(
  db: Queryable,
  steps: Steps,
  table: string,
  condition: RawBuilder<unknown>,
): Promise<{ deleted: number; isEmpty: boolean }> {
  let deleted = 0;
  while (steps.left-- > 0) {
    // The condition stands in both places, so that PostgreSQL leaves out partitions that it excludes.
    const step = await db.execute(sql`
      with next as materialized (select tableoid, ctid from ${sql.table(table)} t where ${condition} limit ${STEP_ROWS})
      delete from ${sql.table(table)} t using next
      where ${condition} and t.tableoid = next.tableoid and t.ctid = next.ctid`);
    deleted += step;
    if (step < STEP_ROWS) return { deleted, isEmpty: true };
  }
  return { deleted, isEmpty: false };
}
