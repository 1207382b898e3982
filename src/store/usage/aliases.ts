// The aliases of a workspace: its routers, and whatever other `alias_id` has exposures.
import { sql } from "kysely";
import type { Page, PageRequest } from "../../domain/page.ts";
import type { Alias } from "../../domain/usage.ts";
import { decodeCursor, toPage, type CursorList } from "../postgres/cursors.ts";
import type { Database } from "../postgres/database.ts";

const RAW_ROWS_MAX = 1_000_000;

export async function listAliases(db: Database, workspaceId: string, page: PageRequest): Promise<Page<Alias>> {
  const list: CursorList = { name: "aliases", owner: workspaceId, shape: ["text"] };
  const [after = ""] = decodeCursor(list, page.cursor) ?? [];
  const ids = sql`workspace_id = ${workspaceId} and`;
  const first = sql`limit ${page.limit + 1}`;
  const rows = await db.query(sql<Alias>`
    with open as materialized (
      select alias_id, count(*) as exposures, max(exposed_at_ms) as last_ms from (
        select alias_id, exposed_at_ms from exposures
        where ${ids} id > (select usage_through from workspaces where id = ${workspaceId})
        order by id limit ${RAW_ROWS_MAX}
      ) e where alias_id > ${after} group by alias_id
    ), ids as (
      (select id from routers where ${ids} id > ${after} order by id ${first})
      union (select alias_id from exposed_aliases where ${ids} alias_id > ${after} order by alias_id ${first})
      union select alias_id from open
      order by 1 ${first}
    )
    select i.id, r.id is not null as "isConfigured",
      (coalesce(a.exposures, 0) + coalesce(o.exposures, 0))::bigint as exposures,
      greatest(o.last_ms, a.last_exposed_at_ms) as "lastExposureAtMs"
    from ids i left join open o on o.alias_id = i.id
      left join exposed_aliases a on a.workspace_id = ${workspaceId} and a.alias_id = i.id
      left join routers r on r.workspace_id = ${workspaceId} and r.id = i.id
    order by i.id`);
  return toPage(
    list,
    rows,
    page.limit,
    ({ id }) => [id],
    (row) => row,
  );
}
