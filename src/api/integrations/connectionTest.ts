// Connection tests: of an integration, and of one before it is created.
import { z } from "@hono/zod-openapi";
import type { Connection } from "../../domain/connection.ts";
import { SyncError } from "../../domain/errors.ts";
import type { EventDefinition } from "../../domain/event.ts";
import { endpointsOf } from "../../http/endpoint.ts";
import type { App } from "../../http/env.ts";
import { orNotFound } from "../../http/problem.ts";
import type { TestStep } from "../../providers/connector.ts";
import { requestLimiter } from "../../store/store.ts";
import type { AppDeps } from "../deps.ts";
import type { Limits } from "../workspaces/signInLimits.ts";
import { isoTime, isoTimeOrNull, time } from "../responses.ts";
import { integrationParams } from "../schemas.ts";
import type { ProviderSchemas } from "./providerSchemas.ts";
import { testSteps } from "./responses.ts";

const testResponse = z
  .object({
    ok: z.boolean().describe("Whether all steps succeeded."),
    retryUntil: time
      .nullable()
      .describe(
        "A grant is missing. One that was just made may not be known everywhere yet, so the failure is not final " +
          "before this time: test again every few seconds. Null for a result that is final.",
      ),
    steps: testSteps,
  })
  .openapi("ConnectionTest", { example: { ok: true, retryUntil: null, steps: [{ name: "credentials", ok: true }] } });

const DAY_CHARS = "yyyy-mm-dd".length;

export function registerConnectionTest(app: App, deps: AppDeps, schemas: ProviderSchemas, limits: Limits): void {
  const endpoint = endpointsOf(app, "integrations");
  const { store } = deps;
  endpoint({
    method: "post",
    path: "/v1/integrations/test",
    turns: "providerCalls",
    operationId: "testNewIntegration",
    summary: "Test before creating",
    description:
      "Takes the body of `createIntegration`, tests the connection with it as `testIntegration` does, and stores " +
      "nothing. Requests of a shared budget are only used once the credentials are proven.",
    body: schemas.newIntegration,
    status: 202,
    response: testResponse,
    handler: async ({ workspaceId, body }) => {
      await limits.connectionTest(workspaceId);
      const { provider, settings, secret } = body;
      const importFrom = body.importFrom ?? new Date(await store.nowMs()).toISOString().slice(0, DAY_CHARS);
      const connection = { integrationId: "", workspaceId, provider, settings, secret: secret ?? "", importFrom };
      const tested = { ...connection, learned: {} };
      return await withWait(deps, tested, await runTest(deps, tested, []));
    },
  });
  endpoint({
    method: "post",
    path: "/v1/integrations/{id}/test",
    turns: "providerCalls",
    operationId: "testIntegration",
    summary: "Test the connection",
    description:
      "Checks credentials, permissions and events at the provider, and returns every step. A failed step is a 202 " +
      "with `ok` false; `retryUntil` says whether that is final. The integration keeps the result as `lastTest`. The " +
      "test uses requests of the same budget as the sync.",
    params: integrationParams,
    status: 202,
    response: testResponse,
    handler: async ({ workspaceId, params: { id } }) => {
      orNotFound("integration", await store.integrations.get(workspaceId, id));
      await limits.connectionTest(workspaceId);
      return testStored(deps, id);
    },
  });
}

interface TestResult {
  ok: boolean;
  retryUntil: string | null;
  steps: Step[];
}

/** What is shown and kept of a step. */
type Step = Omit<TestStep, "lacksGrant">;

async function testStored(deps: AppDeps, id: string): Promise<TestResult> {
  const { integrations, imports } = deps.store;
  let connection: Connection;
  try {
    connection = orNotFound("integration", await integrations.connection(id));
  } catch (error) {
    // The secret cannot be decrypted.
    return { ok: false, retryUntil: null, steps: [failedStep(error)] };
  }
  const steps = await runTest(deps, connection, await imports.definitions(id));
  // Until when it is tried again is of no use later.
  await integrations.recordTest(connection, { ok: isOk(steps), steps: steps.map(shownOf) });
  return await withWait(deps, connection, steps);
}

async function runTest(deps: AppDeps, connection: Connection, events: EventDefinition[]): Promise<TestStep[]> {
  const connector = orNotFound("provider", deps.connectors[connection.provider] ?? null);
  try {
    const limiter = requestLimiter(deps.store, connector.requestBudget(connection), connection.workspaceId);
    return await connector.testConnection(connection, events, limiter);
  } catch (error) {
    return [failedStep(error)];
  }
}

const isOk = (steps: TestStep[]): boolean => steps.every((step) => step.ok);
const shownOf = ({ name, ok, message, warning }: TestStep): Step => ({
  name,
  ok,
  ...(message === undefined ? {} : { message }),
  ...(warning === undefined ? {} : { warning }),
});

/** A failure for lack of a grant is not believed at once. */
async function withWait({ store }: AppDeps, connection: Connection, steps: TestStep[]): Promise<TestResult> {
  let untilMs: number | null = null;
  if (steps.some(({ lacksGrant }) => lacksGrant === true)) untilMs = await store.grantWaits.failed(connection);
  else await store.grantWaits.end(connection);
  const shown = steps.map((step) => (step.lacksGrant === true ? withAdvice(shownOf(step), untilMs) : shownOf(step)));
  return { ok: isOk(steps), retryUntil: isoTimeOrNull(untilMs), steps: shown };
}

function withAdvice(step: Step, untilMs: number | null): Step {
  if (untilMs === null) return step;
  const why = "If you just did: a new grant takes some minutes to be known everywhere";
  const advice = `${why}, so it is tried again until ${isoTime(untilMs)}.`;
  return { ...step, message: `${step.message ?? ""} ${advice}`.trim() };
}

/** A classified failure that stopped the whole test is a failed step. */
function failedStep(error: unknown): TestStep {
  if (!(error instanceof SyncError)) throw error;
  return { name: "connection", ok: false, message: error.message };
}
