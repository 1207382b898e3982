// The hooks that the queries and mutations of all folders are made of.
import {
  type InvalidateQueryFilters,
  type QueryKey,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
  type UseQueryOptions,
} from "@tanstack/react-query";
import { unwrap, type ApiCall } from "./api.ts";

/** The largest page that the API returns: lists of routers, integrations, events and metrics are shown whole. */
export const WHOLE_LIST = { limit: "1000" };
const PAGE_SIZE = { limit: "20" };

type Options<T> = Pick<UseQueryOptions<T>, "enabled" | "refetchInterval" | "staleTime" | "placeholderData">;

export function useApiQuery<T>(queryKey: QueryKey, call: () => ApiCall<T>, options?: Options<T>) {
  return useQuery({ queryKey, queryFn: () => unwrap(call()), ...options });
}

/** For lists that can be very long: they are fetched page by page. */
export function useApiPages<T extends { next: string | null }>(
  queryKey: QueryKey,
  fetchPage: (query: { limit: string; cursor: string }) => Promise<T>,
  refetchInterval?: number,
) {
  return useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam: cursor }) => fetchPage({ ...PAGE_SIZE, cursor }),
    initialPageParam: "",
    getNextPageParam: ({ next }) => next,
    refetchInterval,
  });
}

/** After the call, also if it failed, `changed` queries are fetched again. Until then the mutation is pending. */
export function useApiMutation<V, T>(changed: InvalidateQueryFilters, call: (value: V) => ApiCall<T>) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (value: V) => unwrap(call(value)),
    onSettled: () => queryClient.invalidateQueries(changed),
  });
}
