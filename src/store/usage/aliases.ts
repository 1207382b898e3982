// The aliases of a workspace: its routers, and whatever other `alias_id` has exposures.
import { sql } from "kysely";
import type { Page, PageRequest } from "../../domain/page.ts";
import type { Alias } from "../../domain/usage.ts";
import { decodeCursor, toPage, type CursorList } from "../postgres/cursors.ts";
import type { Database } from "../postgres/database.ts";

const RAW_ROWS_MAX = 1_000_000;

/** The index of `usage_hours` is skipped through, one alias after another: a page costs what it lists. */
export async function listAliases(db: Database, workspaceId: string, page: PageRequest): Promise<Page<Alias>> {
  const list: CursorList = { name: "aliases", owner: workspaceId, shape: ["text"] };
  const [after = ""] = decodeCursor(list, page.cursor) ?? [];
  const rows = await db.query(sql<Alias>`
    with recursive folded as (
      (select alias_id from usage_hours where workspace_id = ${workspaceId} and alias_id > ${after}
        order by alias_id limit 1)
      union all
      select (select u.alias_id from usage_hours u where u.workspace_id = ${workspaceId} and u.alias_id > f.alias_id
        order by u.alias_id limit 1)
      from folded f where f.alias_id is not null
    ), open as materialized (
      select alias_id, count(*) as exposures, max(exposed_at_ms) as last_ms from (
        select alias_id, exposed_at_ms from exposures
        where workspace_id = ${workspaceId} and id > (select usage_through from workspaces where id = ${workspaceId})
        order by id limit ${RAW_ROWS_MAX}
      ) e where alias_id > ${after} group by alias_id
    ), ids as (
      select id from routers where workspace_id = ${workspaceId} and id > ${after}
      union select alias_id from (select alias_id from folded where alias_id is not null limit ${page.limit + 1}) f
      union select alias_id from open
      order by 1 limit ${page.limit + 1}
    )
    select i.id, exists (select from routers r where r.workspace_id = ${workspaceId} and r.id = i.id) as "isConfigured",
      (coalesce(h.served, 0) + coalesce(o.exposures, 0))::bigint as exposures,
      greatest(o.last_ms, h.last_ms) as "lastExposureAtMs"
    from ids i left join open o on o.alias_id = i.id left join lateral (
      select sum(served) as served, max(last_served_at_ms) as last_ms
      from usage_hours u where u.workspace_id = ${workspaceId} and u.alias_id = i.id
    ) h on true
    order by i.id`);
  return toPage(
    list,
    rows,
    page.limit,
    ({ id }) => [id],
    (row) => row,
  );
}
