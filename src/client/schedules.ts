// The Temporal schedules that run the reconciler and the maintenance.
import { ScheduleAlreadyRunning, ScheduleNotFoundError, ScheduleOverlapPolicy, type Client } from "@temporalio/client";
import { MAINTENANCE_WORKFLOW, maintenanceIdOf, RECONCILER_WORKFLOW, reconcilerIdOf } from "./ids.ts";

export async function ensureSchedules(client: Client, taskQueue: string, intervalMs: number): Promise<void> {
  await ensureSchedule(client, taskQueue, intervalMs, {
    id: reconcilerIdOf(taskQueue),
    workflowType: RECONCILER_WORKFLOW,
    staticSummary: "Starts missing integration workflows, signals those that are behind, ends orphans",
  });
  await ensureSchedule(client, taskQueue, intervalMs, {
    id: maintenanceIdOf(taskQueue),
    workflowType: MAINTENANCE_WORKFLOW,
    staticSummary: "Seals where no export runs, looks at accounts, purges",
  });
}

interface Scheduled {
  /** Of the schedule and, with a time, of each workflow. */
  id: string;
  workflowType: string;
  staticSummary: string;
}

async function ensureSchedule(
  client: Client,
  taskQueue: string,
  intervalMs: number,
  { id, workflowType, staticSummary }: Scheduled,
): Promise<void> {
  const spec = { intervals: [{ every: Math.max(1_000, intervalMs) }] };
  const action = { type: "startWorkflow" as const, workflowType, workflowId: id, taskQueue, args: [], staticSummary };
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
