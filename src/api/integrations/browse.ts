// What an integration's project holds: datasets, tables and columns, which pages offer instead of asking for names.
import { z } from "@hono/zod-openapi";
import type { Connection } from "../../domain/connection.ts";
import { SyncError, type ErrorKind } from "../../domain/errors.ts";
import { endpointsOf } from "../../http/endpoint.ts";
import type { App } from "../../http/env.ts";
import { invalid, notFound, Problem, type ProblemStatus } from "../../http/problem.ts";
import type { Browse } from "../../providers/connector.ts";
import type { ProviderSpec } from "../../providers/provider.ts";
import type { AppDeps } from "../deps.ts";
import { listOf } from "../responses.ts";
import { integrationParams, pageQuery } from "../schemas.ts";
import { componentName } from "./providerSchemas.ts";

const PROBLEMS: ProblemStatus[] = [403, 409, 503];

export function registerBrowse(app: App, deps: AppDeps): void {
  for (const spec of deps.specs) {
    if (spec.browse !== undefined) registerLists(app, deps, spec, spec.browse);
  }
}

function registerLists(app: App, deps: AppDeps, spec: ProviderSpec, names: NonNullable<ProviderSpec["browse"]>): void {
  const endpoint = endpointsOf(app, "integrations");
  const name = componentName(spec);
  const datasetParams = integrationParams.extend({ dataset: names.dataset.describe("The name of the dataset.") });
  const tableParams = datasetParams.extend({ table: names.table.describe("The name of the table.") });
  endpoint({
    method: "get",
    path: `/v1/integrations/{id}/${spec.id}/datasets`,
    turns: "providerCalls",
    operationId: `list${name}Datasets`,
    summary: "List datasets",
    description: "Returns the datasets of the project that the integration can read.",
    params: integrationParams,
    query: pageQuery,
    response: listOf("datasets", datasetResponse.openapi(`${name}Dataset`, { example: { id: "analytics" } })),
    problems: PROBLEMS,
    handler: async ({ workspaceId, params, query }) => {
      const { items, next } = await browse(deps, spec, workspaceId, params.id, query.cursor, (project, connection) =>
        project.datasets(connection, query),
      );
      return { datasets: items, next };
    },
  });
  endpoint({
    method: "get",
    path: `/v1/integrations/{id}/${spec.id}/datasets/{dataset}/tables`,
    turns: "providerCalls",
    operationId: `list${name}Tables`,
    summary: "List tables",
    description: "Returns the tables of a dataset, views included.",
    params: datasetParams,
    query: pageQuery,
    response: listOf("tables", tableResponse.openapi(`${name}Table`, { example: { id: "events", type: "TABLE" } })),
    problems: PROBLEMS,
    handler: async ({ workspaceId, params, query }) => {
      const { items, next } = await browse(deps, spec, workspaceId, params.id, query.cursor, (project, connection) =>
        project.tables(connection, params.dataset, query),
      );
      return { tables: items, next };
    },
  });
  const column = columnResponse.openapi(`${name}Column`, {
    example: { name: "user_id", type: "STRING", mode: "REQUIRED" },
  });
  endpoint({
    method: "get",
    path: `/v1/integrations/{id}/${spec.id}/datasets/{dataset}/tables/{table}/columns`,
    turns: "providerCalls",
    operationId: `list${name}Columns`,
    summary: "List columns",
    description: "Returns the columns of a table, with the fields within structs.",
    params: tableParams,
    response: z.object({ columns: z.array(column).describe("The columns in their order in the table.") }),
    problems: PROBLEMS,
    handler: async ({ workspaceId, params: { id, dataset, table } }) => ({
      columns: await browse(deps, spec, workspaceId, id, null, (project, connection) =>
        project.columns(connection, dataset, table),
      ),
    }),
  });
}

const datasetResponse = z.object({ id: z.string().describe("The name of the dataset.") });
const tableResponse = z.object({
  id: z.string().describe("The name of the table."),
  type: z.string().describe("What it is, as the provider calls it."),
});
const columnResponse = z.object({
  name: z.string().describe("The name of the column; `a.b` for a field within a struct."),
  type: z.string().describe("The provider's type."),
  mode: z.enum(["NULLABLE", "REQUIRED", "REPEATED"]).describe("Whether it can be null or repeated."),
});

/** An integration of another provider is a 404. */
async function browse<T>(
  { store, connectors }: AppDeps,
  { id: provider, title }: ProviderSpec,
  workspaceId: string,
  id: string,
  cursor: string | null,
  run: (project: Browse, connection: Connection) => Promise<T>,
): Promise<T> {
  const row = await store.integrations.get(workspaceId, id);
  const project = row?.provider === provider ? connectors[provider]?.browse : undefined;
  const connection = project === undefined ? null : await store.integrations.connection(id);
  if (project === undefined || connection === null) throw notFound(`${title} integration`);
  try {
    return await run(project, connection);
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

/** The connector's message says what to do. Cursors are the provider's own, so only the provider can refuse one. */
function toProblem({ kind, message }: SyncError, cursor: string | null): Problem {
  if (kind === "schema" && cursor !== null) return invalid([{ path: "cursor", message: "is no cursor of this list" }]);
  const status = STATUSES[kind] ?? 503;
  return new Problem(status, message, status === 503 ? { headers: { "retry-after": RETRY_AFTER_SECONDS } } : {});
}
