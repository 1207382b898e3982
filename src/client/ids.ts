/** Names that clients, workers and operators share. */
export const DEFAULT_TASK_QUEUE = "crosscurrent";
export const INTEGRATION_WORKFLOW = "integrationWorkflow";
export const RECONCILER_WORKFLOW = "reconcilerWorkflow";
export const RECONCILER_ID = "crosscurrent-reconciler";

const PREFIX = "integration-";

export function workflowIdOf(integrationId: string): string {
  return PREFIX + integrationId;
}

export function integrationIdOf(workflowId: string): string | null {
  return workflowId.startsWith(PREFIX) ? workflowId.slice(PREFIX.length) : null;
}
