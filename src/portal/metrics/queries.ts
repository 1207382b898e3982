// Queries of metrics and their results.
import { keepPreviousData } from "@tanstack/react-query";
import type { paths } from "../../../generated/api.ts";
import { client } from "../api.ts";
import { useApiQuery, WHOLE_LIST } from "../queries.ts";

/** Results are expensive to compute, and change only with runs. */
const RESULTS_STALE_MS = 60_000;
export const METRICS_KEY = ["metrics"];

export function useMetrics() {
  return useApiQuery(METRICS_KEY, () => client.GET("/v1/metrics", { params: { query: WHOLE_LIST } }));
}

export function useMetric(metric: string) {
  const params = { path: { metric } };
  return useApiQuery([...METRICS_KEY, metric], () => client.GET("/v1/metrics/{metric}", { params }));
}

type ResultQuery = paths["/v1/metrics/{metric}/results"]["get"]["parameters"]["query"];
/** The parameters of a result, as texts. `to` is the day after the last day. */
export type ResultParameters = { readonly [name in keyof ResultQuery]?: string };

/** The last result stays until the next one is computed. */
export function useResults(metric: string, parameters: ResultParameters) {
  // The parameters may come from an address that a user typed. The server validates them.
  const params = { path: { metric }, query: parameters as ResultQuery };
  return useApiQuery(
    [...METRICS_KEY, metric, "results", parameters],
    () => client.GET("/v1/metrics/{metric}/results", { params }),
    { enabled: parameters.router !== undefined, placeholderData: keepPreviousData, staleTime: RESULTS_STALE_MS },
  );
}
