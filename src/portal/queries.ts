// What the pages ask of the API, and how often while they are looked at.
import {
  keepPreviousData,
  type QueryClient,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { parse } from "lossless-json";
import type { components } from "../../generated/api.ts";
import { answer, client, textOf } from "./api.ts";

const CALM_MS = 10_000;
const BUSY_MS = 2_000;
const PAGE_ROWS = 20;
const LIST_LIMIT = 1_000;

export const keys = {
  routers: ["routers"],
  integrations: ["integrations"],
  integration: (id: string) => ["integrations", id],
};

export function useRouters() {
  return useQuery({
    queryKey: keys.routers,
    queryFn: () => answer(client.GET("/v1/routers", { params: { query: { limit: String(LIST_LIMIT) } } })),
  });
}

export function useRouterExposures(router: string) {
  return useQuery({
    queryKey: [...keys.routers, router, "exposures"],
    queryFn: () => answer(client.GET("/v1/routers/{router}/exposures", { params: { path: { router } } })),
    refetchInterval: 60_000,
  });
}

export function useIntegrations() {
  return useQuery({
    queryKey: keys.integrations,
    queryFn: () => answer(client.GET("/v1/integrations", { params: { query: { limit: String(LIST_LIMIT) } } })),
    refetchInterval: CALM_MS,
  });
}

/** Asked often while a run runs; not at all while nobody looks. */
export function useIntegration(id: string) {
  return useQuery({
    queryKey: keys.integration(id),
    queryFn: () => answer(client.GET("/v1/integrations/{id}", { params: { path: { id } } })),
    refetchInterval: ({ state }) => (state.data?.status === "syncing" ? BUSY_MS : BUSY_MS * 2),
  });
}

export function useEvents(id: string, enabled = true) {
  return useQuery({
    queryKey: [...keys.integration(id), "events"],
    queryFn: () =>
      answer(
        client.GET("/v1/integrations/{id}/events", { params: { path: { id }, query: { limit: String(LIST_LIMIT) } } }),
      ),
    enabled,
    refetchInterval: BUSY_MS * 2,
  });
}

export function useRuns(id: string) {
  return useInfiniteQuery({
    queryKey: [...keys.integration(id), "runs"],
    queryFn: ({ pageParam: cursor }) =>
      answer(
        client.GET("/v1/integrations/{id}/runs", {
          params: { path: { id }, query: { limit: String(PAGE_ROWS), cursor } },
        }),
      ),
    initialPageParam: "",
    getNextPageParam: ({ next }) => next,
    refetchInterval: BUSY_MS * 2,
  });
}

export interface RejectedRecord {
  id: string;
  direction: "export" | "import";
  event?: string;
  reason: string;
  record: unknown;
  at: string;
}

export interface ImportedRecord {
  uuid: string;
  user_id: string;
  timestamp: string;
  properties: Record<string, unknown>;
}

/** Records may hold numbers with more digits than JavaScript's: those stay texts that only look like numbers. */
export function useRejected(id: string) {
  return useInfiniteQuery({
    queryKey: [...keys.integration(id), "rejected"],
    queryFn: async ({ pageParam }) =>
      parse(
        await textOf(`/v1/integrations/${id}/rejected?limit=${PAGE_ROWS}&cursor=${encodeURIComponent(pageParam)}`),
      ) as {
        rejected: RejectedRecord[];
        next: string | null;
      },
    initialPageParam: "",
    getNextPageParam: ({ next }) => next,
  });
}

export function useRecords(id: string, name: string, cursor: string) {
  return useQuery({
    queryKey: [...keys.integration(id), "events", name, "records", cursor],
    queryFn: async () =>
      parse(
        await textOf(
          `/v1/integrations/${id}/events/${name}/records?limit=${PAGE_ROWS}&cursor=${encodeURIComponent(cursor)}`,
        ),
      ) as { records: ImportedRecord[]; next: string | null },
    placeholderData: keepPreviousData,
  });
}

export interface Properties {
  properties: { name: string; types: string[]; numeric: boolean; count: unknown; example: unknown }[];
}

const propertiesKey = (id: string, name: string) => [...keys.integration(id), "events", name, "properties"];

export function useProperties(id: string, name: string, enabled = true) {
  return useQuery({
    queryKey: propertiesKey(id, name),
    queryFn: async () => parse(await textOf(`/v1/integrations/${id}/events/${name}/properties`)) as Properties,
    enabled,
    refetchInterval: CALM_MS,
  });
}

/** Out of what was asked for already. */
export function findProperty(queries: QueryClient, id: string, name: string, property: string) {
  const known = queries.getQueryData<Properties>(propertiesKey(id, name));
  return known?.properties.find((one) => one.name === property);
}

/** A call that changes an integration; what is shown of it is asked for again, whatever the answer. */
export function useChange<V = void, R = unknown>(mutationFn: (value: V) => Promise<R>) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn,
    onSettled: () => queries.invalidateQueries({ queryKey: keys.integrations }),
  });
}

type NewIntegration = components["schemas"]["NewIntegration"];
type NewEvent = components["schemas"]["NewMixpanelEvent"] | components["schemas"]["NewBigQueryEvent"];

/** Creates the integration; the page that follows tests it. */
export function useEnable() {
  return useChange((body: NewIntegration) => answer(client.POST("/v1/integrations", { body })));
}

export function useAddEvent(id: string) {
  return useChange((body: NewEvent) =>
    answer(client.POST("/v1/integrations/{id}/events", { params: { path: { id } }, body })),
  );
}
