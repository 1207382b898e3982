// Finds out whether events of which nothing came are known to the project at all. No run fails because of it.
import { log } from "@temporalio/activity";
import { SyncError } from "../domain/errors.ts";
import { connect, type ActivityDependencies } from "./dependencies.ts";

export async function checkEventNames(dependencies: ActivityDependencies, integrationId: string): Promise<void> {
  try {
    const { connector, connection } = await connect(dependencies, integrationId);
    const { eventNames } = connector;
    if (eventNames === undefined) return;
    const ask = () => eventNames(connection);
    await dependencies.store.events.checkNames(integrationId, ask, { onlyComplete: true });
  } catch (error) {
    const kind = error instanceof SyncError ? error.kind : "unexpected";
    log.warn("the names of the project's events could not be checked", { integrationId, kind });
  }
}
