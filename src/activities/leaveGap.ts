// Leaves out days that cannot be read, so that they do not keep out all others. Each run tries them again.
import type { LeaveGapInput, LeaveGapResult } from "./contract.ts";
import { connect, type ActivityDependencies } from "./dependencies.ts";

export function leaveGap(dependencies: ActivityDependencies) {
  const { imports } = dependencies.store;
  return async ({ integrationId, task, pageHalvings, error }: LeaveGapInput): Promise<LeaveGapResult> => {
    const { connector } = await connect(dependencies, integrationId);
    if (connector.skipPage === undefined) return { left: "nothing" };
    const skipped = connector.skipPage(task.progress, pageHalvings);
    if (skipped === null) return { left: "too wide" };
    const { events, progress: from, ranges } = task;
    const gap = { integrationId, events, from, ...(ranges && { ranges }), ...skipped, error };
    return (await imports.leaveGap(gap)) ? { left: "gap", progress: skipped.progress } : { left: "stale" };
  };
}
