// What an integration's project holds, so that a page can offer datasets, tables and columns instead of asking for their names.
import { z } from "@hono/zod-openapi";
import type { Connection } from "../../domain/connection.ts";
import { SyncError, type ErrorKind } from "../../domain/errors.ts";
import type { Browse } from "../../providers/connector.ts";
import type { ProviderSpec } from "../../providers/provider.ts";
import { endpoint, type App } from "../../http/endpoint.ts";
import { invalid, notFound, Problem, type ProblemStatus } from "../../http/problem.ts";
import { integrationParams, pageQuery } from "../../http/schemas.ts";
import type { AppDeps } from "../deps.ts";
import { listOf } from "./responses.ts";

const problems: ProblemStatus[] = [403, 409, 503];

export function registerBrowse(app: App, deps: AppDeps): void {
  for (const spec of deps.specs) {
    if (spec.browse !== undefined) registerLists(app, deps, spec, spec.browse);
  }
}

function registerLists(app: App, deps: AppDeps, spec: ProviderSpec, names: NonNullable<ProviderSpec["browse"]>): void {
  const path = `/v1/integrations/{id}/${spec.id}/datasets`;
  const datasetParams = integrationParams.extend({ dataset: names.dataset });
  const look = { method: "get", tag: "integrations", status: 200, problems } as const;
  endpoint(
    app,
    {
      ...look,
      path,
      summary: "Datasets that can be read",
      params: integrationParams,
      query: pageQuery,
      answer: listOf("datasets", z.object({ id: z.string() }).openapi(`${spec.title}Dataset`)),
    },
    async ({ workspaceId, params, query: page }) => {
      const { items, next } = await browse(deps, spec, workspaceId, params.id, page.cursor, (project, connection) =>
        project.datasets(connection, page),
      );
      return { datasets: items, next };
    },
  );
  endpoint(
    app,
    {
      ...look,
      path: `${path}/{dataset}/tables`,
      summary: "Tables of a dataset",
      params: datasetParams,
      query: pageQuery,
      answer: listOf("tables", z.object({ id: z.string(), type: z.string() }).openapi(`${spec.title}Table`)),
    },
    async ({ workspaceId, params, query: page }) => {
      const { items, next } = await browse(deps, spec, workspaceId, params.id, page.cursor, (project, connection) =>
        project.tables(connection, params.dataset, page),
      );
      return { tables: items, next };
    },
  );
  endpoint(
    app,
    {
      ...look,
      path: `${path}/{dataset}/tables/{table}/columns`,
      summary: "Columns of a table",
      params: datasetParams.extend({ table: names.table }),
      answer: z.object({ columns: z.array(columnOf(spec)) }),
    },
    async ({ workspaceId, params: { id, dataset, table } }) => ({
      columns: await browse(deps, spec, workspaceId, id, null, (project, connection) =>
        project.columns(connection, dataset, table),
      ),
    }),
  );
}

function columnOf({ title }: ProviderSpec) {
  return z
    .object({
      name: z.string().openapi({ description: "A field within a struct as `a.b`." }),
      type: z.string(),
      mode: z.enum(["NULLABLE", "REQUIRED", "REPEATED"]),
    })
    .openapi(`${title}Column`);
}

/** An integration of another provider has no such resource. */
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

/** In the connector's words, which name the remedy. Cursors are the provider's own, so only the provider can tell a wrong one. */
function toProblem({ kind, message }: SyncError, cursor: string | null): Problem {
  if (kind === "schema" && cursor !== null) return invalid([{ path: "cursor", message: "is no cursor of this list" }]);
  const status = STATUSES[kind] ?? 503;
  return new Problem(status, message, status === 503 ? { headers: { "retry-after": RETRY_AFTER_SECONDS } } : {});
}
