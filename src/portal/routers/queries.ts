// Queries of routers.
import { client } from "../api.ts";
import { useApiQuery, WHOLE_LIST } from "../queries.ts";

const EXPOSURES_POLL_MS = 60_000;
export const ROUTERS_KEY = ["routers"];
/** The list is fetched again also while a router's page is shown: users go back to it next. */
export const CHANGED_ROUTERS = { queryKey: ROUTERS_KEY, refetchType: "all" } as const;

export function useRouters() {
  return useApiQuery(ROUTERS_KEY, () => client.GET("/v1/routers", { params: { query: WHOLE_LIST } }));
}

export function useRouter(router: string) {
  const params = { path: { router } };
  return useApiQuery([...ROUTERS_KEY, router], () => client.GET("/v1/routers/{router}", { params }));
}

export function useRouterExposures(router: string) {
  const params = { path: { router } };
  return useApiQuery(
    [...ROUTERS_KEY, router, "exposures"],
    () => client.GET("/v1/routers/{router}/exposures", { params }),
    { refetchInterval: EXPOSURES_POLL_MS },
  );
}
