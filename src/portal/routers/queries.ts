// Queries of routers.
import { client } from "../api.ts";
import { useApiQuery, WHOLE_LIST } from "../queries.ts";

export const ROUTERS_KEY = ["routers"];
/** The list is fetched again also while a router's page is shown: users go back to it next. */
export const CHANGED_ROUTERS = { queryKey: ROUTERS_KEY, refetchType: "all" } as const;

export function useRouters() {
  return useApiQuery(ROUTERS_KEY, () => client.GET("/v1/routers", { params: { query: WHOLE_LIST } }));
}
