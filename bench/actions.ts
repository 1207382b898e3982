// What executions of a workflow cost in Temporal: actions as Temporal Cloud bills them, read from histories.
import type { Client, WorkflowHandle } from "@temporalio/client";

type History = Awaited<ReturnType<WorkflowHandle["fetchHistory"]>>;
export type HistoryEvent = NonNullable<History["events"]>[number];

/** An execution that continues another one as new is a start like any other. */
const BILLED = [
  "workflowExecutionStartedEventAttributes",
  "activityTaskScheduledEventAttributes",
  "timerStartedEventAttributes",
  "upsertWorkflowSearchAttributesEventAttributes",
  "workflowExecutionSignaledEventAttributes",
] as const;

/**
 * Counts starts, activities and each retry of them, timers, signals and changes of search attributes. Queries and
 * heartbeats are billed too and stand in no history: no query is part of a run, and steps of seconds do not heartbeat.
 */
export function actionsOf(events: HistoryEvent[]): number {
  let actions = 0;
  for (const event of events) {
    if (BILLED.some((kind) => event[kind] !== null && event[kind] !== undefined)) actions++;
    actions += Math.max(0, (event.activityTaskStartedEventAttributes?.attempt ?? 1) - 1);
  }
  return actions;
}

/** The histories of the last `limit` executions that continued each other as new, oldest first. */
export async function executionsOf(client: Client, workflowId: string, limit: number): Promise<HistoryEvent[][]> {
  const executions: HistoryEvent[][] = [];
  let runId: string | undefined;
  do {
    const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    executions.unshift(events ?? []);
    runId = events?.[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId ?? undefined;
  } while (runId !== undefined && runId !== "" && executions.length < limit);
  return executions;
}
