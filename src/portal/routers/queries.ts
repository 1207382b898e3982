// Queries of routers.
import { useQuery } from "@tanstack/react-query";
import { client, unwrap } from "../api.ts";
import { WHOLE_LIST } from "../queries.ts";

export const ROUTERS_KEY = ["routers"];
/** The list is fetched again also while a router's page is shown: users go back to it next. */
export const CHANGED_ROUTERS = { queryKey: ROUTERS_KEY, refetchType: "all" } as const;

export function useRouters() {
  return useQuery({ queryKey: ROUTERS_KEY, queryFn: readAll });
}

/** Page by page, because a page ends early if its routers are large. */
async function readAll() {
  const read = (cursor: string) => unwrap(client.GET("/v1/routers", { params: { query: { ...WHOLE_LIST, cursor } } }));
  let { routers, next } = await read("");
  while (next !== null) {
    const page = await read(next);
    routers = [...routers, ...page.routers];
    next = page.next;
  }
  return { routers };
}
