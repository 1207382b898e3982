// Metrics: create, list, get, change, delete.
import type { MetricDefinition } from "../../domain/metrics/metric.ts";
import { endpointsOf } from "../../http/endpoint.ts";
import type { App } from "../../http/env.ts";
import { invalid, orNotFound, refuseMissing } from "../../http/problem.ts";
import type { AppDeps } from "../deps.ts";
import { listOf, toList } from "../responses.ts";
import { pageQuery } from "../schemas.ts";
import { metricResponse, toMetricResponse } from "./responses.ts";
import { cappingProblem, metricParams, metricPatch, newMetric } from "./schemas.ts";

export function registerMetrics(app: App, { store: { metrics } }: AppDeps): void {
  const endpoint = endpointsOf(app, "metrics");
  endpoint({
    method: "post",
    path: "/v1/metrics",
    operationId: "createMetric",
    summary: "Create a metric",
    description: "Defines a number of each exposed user, from the events that an integration imports.",
    body: newMetric,
    status: 201,
    response: metricResponse,
    problems: [409],
    handler: async ({ workspaceId, body }) => {
      const metric = await metrics.create(workspaceId, body);
      if (metric === null) throw invalid([{ path: "integrationId", message: "must be the id of an integration" }]);
      return toMetricResponse(metric);
    },
  });
  endpoint({
    method: "get",
    path: "/v1/metrics",
    operationId: "listMetrics",
    summary: "List metrics",
    description: "Returns the metrics of the workspace.",
    query: pageQuery,
    response: listOf("metrics", metricResponse),
    handler: async ({ workspaceId, query }) =>
      toList("metrics", await metrics.list(workspaceId, query), toMetricResponse),
  });
  endpoint({
    method: "get",
    path: "/v1/metrics/{metric}",
    operationId: "getMetric",
    summary: "Get a metric",
    description: "Returns the definition of one metric.",
    params: metricParams,
    response: metricResponse,
    handler: async ({ workspaceId, params }) =>
      toMetricResponse(orNotFound("metric", await metrics.get(workspaceId, params.metric))),
  });
  endpoint({
    method: "patch",
    path: "/v1/metrics/{metric}",
    operationId: "updateMetric",
    summary: "Change a metric",
    description:
      "Changes the definition of a metric. Absent fields stay as they are. Results follow the new definition at once.",
    params: metricParams,
    body: metricPatch,
    response: metricResponse,
    problems: [409],
    handler: async ({ workspaceId, params, body }) =>
      toMetricResponse(
        orNotFound("metric", await metrics.update(workspaceId, params.metric, body, refuseWrongCapping)),
      ),
  });
  endpoint({
    method: "delete",
    path: "/v1/metrics/{metric}",
    operationId: "deleteMetric",
    summary: "Delete a metric",
    description: "Deletes a metric. The events that it measures stay.",
    params: metricParams,
    handler: async ({ workspaceId, params }) =>
      refuseMissing("metric", await metrics.remove(workspaceId, params.metric)),
  });
}

function refuseWrongCapping(changed: MetricDefinition): void {
  const message = cappingProblem(changed);
  if (message !== null) throw invalid([{ path: "winsorizePercentile", message }]);
}
