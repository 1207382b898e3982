// POST /v1/integrations/{id}/test: checks what the customer had to set up, with the stored credentials.
import { z } from "@hono/zod-openapi";
import { SyncError } from "../../domain/errors.ts";
import { endpointsOf } from "../../http/endpoint.ts";
import type { App } from "../../http/env.ts";
import { orNotFound } from "../../http/problem.ts";
import type { TestStep } from "../../providers/connector.ts";
import { requestLimiter } from "../../store/store.ts";
import type { AppDeps } from "../deps.ts";
import { integrationParams } from "../schemas.ts";

const testResponse = z
  .object({
    ok: z.boolean().describe("Whether all steps succeeded."),
    steps: z
      .array(
        z.object({
          name: z.string().describe("What was checked."),
          ok: z.boolean().describe("Whether it succeeded."),
          message: z.string().optional().describe("What is wrong, and what to do about it."),
        }),
      )
      .describe("The steps in order, up to the one after which no other makes sense."),
  })
  .openapi("ConnectionTest", { example: { ok: true, steps: [{ name: "credentials", ok: true }] } });

export function registerConnectionTest(app: App, { store, connectors }: AppDeps): void {
  const endpoint = endpointsOf(app, "integrations");
  endpoint({
    method: "post",
    path: "/v1/integrations/{id}/test",
    operationId: "testIntegration",
    summary: "Test the connection",
    description:
      "Checks credentials, permissions and events at the provider, and returns every step. A failed step is a 202 " +
      "with `ok` false. The test uses requests of the same budget as the sync.",
    params: integrationParams,
    status: 202,
    response: testResponse,
    handler: async ({ workspaceId, params: { id } }) => {
      const row = orNotFound("integration", await store.integrations.get(workspaceId, id));
      const events = await store.imports.definitions(id);
      const connector = orNotFound("provider", connectors[row.provider] ?? null);
      const steps = await failedStepOf(async () => {
        const connection = orNotFound("integration", await store.integrations.connection(id));
        const budget = connector.requestBudget(connection);
        return connector.testConnection(connection, events, requestLimiter(store, budget, workspaceId));
      });
      return { ok: steps.every((step) => step.ok), steps };
    },
  });
}

/** A classified failure that stopped the whole test is a failed step, not a failed call. */
async function failedStepOf(test: () => Promise<TestStep[]>): Promise<TestStep[]> {
  try {
    return await test();
  } catch (error) {
    if (!(error instanceof SyncError)) throw error;
    return [{ name: "connection", ok: false, message: error.message }];
  }
}
