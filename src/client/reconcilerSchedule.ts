import { ScheduleAlreadyRunning, ScheduleNotFoundError, ScheduleOverlapPolicy } from "@temporalio/client";
import type { Client } from "@temporalio/client";
import { RECONCILER_ID, RECONCILER_WORKFLOW } from "./ids.ts";

/** Creates the schedule of the reconciler, or brings an existing one up to date. */
export async function ensureReconciler(client: Client, taskQueue: string, intervalMs: number): Promise<void> {
  const spec = { intervals: [{ every: Math.max(1_000, intervalMs) }] };
  const action = {
    type: "startWorkflow" as const,
    workflowType: RECONCILER_WORKFLOW,
    workflowId: RECONCILER_ID,
    taskQueue,
    args: [],
    staticSummary: "Starts missing integration workflows, signals those behind, ends orphans",
  };
  const policies = { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: "1 minute" };
  try {
    await client.schedule.create({ scheduleId: RECONCILER_ID, spec, action, policies });
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    await client.schedule.getHandle(RECONCILER_ID).update((before) => ({ ...before, spec, action, policies }));
  }
}

/** Runs the reconciler at once; without a schedule (not migrated yet) there is nothing to run. */
export async function triggerReconciler(client: Client): Promise<void> {
  try {
    await client.schedule.getHandle(RECONCILER_ID).trigger(ScheduleOverlapPolicy.SKIP);
  } catch (error) {
    if (!(error instanceof ScheduleNotFoundError)) throw error;
  }
}
