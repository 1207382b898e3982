// POST /v1/integrations/{id}/test: walks through what the customer had to set up, with the stored credentials.
import type { TestStep } from "../../providers/connector.ts";
import { SyncError } from "../../domain/errors.ts";
import { requestLimiter } from "../../store/store.ts";
import { testAnswer } from "./responses.ts";
import type { AppDeps } from "../deps.ts";
import { endpoint, type App } from "../../http/endpoint.ts";
import { notFound } from "../../http/problem.ts";
import { integrationParams } from "../../http/schemas.ts";

const PATH = "/v1/integrations/{id}/test";

export function registerTest(app: App, deps: AppDeps): void {
  const definition = {
    method: "post",
    path: PATH,
    summary: "Test the connection",
    tag: "integrations",
    params: integrationParams,
    status: 202,
    answer: testAnswer,
  } as const;
  endpoint(app, definition, async ({ workspaceId, params: { id } }) => {
    const { store } = deps;
    const row = await store.integrations.get(workspaceId, id);
    if (row === null) throw notFound("integration");
    const events = await store.imports.definitions(id);
    const connector = deps.connectors[row.provider];
    const steps = await runSteps(async () => {
      const connection = await store.integrations.connection(id);
      if (connection === null) throw notFound("integration");
      // The test spends from the same budget as the sync.
      return connector.testConnection(connection, events, requestLimiter(store, connector.requestBudget(connection)));
    });
    return { ok: steps.every((step) => step.ok), steps };
  });
}

/** A classified failure that stopped the whole walk is a failed step, not a failed call. */
async function runSteps(walk: () => Promise<TestStep[]>): Promise<TestStep[]> {
  try {
    return await walk();
  } catch (error) {
    if (!(error instanceof SyncError)) throw error;
    return [{ name: "connection", ok: false, message: error.message }];
  }
}
