// What a BigQuery customer's project holds, so that a page can offer datasets, tables and columns instead of asking for
// names.
import { z } from "@hono/zod-openapi";
import type { Connection } from "../../domain/connection.ts";
import { SyncError, type ErrorKind } from "../../domain/errors.ts";
import { endpoint } from "../../http/endpoint.ts";
import type { App } from "../../http/env.ts";
import { invalid, notFound, Problem, type ProblemStatus } from "../../http/problem.ts";
import { isDatasetName, isTableName } from "../../providers/bigquery/nameRules.ts";
import type { Browse } from "../../providers/connector.ts";
import type { AppDeps } from "../deps.ts";
import { listOf } from "../responses.ts";
import { integrationParams, pageQuery } from "../schemas.ts";

const PROBLEMS: ProblemStatus[] = [403, 409, 503];
const datasetParams = integrationParams.extend({
  dataset: z.string().refine(isDatasetName).describe("The name of the dataset."),
});
const tableParams = datasetParams.extend({
  table: z.string().refine(isTableName).describe("The name of the table."),
});
const datasetResponse = z
  .object({ id: z.string().describe("The name of the dataset.") })
  .openapi("BigQueryDataset", { example: { id: "analytics" } });
const tableResponse = z
  .object({
    id: z.string().describe("The name of the table."),
    type: z.string().describe("What it is, as BigQuery calls it."),
  })
  .openapi("BigQueryTable", { example: { id: "events", type: "TABLE" } });
const columnResponse = z
  .object({
    name: z.string().describe("The name of the column; `a.b` for a field within a struct."),
    type: z.string().describe("The BigQuery type."),
    mode: z.enum(["NULLABLE", "REQUIRED", "REPEATED"]).describe("Whether it can be null or repeated."),
  })
  .openapi("BigQueryColumn", { example: { name: "user_id", type: "STRING", mode: "REQUIRED" } });

export function registerBrowse(app: App, deps: AppDeps): void {
  endpoint(app, {
    method: "get",
    path: "/v1/integrations/{id}/bigquery/datasets",
    operationId: "listDatasets",
    summary: "List datasets",
    description: "Returns the datasets of the project that the service account can read.",
    tag: "integrations",
    params: integrationParams,
    query: pageQuery,
    status: 200,
    response: listOf("datasets", datasetResponse),
    problems: PROBLEMS,
    handler: async ({ workspaceId, params, query }) => {
      const { items, next } = await browse(deps, workspaceId, params.id, query.cursor, (far, connection) =>
        far.datasets(connection, query),
      );
      return { datasets: items, next };
    },
  });
  endpoint(app, {
    method: "get",
    path: "/v1/integrations/{id}/bigquery/datasets/{dataset}/tables",
    operationId: "listTables",
    summary: "List tables",
    description: "Returns the tables of a dataset, views included.",
    tag: "integrations",
    params: datasetParams,
    query: pageQuery,
    status: 200,
    response: listOf("tables", tableResponse),
    problems: PROBLEMS,
    handler: async ({ workspaceId, params, query }) => {
      const { items, next } = await browse(deps, workspaceId, params.id, query.cursor, (far, connection) =>
        far.tables(connection, params.dataset, query),
      );
      return { tables: items, next };
    },
  });
  endpoint(app, {
    method: "get",
    path: "/v1/integrations/{id}/bigquery/datasets/{dataset}/tables/{table}/columns",
    operationId: "listColumns",
    summary: "List columns",
    description: "Returns the columns of a table, with the fields within structs.",
    tag: "integrations",
    params: tableParams,
    status: 200,
    response: z.object({ columns: z.array(columnResponse).describe("The columns in their order in the table.") }),
    problems: PROBLEMS,
    handler: async ({ workspaceId, params: { id, dataset, table } }) => ({
      columns: await browse(deps, workspaceId, id, null, (far, connection) => far.columns(connection, dataset, table)),
    }),
  });
}

/** An integration whose provider cannot be browsed is a 404. */
async function browse<T>(
  { store, connectors }: AppDeps,
  workspaceId: string,
  id: string,
  cursor: string | null,
  run: (far: Browse, connection: Connection) => Promise<T>,
): Promise<T> {
  const row = await store.integrations.get(workspaceId, id);
  const far = row === null ? undefined : connectors[row.provider].browse;
  const connection = far === undefined ? null : await store.integrations.connection(id);
  if (far === undefined || connection === null) throw notFound("BigQuery integration");
  try {
    return await run(far, connection);
  } catch (error) {
    if (error instanceof SyncError) throw toProblem(error, cursor);
    throw error;
  }
}

const STATUSES: Partial<Record<ErrorKind, ProblemStatus>> = {
  auth: 403,
  permission: 403,
  not_found: 404,
  schema: 409,
  rate_limited: 503,
  transient: 503,
};
const RETRY_AFTER_SECONDS = "10";

/**
 * The connector's message says what to do. Cursors are BigQuery's page tokens, so only BigQuery can tell that one is
 * wrong.
 */
function toProblem({ kind, message }: SyncError, cursor: string | null): Problem {
  if (kind === "schema" && cursor !== null) return invalid([{ path: "cursor", message: "is no cursor of this list" }]);
  const status = STATUSES[kind] ?? 503;
  return new Problem(status, message, status === 503 ? { headers: { "retry-after": RETRY_AFTER_SECONDS } } : {});
}
