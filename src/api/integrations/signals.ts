// Telling an integration's workflow that its row changed. The row is the truth and is committed first: a signal that does
// not get through is logged, and the reconciler makes up for it.
import type { Integration } from "../../domain/integration.ts";
import type { IntegrationControl } from "../../client/index.ts";
import type { ApiLogger, AppDeps } from "../deps.ts";

const SIGNAL_TIMEOUT_MS = 5_000;

export type Signal = (control: IntegrationControl) => Promise<void>;

/** Never rejects; waits a bounded time for Temporal. */
export async function signal(deps: AppDeps, integrationId: string, name: string, send: Signal): Promise<void> {
  try {
    await within(send(deps.client), SIGNAL_TIMEOUT_MS);
  } catch (err) {
    warn(deps.logger, integrationId, name, err);
  }
}

function warn(logger: ApiLogger, integrationId: string, name: string, err: unknown): void {
  logger.warn(
    { integrationId, signal: name, err },
    "the workflow could not be told; the reconciler will make up for it",
  );
}

/** What the client needs to start a workflow that does not run yet. */
export function refOf(row: Integration) {
  return { integrationId: row.id, workspaceId: row.workspaceId, provider: row.provider };
}

/** Rejects when the promise takes longer; the promise itself goes on unobserved. */
export async function within<T>(promise: Promise<T>, timeoutMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
