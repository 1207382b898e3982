// Exports exactly the registered workflows.
export { integrationWorkflow } from "./integrationWorkflow.ts";
export { reconcilerWorkflow } from "./reconcilerWorkflow.ts";
