// The Temporal schedule that runs the reconciler.
import { ScheduleAlreadyRunning, ScheduleNotFoundError, ScheduleOverlapPolicy, type Client } from "@temporalio/client";
import { RECONCILER_WORKFLOW, reconcilerIdOf } from "./ids.ts";

export async function ensureReconciler(client: Client, taskQueue: string, intervalMs: number): Promise<void> {
  const id = reconcilerIdOf(taskQueue);
  const spec = { intervals: [{ every: Math.max(1_000, intervalMs) }] };
  const action = {
    type: "startWorkflow" as const,
    workflowType: RECONCILER_WORKFLOW,
    workflowId: id,
    taskQueue,
    args: [],
    staticSummary: "Starts missing integration workflows, signals those that are behind, ends orphans",
  };
  const policies = { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: "1 minute" };
  try {
    await client.schedule.create({ scheduleId: id, spec, action, policies });
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    await client.schedule.getHandle(id).update((before) => ({ ...before, spec, action, policies }));
  }
}

/** Runs the reconciler at once. Does nothing before `migrate` has created the schedule. */
export async function triggerReconciler(client: Client, taskQueue: string): Promise<void> {
  try {
    await client.schedule.getHandle(reconcilerIdOf(taskQueue)).trigger(ScheduleOverlapPolicy.SKIP);
  } catch (error) {
    if (!(error instanceof ScheduleNotFoundError)) throw error;
  }
}
