// Finds out whether events of which nothing came are known to the project at all. No run fails because of it.
import { log } from "@temporalio/activity";
import { SyncError } from "../domain/errors.ts";
import { connect, type ActivityDependencies } from "./dependencies.ts";

export async function checkEventNames(dependencies: ActivityDependencies, integrationId: string): Promise<void> {
  try {
    const { connector, connection } = await connect(dependencies, integrationId);
    const { eventNames, reportSource } = connector;
    const { events } = dependencies.store;
    const options = { onlyComplete: true };
    if (eventNames !== undefined) await events.checkNames(integrationId, () => eventNames(connection), options);
    if (reportSource !== undefined) {
      await events.checkSources(integrationId, (event) => reportSource(connection, event), options);
    }
  } catch (error) {
    const kind = error instanceof SyncError ? error.kind : "unexpected";
    log.warn("the names of the project's events could not be checked", { integrationId, kind });
  }
}
