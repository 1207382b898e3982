// What the pages on metrics ask of the API.
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { paths } from "../api.generated.ts";
import { answer, client } from "../api.ts";
import type { Metric, NewMetric } from "./types.ts";

const LIST_LIMIT = 1_000;
/** Results cost the database something, and change with runs. */
const FRESH_MS = 60_000;

const KEY = ["metrics"];

export function useMetrics() {
  return useQuery({
    queryKey: KEY,
    queryFn: async (): Promise<Metric[]> => {
      const { metrics } = await answer(client.GET("/v1/metrics", { params: { query: { limit: String(LIST_LIMIT) } } }));
      return metrics;
    },
  });
}

export function useMetric(metric: string | undefined) {
  return useQuery({
    queryKey: [...KEY, metric],
    queryFn: async () =>
      await answer(client.GET("/v1/metrics/{metric}", { params: { path: { metric: metric ?? "" } } })),
    enabled: metric !== undefined,
  });
}

/** The names of what a result is asked for, as the API and the page's address have them; `to` is the day after the last. */
export const CHOICES = [
  "router",
  "by",
  "route",
  "from",
  "to",
  "baseline",
  "multipleExposures",
  "incompleteWindow",
  "cuped",
  "confidence",
] as const;
export type Choice = (typeof CHOICES)[number];
export type Choices = { readonly [name in Choice]?: string };

type ResultQuery = paths["/v1/metrics/{metric}/results"]["get"]["parameters"]["query"];

/** The result before stays while the next one is computed. */
export function useResults(metric: string, choices: Choices) {
  return useQuery({
    queryKey: [...KEY, metric, "results", choices],
    // The server has the last word on choices out of an address that somebody typed.
    queryFn: async () =>
      await answer(
        client.GET("/v1/metrics/{metric}/results", { params: { path: { metric }, query: choices as ResultQuery } }),
      ),
    enabled: choices.router !== undefined,
    placeholderData: keepPreviousData,
    staleTime: FRESH_MS,
  });
}

export function csvPath(metric: string, choices: Choices): string {
  return `/v1/metrics/${metric}/results.csv?${new URLSearchParams(Object.entries(choices)).toString()}`;
}

/** A new metric, or the changed one of this id. */
export function useSaveMetric(id: string | undefined) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ integrationId, ...fields }: NewMetric) =>
      answer(
        id === undefined
          ? client.POST("/v1/metrics", { body: { ...fields, integrationId } })
          : client.PATCH("/v1/metrics/{metric}", { params: { path: { metric: id } }, body: fields }),
      ),
    onSuccess: () => queries.invalidateQueries({ queryKey: KEY }),
  });
}

export function useDeleteMetric(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => answer(client.DELETE("/v1/metrics/{metric}", { params: { path: { metric: id } } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: KEY, exact: true }),
  });
}
