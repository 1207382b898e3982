// What a BigQuery customer's project holds, so that a page can offer datasets, tables and columns instead of asking for names.
import type { Connection } from "../../domain/connection.ts";
import { z } from "@hono/zod-openapi";
import type { Browse } from "../../providers/connector.ts";
import { isDatasetName, isTableName } from "../../providers/bigquery/nameRules.ts";
import { SyncError, type ErrorKind } from "../../domain/errors.ts";
import { listOf } from "./responses.ts";
import type { AppDeps } from "../deps.ts";
import { endpoint, type App } from "../../http/endpoint.ts";
import { invalid, notFound, Problem, type ProblemStatus } from "../../http/problem.ts";
import { integrationParams, pageQuery } from "../../http/schemas.ts";

const PATH = "/v1/integrations/{id}/bigquery/datasets";
const tag = "integrations";
const query = pageQuery;
const datasetParams = integrationParams.extend({ dataset: z.string().refine(isDatasetName) });
const tableParams = datasetParams.extend({ table: z.string().refine(isTableName) });
const datasetList = listOf("datasets", z.object({ id: z.string() }).openapi("BigQueryDataset"));
const tableList = listOf(
  "tables",
  z.object({ id: z.string(), type: z.string().openapi({ example: "TABLE" }) }).openapi("BigQueryTable"),
);
const columnList = z.object({
  columns: z.array(
    z
      .object({
        name: z.string().openapi({ description: "A field within a struct as `a.b`." }),
        type: z.string(),
        mode: z.enum(["NULLABLE", "REQUIRED", "REPEATED"]),
      })
      .openapi("BigQueryColumn"),
  ),
});

export function registerBrowse(app: App, deps: AppDeps): void {
  const problems: ProblemStatus[] = [403, 409, 503];
  const look = { method: "get", tag, status: 200, problems } as const;
  endpoint(
    app,
    {
      ...look,
      path: PATH,
      summary: "Datasets that can be read",
      params: integrationParams,
      query,
      answer: datasetList,
    },
    async ({ workspaceId, params, query: page }) => {
      const { items, next } = await browse(deps, workspaceId, params.id, page.cursor, (far, connection) =>
        far.datasets(connection, page),
      );
      return { datasets: items, next };
    },
  );
  const tablesPath = `${PATH}/{dataset}/tables` as const;
  endpoint(
    app,
    { ...look, path: tablesPath, summary: "Tables of a dataset", params: datasetParams, query, answer: tableList },
    async ({ workspaceId, params, query: page }) => {
      const { items, next } = await browse(deps, workspaceId, params.id, page.cursor, (far, connection) =>
        far.tables(connection, params.dataset, page),
      );
      return { tables: items, next };
    },
  );
  const columnsPath = `${tablesPath}/{table}/columns` as const;
  endpoint(
    app,
    { ...look, path: columnsPath, summary: "Columns of a table", params: tableParams, answer: columnList },
    async ({ workspaceId, params: { id, dataset, table } }) => ({
      columns: await browse(deps, workspaceId, id, null, (far, connection) => far.columns(connection, dataset, table)),
    }),
  );
}

/** An integration of a provider that has nothing to look into has no such resource. */
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

/** In the connector's words, which name the remedy. Our cursors are BigQuery's page tokens, which only it can tell to be wrong. */
function toProblem({ kind, message }: SyncError, cursor: string | null): Problem {
  if (kind === "schema" && cursor !== null) return invalid([{ path: "cursor", message: "is no cursor of this list" }]);
  const status = STATUSES[kind] ?? 503;
  return new Problem(status, message, status === 503 ? { headers: { "retry-after": RETRY_AFTER_SECONDS } } : {});
}
