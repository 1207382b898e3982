// Metrics: create, list, get, change, delete.
import { endpoint } from "../../http/endpoint.ts";
import type { App } from "../../http/env.ts";
import { invalid, notFound } from "../../http/problem.ts";
import { MetricDefinitionError } from "../../store/store.ts";
import type { AppDeps } from "../deps.ts";
import { listOf } from "../responses.ts";
import { pageQuery } from "../schemas.ts";
import { metricResponse, toMetricResponse } from "./responses.ts";
import { cappingProblem, metricParams, metricPatch, newMetric } from "./schemas.ts";

export function registerMetrics(app: App, deps: AppDeps): void {
  registerCollection(app, deps);
  registerOne(app, deps);
}

function registerCollection(app: App, { store: { metrics } }: AppDeps): void {
  endpoint(app, {
    method: "post",
    path: "/v1/metrics",
    operationId: "createMetric",
    summary: "Create a metric",
    description: "Defines a number of each exposed user, from the events that an integration imports.",
    tag: "metrics",
    body: newMetric,
    status: 201,
    response: metricResponse,
    problems: [409],
    handler: async ({ workspaceId, body }) => {
      const metric = await orFieldError(metrics.create(workspaceId, body));
      if (metric === null) throw invalid([{ path: "integrationId", message: "must be the id of an integration" }]);
      return toMetricResponse(metric);
    },
  });
  endpoint(app, {
    method: "get",
    path: "/v1/metrics",
    operationId: "listMetrics",
    summary: "List metrics",
    description: "Returns the metrics of the workspace.",
    tag: "metrics",
    query: pageQuery,
    status: 200,
    response: listOf("metrics", metricResponse),
    handler: async ({ workspaceId, query }) => {
      const page = await metrics.list(workspaceId, query);
      return { metrics: page.items.map(toMetricResponse), next: page.next };
    },
  });
}

function registerOne(app: App, { store: { metrics } }: AppDeps): void {
  endpoint(app, {
    method: "get",
    path: "/v1/metrics/{metric}",
    operationId: "getMetric",
    summary: "Get a metric",
    description: "Returns the definition of one metric.",
    tag: "metrics",
    params: metricParams,
    status: 200,
    response: metricResponse,
    handler: async ({ workspaceId, params }) => {
      const metric = await metrics.get(workspaceId, params.metric);
      if (metric === null) throw notFound("metric");
      return toMetricResponse(metric);
    },
  });
  endpoint(app, {
    method: "patch",
    path: "/v1/metrics/{metric}",
    operationId: "updateMetric",
    summary: "Change a metric",
    description:
      "Changes the definition of a metric. Absent fields stay as they are. Results follow the new definition at once.",
    tag: "metrics",
    params: metricParams,
    body: metricPatch,
    status: 200,
    response: metricResponse,
    problems: [409],
    handler: async ({ workspaceId, params, body }) => {
      const change = metrics.update(workspaceId, params.metric, body, (changed) => {
        const message = cappingProblem(changed);
        if (message !== null) throw invalid([{ path: "winsorizePercentile", message }]);
      });
      const metric = await orFieldError(change);
      if (metric === null) throw notFound("metric");
      return toMetricResponse(metric);
    },
  });
  endpoint(app, {
    method: "delete",
    path: "/v1/metrics/{metric}",
    operationId: "deleteMetric",
    summary: "Delete a metric",
    description: "Deletes a metric. The events that it measures stay.",
    tag: "metrics",
    params: metricParams,
    status: 204,
    handler: async ({ workspaceId, params }) => {
      if (!(await metrics.remove(workspaceId, params.metric))) throw notFound("metric");
      return undefined;
    },
  });
}

/** Makes a definition that does not fit the imported events a wrong field. */
async function orFieldError<T>(change: Promise<T>): Promise<T> {
  try {
    return await change;
  } catch (error) {
    if (!(error instanceof MetricDefinitionError)) throw error;
    throw invalid([{ path: error.path, message: error.message }]);
  }
}
