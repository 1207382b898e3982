// How a workspace stands to an account, in SQL.
import { sql } from "kysely";

/** Over an account `c` and a workspace `w`. */
export const STANDING = sql`
  coalesce(w.ownership_code = any(c.codes), false) as "isProven",
  case when c.workspace_id is null then 'none' when c.workspace_id = w.id then 'own' else 'other' end as holder`;
