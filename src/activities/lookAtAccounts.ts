// Looks daily at the accounts of integrations, so that a lost proof is known although nothing is synced.
import { log } from "@temporalio/activity";
import { SyncError } from "../domain/errors.ts";
import { connect, type Reach } from "./dependencies.ts";

/** Of one pass of the reconciler. */
const MAX_ACCOUNTS = 20;
/** After this no further account is begun. What was given out and not looked at is looked at on the next day. */
const MAX_MS = 60_000;

export async function lookAtAccounts(dependencies: Reach, heartbeat: () => void): Promise<void> {
  const untilMs = performance.now() + MAX_MS;
  for (const integrationId of await dependencies.store.ownership.dueForLook(MAX_ACCOUNTS)) {
    if (performance.now() > untilMs) return;
    heartbeat();
    try {
      const { connector, connection } = await connect(dependencies, integrationId);
      await connector.ownership?.look(connection);
    } catch (error) {
      // Every use looks again, and says what is wrong.
      if (!(error instanceof SyncError)) throw error;
      log.warn("the account of an integration could not be looked at", { integrationId, kind: error.kind });
    }
  }
}
