// Delivers one range of buckets. The same buckets are the same bytes every time, so destinations keep one of each.
import type { ExportBatchInput, ExportBatchResult } from "./contract.ts";
import { connect, type ActivityDependencies } from "./dependencies.ts";
import { rateLimitEndOrThrow, type ActivityContext } from "./wrapper.ts";

/** The checkpoint moves with each part of the range: another try of the same input goes on where this one ended. */
export function exportBatch(dependencies: ActivityDependencies) {
  const { exports } = dependencies.store;
  return async (input: ExportBatchInput, { signal, heartbeat }: ActivityContext): Promise<ExportBatchResult> => {
    const { integrationId, runId, afterSeq, throughSeq, highWatermark } = input;
    const { connector, connection } = await connect(dependencies, integrationId);
    const checkpointSeq = await exports.cursor(integrationId);
    if (checkpointSeq < afterSeq) return { cursorSeq: checkpointSeq, stale: true };
    let cursorSeq = Math.min(checkpointSeq, throughSeq);
    const { workspaceId } = connection;
    const { resends, withUsage } = await exports.options(integrationId);
    const withRevisions = connector.spec.deliversUpdates;
    const parts = connector.exportBuckets(connection, {
      round: resends,
      withUsage,
      afterSeq: cursorSeq,
      throughSeq,
      readBuckets: (after, limit) =>
        exports.readBuckets({ workspaceId, withRevisions, withUsage, afterSeq: after, throughSeq, limit }),
      signal,
      heartbeat,
    });
    try {
      for await (const part of parts) {
        if (!(await exports.commit(integrationId, runId, cursorSeq, part))) {
          return { cursorSeq: await exports.cursor(integrationId), stale: true };
        }
        cursorSeq = part.cursorSeq;
      }
    } catch (error) {
      return { cursorSeq, retryAtMs: rateLimitEndOrThrow(error) };
    }
    if (cursorSeq >= highWatermark.throughSeq) await exports.complete(integrationId, highWatermark);
    return { cursorSeq };
  };
}
