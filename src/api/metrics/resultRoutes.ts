// GET /v1/metrics/{metric}/results: what a router's routes or variants do to a metric, as JSON and as CSV.
import { z } from "@hono/zod-openapi";
import type { JsonObject } from "../../domain/integration.ts";
import { compareGroups, groupIds } from "../../domain/metrics/compareGroups.ts";
import type { MetricResults } from "../../domain/metrics/results.ts";
import { endpointsOf } from "../../http/endpoint.ts";
import { untilLeft, type App } from "../../http/env.ts";
import { invalid, orNotFound } from "../../http/problem.ts";
import type { AppDeps } from "../deps.ts";
import { resultQuery, toResultOptions } from "./resultQuery.ts";
import { resultResponse, toResultResponse } from "./resultResponses.ts";
import { metricParams } from "./schemas.ts";

const resultCsv = z.string().openapi({
  description: "A header line, then one line for each group.",
  example: 'group,baseline,users,exposures,value\r\n"gpt","yes",1000,5200,0.12\r\n',
});

export function registerMetricResults(app: App, deps: AppDeps): void {
  const endpoint = endpointsOf(app, "metrics");
  endpoint({
    method: "get",
    path: "/v1/metrics/{metric}/results",
    turns: "reports",
    operationId: "getMetricResults",
    summary: "Compare groups by a metric",
    description:
      "Compares the routes or variants of a router by a metric: values, differences to a baseline, their intervals, " +
      "and checks of whether they can be trusted. A figure that cannot be computed is null, with the reason in " +
      "`refusal`.",
    params: metricParams,
    query: resultQuery,
    response: resultResponse,
    handler: async (call, c) => {
      const { metric, options, results } = await resultsOf(deps, call, untilLeft(c));
      return toResultResponse(metric, call.query.router, options, results);
    },
  });
  endpoint({
    method: "get",
    path: "/v1/metrics/{metric}/results.csv",
    turns: "reports",
    operationId: "getMetricResultsCsv",
    summary: "Compare groups by a metric, as CSV",
    description: "Returns the groups of the same comparison as a CSV file, one line for each group.",
    params: metricParams,
    query: resultQuery,
    response: resultCsv,
    mediaType: "text/csv",
    handler: async (call, c) => {
      const { results } = await resultsOf(deps, call, untilLeft(c));
      const headers = {
        "content-type": "text/csv; charset=utf-8",
        "content-disposition": 'attachment; filename="results.csv"',
      };
      return new Response(toCsv(toRows(results)), { headers });
    },
  });
}

interface Call {
  workspaceId: string;
  params: z.output<typeof metricParams>;
  query: z.output<typeof resultQuery>;
}

async function resultsOf({ store, specs }: AppDeps, { workspaceId, params, query }: Call, signal: AbortSignal) {
  const metric = orNotFound("metric", await store.metrics.get(workspaceId, params.metric));
  const integration = orNotFound("metric", await store.integrations.get(workspaceId, metric.integrationId));
  const spec = specs.find(({ id }) => id === integration.provider);
  const identityProperties = (source: JsonObject | null) => spec?.identityProperties(source) ?? [];
  const options = toResultOptions(query, await store.nowMs());
  const asked = { ...options, identityProperties, signal };
  const sample = orNotFound("router", await store.metrics.sample(workspaceId, metric, query.router, asked));
  if (options.baseline !== null && !groupIds(sample, options).includes(options.baseline)) {
    throw invalid([{ path: "baseline", message: `must be a ${options.by} that the result has` }]);
  }
  return { metric, options, results: compareGroups(metric, options, sample) };
}

function toRows({ baseline, groups }: MetricResults): Record<string, string | number | null>[] {
  return groups.map(({ id, users, exposures, value, interval, refusal, absolute, relative }) => ({
    group: id,
    baseline: baseline === id ? "yes" : "no",
    users,
    exposures,
    value,
    low: interval?.low ?? null,
    high: interval?.high ?? null,
    refusal,
    ...comparisonColumns("absolute", absolute),
    ...comparisonColumns("relative", relative),
  }));
}

function comparisonColumns(prefix: string, comparison: MetricResults["groups"][number]["absolute"]) {
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

/**
 * CSV (RFC 4180) with every text in quotes: spreadsheets in some languages separate cells by semicolons or tabs. A text
 * that a spreadsheet would run as a formula begins with an apostrophe. The names of columns are plain words.
 */
function toCsv(rows: Record<string, string | number | null>[]): string {
  const columns = Object.keys(rows[0] ?? {});
  const lines = rows.map((row) => columns.map((column) => field(row[column] ?? null)));
  return [columns, ...lines].map((line) => `${line.join(",")}\r\n`).join("");
}

function field(value: string | number | null): string {
  if (value === null) return "";
  if (typeof value === "number") return String(value);
  const safe = /^\s*[=+\-@\t\r\n＝＋－＠]/.test(value) ? `'${value}` : value;
  return `"${safe.replaceAll('"', '""')}"`;
}
