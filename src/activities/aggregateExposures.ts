// Begins an export: seals what is due, and looks at the destination even if there is nothing new to send.
import type { SealResult } from "./contract.ts";
import { connect, type ActivityDependencies } from "./dependencies.ts";
import { rateLimitEndOrThrow, type ActivityContext } from "./wrapper.ts";

export function aggregateExposures(dependencies: ActivityDependencies) {
  const { exposures, exports } = dependencies.store;
  return async ({ integrationId }: { integrationId: string }, { signal }: ActivityContext): Promise<SealResult> => {
    const { connector, connection } = await connect(dependencies, integrationId);
    const sealed = await exposures.seal(connection.workspaceId);
    // A destination that was deleted or made anew is noticed here, because no bucket may be left to send.
    try {
      const destination = await connector.prepareExport?.(connection, signal);
      if (destination !== undefined) await exports.recordDestination(integrationId, destination);
    } catch (error) {
      // Each batch looks again, and knows how to wait for the end of the limit.
      rateLimitEndOrThrow(error);
    }
    // Does nothing while something is left to send.
    await exports.complete(integrationId, sealed);
    return (await exports.hasMarked(integrationId)) ? { ...sealed, resend: true as const } : sealed;
  };
}
