// Exports exactly the registered workflows.
export { integrationWorkflow } from "./integrationWorkflow.ts";
export { maintenanceWorkflow } from "./maintenanceWorkflow.ts";
export { reconcilerWorkflow } from "./reconcilerWorkflow.ts";
