import { SyncError } from "../domain/errors.ts";
import type { ExportBatchInput, ExportBatchResult } from "./contract.ts";
import { connect } from "./dependencies.ts";
import type { ActivityDependencies } from "./dependencies.ts";
import type { Running } from "./wrapper.ts";

/**
 * Delivers one stretch of buckets and commits the mirror's cursor piece by piece, so that another try of the same input
 * goes on where this one ended. A stretch sent twice is the same bytes twice: destinations keep one.
 */
export function exportBatch(dependencies: ActivityDependencies) {
  const { exports } = dependencies.store;
  return async (input: ExportBatchInput, { signal, heartbeat }: Running): Promise<ExportBatchResult> => {
    const { integrationId, runId, afterSeq, throughSeq } = input;
    const { connector, connection } = await connect(dependencies, integrationId);
    const mirrorSeq = await exports.cursor(integrationId);
    if (mirrorSeq < afterSeq) return { cursorSeq: mirrorSeq, stale: true };
    let cursorSeq = Math.min(mirrorSeq, throughSeq);
    const { workspaceId } = connection;
    const pieces = connector.exportBuckets(connection, {
      afterSeq: cursorSeq,
      throughSeq,
      readBuckets: (after, limit) =>
        exports.readBuckets(workspaceId, connector.exportOrder === "latest", after, throughSeq, limit),
      signal,
      heartbeat,
    });
    try {
      for await (const piece of pieces) {
        if (!(await exports.commit(integrationId, runId, cursorSeq, piece))) {
          return { cursorSeq: await exports.cursor(integrationId), stale: true };
        }
        cursorSeq = piece.cursorSeq;
      }
    } catch (error) {
      if (error instanceof SyncError && error.kind === "rate_limited" && error.retryAtMs !== undefined) {
        return { cursorSeq, retryAtMs: error.retryAtMs };
      }
      throw error;
    }
    return { cursorSeq };
  };
}
