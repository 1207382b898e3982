// Looks at once, when an integration gets an account, whether the workspace may use it.
import pTimeout from "p-timeout";
import { SyncError } from "../../domain/errors.ts";
import type { Integration } from "../../domain/integration.ts";
import type { AppDeps } from "../deps.ts";

/** A person waits for the answer. */
const TIMEOUT_MS = 5_000;

/** Never rejects: without an answer nothing is used, and every use looks again. Returns the row as it is then. */
export async function checkOwnership(deps: AppDeps, row: Integration): Promise<Integration> {
  const { store, connectors, logger } = deps;
  const ownership = connectors[row.provider]?.ownership;
  if (ownership === undefined) return row;
  const check = async () => {
    const connection = await store.integrations.connection(row.id);
    if (connection !== null) await ownership.check(connection);
  };
  await pTimeout(check(), { milliseconds: TIMEOUT_MS }).catch((error: unknown) => {
    const kind = error instanceof SyncError ? error.kind : "unexpected";
    logger.info({ integrationId: row.id, kind }, "an integration may not use its account yet");
  });
  return (await store.integrations.get(row.workspaceId, row.id)) ?? row;
}
