// How an integration is told from the others where all of the workspace are offered.
import { PROVIDER_NAMES, type Integration } from "../api.ts";

export function integrationLabel(integration: Integration): string {
  const project =
    integration.provider === "bigquery" && integration.datasetId !== null
      ? `${integration.projectId}.${integration.datasetId}`
      : integration.projectId;
  return `${PROVIDER_NAMES[integration.provider]} ${project}`;
}
