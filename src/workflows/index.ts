/** Exactly the registered workflows. */
export { integrationWorkflow } from "./integration.ts";
export { reconcilerWorkflow } from "./reconciler.ts";
