// GET /v1/metrics/{metric}/results: what a router's routes or variants do to a metric, as JSON and as CSV.
import type { Metric } from "../../domain/metrics/metric.ts";
import { z } from "@hono/zod-openapi";
import { compareGroups, groupIds } from "../../domain/metrics/compareGroups.ts";
import type { MetricResults, ResultOptions } from "../../domain/metrics/results.ts";
import { MetricLimitError } from "../../store/store.ts";
import { csvOf } from "./csv.ts";
import type { AppDeps } from "../deps.ts";
import { endpoint, type App } from "../../http/endpoint.ts";
import { resultAnswer, resultQuery, toOptions, viewResults } from "./resultSchemas.ts";
import { metricParams } from "./schemas.ts";
import { invalid, notFound } from "../../http/problem.ts";

const PATH = "/v1/metrics/{metric}/results";
const tag = "metrics";

export function registerMetricResults(app: App, deps: AppDeps): void {
  const summary = "Compare the routes or variants of a router, also of one that is not configured here";
  const get = { method: "get", tag, params: metricParams, query: resultQuery, status: 200 } as const;
  endpoint(app, { ...get, path: PATH, summary, answer: resultAnswer }, async (call) => {
    const { metric, options, results } = await resultsOf(deps, call);
    return viewResults(metric, call.query.router, options, results);
  });
  const csv = { ...get, path: `${PATH}.csv`, summary: "The same as CSV, a row for each group" } as const;
  endpoint(app, { ...csv, answer: z.string(), media: "text/csv" }, async (call) => {
    const { results } = await resultsOf(deps, call);
    const headers = {
      "content-type": "text/csv; charset=utf-8",
      "content-disposition": 'attachment; filename="results.csv"',
    };
    return new Response(csvOf(rowsOf(results)), { headers });
  });
}

interface Call {
  workspaceId: string;
  params: z.output<typeof metricParams>;
  query: z.output<typeof resultQuery>;
}

async function resultsOf(
  { store }: AppDeps,
  { workspaceId, params, query }: Call,
): Promise<{ metric: Metric; options: ResultOptions; results: MetricResults }> {
  const metric = await store.metrics.get(workspaceId, params.metric);
  if (metric === null) throw notFound("metric");
  const options = toOptions(query, await store.nowMs());
  if ("path" in options) throw invalid([options]);
  const sample = await bounded(store.metrics.sample(workspaceId, metric, query.router, options));
  if (sample === null) throw notFound("router");
  if (options.baseline !== null && !groupIds(sample, options).includes(options.baseline)) {
    throw invalid([{ path: "baseline", message: `must be a ${options.by} that the result has` }]);
  }
  return { metric, options, results: compareGroups(metric, options, sample) };
}

async function bounded<T>(reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    if (!(error instanceof MetricLimitError)) throw error;
    throw invalid([{ path: "from", message: error.message }]);
  }
}

function rowsOf({ baseline, groups }: MetricResults): Record<string, string | number | null>[] {
  return groups.map(({ id, users, exposures, value, interval, refusal, absolute, relative }) => ({
    group: id,
    baseline: baseline === id ? "yes" : "no",
    users,
    exposures,
    value,
    low: interval?.low ?? null,
    high: interval?.high ?? null,
    refusal,
    ...prefixed("absolute", absolute),
    ...prefixed("relative", relative),
  }));
}

function prefixed(prefix: string, comparison: MetricResults["groups"][number]["absolute"]) {
  return {
    [`${prefix}_estimate`]: comparison?.estimate ?? null,
    [`${prefix}_low`]: comparison?.low ?? null,
    [`${prefix}_high`]: comparison?.high ?? null,
    [`${prefix}_p_value`]: comparison?.pValue ?? null,
    [`${prefix}_always_valid_low`]: comparison?.alwaysValid?.low ?? null,
    [`${prefix}_always_valid_high`]: comparison?.alwaysValid?.high ?? null,
    [`${prefix}_always_valid_p_value`]: comparison?.alwaysValid?.pValue ?? null,
    [`${prefix}_refusal`]: comparison?.refusal ?? null,
  };
}
