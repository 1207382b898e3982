// Metrics: define, look at, change, delete.
import { MetricDefinitionError } from "../../store/store.ts";
import { listOf } from "../integrations/responses.ts";
import type { AppDeps } from "../deps.ts";
import { endpoint, type App } from "../../http/endpoint.ts";
import { cappingProblem, metricAnswer, metricParams, metricPatch, newMetric, viewMetric } from "./schemas.ts";
import { invalid, notFound } from "../../http/problem.ts";
import { pageQuery as query } from "../../http/schemas.ts";

const METRICS = "/v1/metrics";
const METRIC = `${METRICS}/{metric}` as const;
const tag = "metrics";
const answer = metricAnswer;

export function registerMetrics(app: App, { store: { metrics } }: AppDeps): void {
  const create = { path: METRICS, tag, method: "post", summary: "Define a metric", body: newMetric } as const;
  endpoint(app, { ...create, status: 201, answer, problems: [409] }, async ({ workspaceId, body }) => {
    const metric = await fitting(metrics.create(workspaceId, body));
    if (metric === null) throw invalid([{ path: "integrationId", message: "must be the id of an integration" }]);
    return viewMetric(metric);
  });
  const list = { path: METRICS, tag, method: "get", summary: "List metrics", query, status: 200 } as const;
  endpoint(app, { ...list, answer: listOf("metrics", answer) }, async (call) => {
    const page = await metrics.list(call.workspaceId, call.query);
    return { metrics: page.items.map(viewMetric), next: page.next };
  });
  const one = { path: METRIC, tag, params: metricParams } as const;
  endpoint(app, { ...one, method: "get", summary: "Look at one", status: 200, answer }, async (call) => {
    const metric = await metrics.get(call.workspaceId, call.params.metric);
    if (metric === null) throw notFound("metric");
    return viewMetric(metric);
  });
  const change = { ...one, method: "patch", summary: "Change a definition", body: metricPatch, status: 200 } as const;
  endpoint(app, { ...change, answer, problems: [409] }, async ({ workspaceId, params, body }) => {
    const metric = await fitting(
      metrics.update(workspaceId, params.metric, body, (changed) => {
        const message = cappingProblem(changed);
        if (message !== null) throw invalid([{ path: "winsorizePercentile", message }]);
      }),
    );
    if (metric === null) throw notFound("metric");
    return viewMetric(metric);
  });
  const remove = { ...one, method: "delete", summary: "Delete a metric; its events stay", status: 204 } as const;
  endpoint(app, remove, async (call) => {
    if (!(await metrics.remove(call.workspaceId, call.params.metric))) throw notFound("metric");
    return undefined;
  });
}

/** What does not fit the imported events is a wrong field like any other. */
async function fitting<T>(change: Promise<T>): Promise<T> {
  try {
    return await change;
  } catch (error) {
    if (!(error instanceof MetricDefinitionError)) throw error;
    throw invalid([{ path: error.path, message: error.message }]);
  }
}
