// Sends rejected buckets again whose cause a person has mended. Destinations know them, so a second try is harmless.
import type { ExportProgress, Resent } from "../domain/bucket.ts";
import type { ResendRejectedInput, ResendRejectedResult } from "./contract.ts";
import { connect, type ActivityDependencies } from "./dependencies.ts";
import { rateLimitEndOrThrow, type ActivityContext } from "./wrapper.ts";

/** Each delivered part is taken from the rejected ones at once: another try goes on with those that are left. */
export function resendRejected(dependencies: ActivityDependencies) {
  const { exports } = dependencies.store;
  return async (input: ResendRejectedInput, { signal, heartbeat }: ActivityContext): Promise<ResendRejectedResult> => {
    const { integrationId, runId } = input;
    const throughSeq = await exports.markedThrough(integrationId);
    if (throughSeq === null) return {};
    const { connector, connection } = await connect(dependencies, integrationId);
    const { resends, withUsage } = await exports.options(integrationId);
    const recordIds = new Map<number, string>();
    const parts = connector.exportBuckets(connection, {
      isResend: true,
      round: resends,
      withUsage,
      afterSeq: 0,
      throughSeq,
      readBuckets: async (afterSeq, limit) => {
        const marked = await exports.readMarked(integrationId, { withUsage, afterSeq, throughSeq, limit });
        for (const { recordId, bucket } of marked) recordIds.set(bucket.seq, recordId);
        return marked.map(({ bucket }) => bucket);
      },
      signal,
      heartbeat,
    });
    try {
      for await (const part of parts) await exports.commitResent(integrationId, runId, takeResent(part, recordIds));
    } catch (error) {
      return { retryAtMs: rateLimitEndOrThrow(error) };
    }
    return {};
  };
}

/** Takes the records up to the part's cursor: those that were read and are not refused again are delivered. */
function takeResent({ cursorSeq, rejected }: ExportProgress, recordIds: Map<number, string>): Resent {
  const reasons = new Map(rejected.map(({ bucket, reason }) => [bucket.seq, reason]));
  const resent: Resent = { delivered: [], refused: [] };
  for (const [seq, recordId] of recordIds) {
    if (seq > cursorSeq) continue;
    recordIds.delete(seq);
    const reason = reasons.get(seq);
    if (reason === undefined) resent.delivered.push(recordId);
    else resent.refused.push({ recordId, reason });
  }
  return resent;
}
