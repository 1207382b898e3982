// Looks daily at the accounts of integrations, so that a lost proof is known although nothing is synced.
import { log } from "@temporalio/activity";
import { SyncError } from "../domain/errors.ts";
import { connect, type Reach } from "./dependencies.ts";

/** Of one pass of the reconciler. */
const MAX_ACCOUNTS = 20;

export async function lookAtAccounts(dependencies: Reach, heartbeat: () => void): Promise<void> {
  for (const integrationId of await dependencies.store.ownership.dueForLook(MAX_ACCOUNTS)) {
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
