// A Temporal server that skips over waiting, for workflows of weeks. One per test file.
import { TestWorkflowEnvironment } from "@temporalio/testing";
import { providerKey, statusKey, workspaceKey } from "../../../src/client/searchAttributes.ts";
import { timeSkippingServerPath } from "../../../dev/services/temporalCli.ts";

/** End it with `teardown()`. */
export async function startTimeSkipping(): Promise<TestWorkflowEnvironment> {
  const path = await timeSkippingServerPath();
  const env = await TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: "existing-path", path } },
  });
  // This server knows how to add search attributes, not how to list them.
  const KEYWORD = 2;
  await env.connection.operatorService.addSearchAttributes({
    namespace: "default",
    searchAttributes: { [providerKey.name]: KEYWORD, [workspaceKey.name]: KEYWORD, [statusKey.name]: KEYWORD },
  });
  return env;
}
