// Asks the provider, when an event is added, whether the project has an event of that name.
import pTimeout from "p-timeout";
import { SyncError } from "../../domain/errors.ts";
import type { AppDeps } from "../deps.ts";

/** A person waits for the answer. */
const TIMEOUT_MS = 5_000;

/** Never rejects: without an answer nothing is known of the name, and the next run asks again. */
export async function checkEventName(
  { store, connectors, logger }: AppDeps,
  integrationId: string,
  name: string,
): Promise<void> {
  const check = async () => {
    const connection = await store.integrations.connection(integrationId);
    if (connection === null) return;
    const { eventNames, reportSource } = connectors[connection.provider] ?? {};
    const options = { onlyComplete: false, name };
    if (eventNames !== undefined) {
      await store.events.checkNames(integrationId, () => eventNames(connection), options);
    }
    if (reportSource !== undefined) {
      await store.events.checkSources(integrationId, (event) => reportSource(connection, event), options);
    }
  };
  await pTimeout(check(), { milliseconds: TIMEOUT_MS }).catch((error: unknown) => {
    const kind = error instanceof SyncError ? error.kind : "unexpected";
    logger.warn({ integrationId, kind }, "the name of an event could not be checked");
  });
}
