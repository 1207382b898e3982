// Names of workflows and task queues that clients, workers and operators share.
export const DEFAULT_TASK_QUEUE = "crosscurrent";
export const INTEGRATION_WORKFLOW = "integrationWorkflow";
export const RECONCILER_WORKFLOW = "reconcilerWorkflow";
export const MAINTENANCE_WORKFLOW = "maintenanceWorkflow";

/** Each provider's bulk work has a task queue of its own. */
export function bulkTaskQueueOf(taskQueue: string, provider: string): string {
  return `${taskQueue}-${provider}`;
}

/** One reconciler per task queue: two installations in one namespace leave each other's workflows alone. */
export function reconcilerIdOf(taskQueue: string): string {
  return `${taskQueue}-reconciler`;
}

export function maintenanceIdOf(taskQueue: string): string {
  return `${taskQueue}-maintenance`;
}

const PREFIX = "integration-";

export function workflowIdOf(integrationId: string): string {
  return PREFIX + integrationId;
}

export function integrationIdOf(workflowId: string): string | null {
  return workflowId.startsWith(PREFIX) ? workflowId.slice(PREFIX.length) : null;
}
