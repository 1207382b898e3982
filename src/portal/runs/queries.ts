// Queries of an integration's runs and rejected records.
import { client, unwrap, type Schemas } from "../api.ts";
import { ACTIVE_POLL_MS, integrationKey } from "../integrations/queries.ts";
import { unwrapLossless } from "../lossless.ts";
import { useApiPages } from "../queries.ts";

export function useRuns(id: string) {
  return useApiPages(
    [...integrationKey(id), "runs"],
    (query) => unwrap(client.GET("/v1/integrations/{id}/runs", { params: { path: { id }, query } })),
    ACTIVE_POLL_MS,
  );
}

type RejectedPage = { rejected: Schemas["RejectedRecord"][]; next: string | null };

export function useRejectedRecords(id: string) {
  return useApiPages([...integrationKey(id), "rejected"], (query) => {
    const params = { path: { id }, query };
    return unwrapLossless<RejectedPage>(client.GET("/v1/integrations/{id}/rejected", { params, parseAs: "text" }));
  });
}
