// POST /v1/integrations/setup-script: a script that prepares a project at the provider, with the customer's own values.
import { z } from "@hono/zod-openapi";
import { SyncError } from "../../domain/errors.ts";
import { proofText } from "../../domain/ownership.ts";
import { endpointsOf } from "../../http/endpoint.ts";
import type { App } from "../../http/env.ts";
import { invalid } from "../../http/problem.ts";
import type { Connector, SetupInput } from "../../providers/connector.ts";
import type { AppDeps } from "../deps.ts";
import type { ProviderSchemas } from "./providerSchemas.ts";

const MAX_DATASETS = 100;

const scriptResponse = z
  .object({
    script: z.string().describe("A shell script. It can run again: what is there already stays."),
  })
  .openapi("SetupScript", { example: { script: "#!/usr/bin/env bash\n…\n" } });

export function registerSetupScript(app: App, deps: AppDeps, schemas: ProviderSchemas): void {
  const dataset = deps.specs.find(({ browse }) => browse !== undefined)?.browse?.dataset ?? z.string();
  const body = z
    .strictObject({
      integration: schemas.newIntegration,
      directions: z
        .array(z.enum(["export", "import"]))
        .min(1)
        .describe("What the project is to be prepared for."),
      datasets: z.array(dataset).max(MAX_DATASETS).default([]).describe("The datasets that events are read from."),
    })
    .openapi("NewSetupScript");
  endpointsOf(
    app,
    "integrations",
  )({
    method: "post",
    path: "/v1/integrations/setup-script",
    operationId: "createSetupScript",
    summary: "Write a set-up script",
    description:
      "Returns a shell script that prepares the project of an integration at its provider: accounts, roles and the " +
      "proof that the account belongs to this workspace. Nothing is stored. `hasSetupScript` of `listProviders` says " +
      "for which providers there is one.",
    body,
    response: scriptResponse,
    handler: async ({ workspaceId, body: { integration, directions, datasets } }) => {
      const { provider, settings } = integration;
      const connector = deps.connectors[provider];
      const input: SetupInput = {
        settings,
        exports: directions.includes("export"),
        imports: directions.includes("import"),
        datasets,
        principal: (await connector?.ownership?.principal()) ?? null,
        proof: proofText(await deps.store.ownership.codeOf(workspaceId)),
      };
      return { script: writeScript(connector, input) };
    },
  });
}

function writeScript(connector: Connector | undefined, input: SetupInput): string {
  if (connector?.setupScript === undefined) {
    throw invalid([{ path: "integration.provider", message: "is a provider without a set-up script" }]);
  }
  try {
    return connector.setupScript(input);
  } catch (error) {
    if (error instanceof SyncError) throw invalid([{ path: "integration", message: error.message }]);
    throw error;
  }
}
