// Signals to an integration's workflow, sent after its row was committed. The reconciler repairs a lost signal.
import pTimeout from "p-timeout";
import type { IntegrationControl, IntegrationRef } from "../../client/index.ts";
import type { Integration } from "../../domain/integration.ts";
import type { AppDeps } from "../deps.ts";

const SIGNAL_TIMEOUT_MS = 5_000;

/** Never rejects; waits for Temporal up to a deadline. */
export async function signalWorkflow(
  { client, logger }: AppDeps,
  integrationId: string,
  signal: string,
  send: (control: IntegrationControl) => Promise<void>,
): Promise<undefined> {
  await pTimeout(send(client), { milliseconds: SIGNAL_TIMEOUT_MS }).catch((err: unknown) => {
    logger.warn({ integrationId, signal, err }, "the workflow could not be signalled; the reconciler will repair this");
  });
}

/** Does nothing if the integration was deleted in the meantime. */
export async function signalConfigChanged(deps: AppDeps, row: Integration | null): Promise<undefined> {
  if (row === null) return;
  await signalWorkflow(deps, row.id, "configChanged", (control) => control.configChanged(integrationRef(row)));
}

/** What the client needs to start a workflow that does not run yet. */
export function integrationRef({ id, workspaceId, provider }: Integration): IntegrationRef {
  return { integrationId: id, workspaceId, provider };
}
