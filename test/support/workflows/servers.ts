// Temporal servers for tests of workflows, with the search attributes registered.
import { TestWorkflowEnvironment } from "@temporalio/testing";
import { Connection } from "@temporalio/client";
import { startTemporal } from "../../../dev/services/temporal.ts";
import { timeSkippingServerPath } from "../../../dev/services/temporalCli.ts";
import { providerKey, registerSearchAttributes, workspaceKey } from "../../../src/client/searchAttributes.ts";
import { statusKey } from "../../../src/workflows/messages.ts";

const KEYWORD = 2;

/** A server that skips over waiting, for workflows of weeks. End it with `teardown()`. */
export async function startTimeSkipping(): Promise<TestWorkflowEnvironment> {
  const path = await timeSkippingServerPath();
  const env = await TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: "existing-path", path } },
  });
  // This server can add search attributes, but cannot list them.
  await env.connection.operatorService.addSearchAttributes({
    namespace: "default",
    searchAttributes: { [providerKey.name]: KEYWORD, [workspaceKey.name]: KEYWORD, [statusKey.name]: KEYWORD },
  });
  return env;
}

/** A development server. `continueAsNewAfterEvents`: when it suggests continue-as-new (Temporal's default is 4,096). */
export async function startDevServer({ continueAsNewAfterEvents }: { continueAsNewAfterEvents?: number } = {}) {
  const dynamicConfig: Record<string, number> = {};
  if (continueAsNewAfterEvents !== undefined) {
    dynamicConfig["limit.historyCount.suggestContinueAsNew"] = continueAsNewAfterEvents;
  }
  const server = await startTemporal({ dynamicConfig });
  const connection = await Connection.connect({ address: server.address });
  await registerSearchAttributes(connection, "default");
  await connection.close();
  return {
    connect: () => TestWorkflowEnvironment.createFromExistingServer({ address: server.address }),
    stop: () => server.stop(),
  };
}
