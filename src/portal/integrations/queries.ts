// Queries and mutations of integrations.
import { client, type ApiCall } from "../api.ts";
import { useApiMutation, useApiQuery, WHOLE_LIST } from "../queries.ts";

const IDLE_POLL_MS = 10_000;
export const ACTIVE_POLL_MS = 4_000;
const SYNCING_POLL_MS = 2_000;

export const INTEGRATIONS_KEY = ["integrations"];
export const integrationKey = (id: string) => [...INTEGRATIONS_KEY, id];

export function useIntegrations() {
  return useApiQuery(INTEGRATIONS_KEY, () => client.GET("/v1/integrations", { params: { query: WHOLE_LIST } }), {
    refetchInterval: IDLE_POLL_MS,
  });
}

export function useIntegration(id: string) {
  return useApiQuery(integrationKey(id), () => client.GET("/v1/integrations/{id}", { params: { path: { id } } }), {
    refetchInterval: ({ state }) => (state.data?.status === "syncing" ? SYNCING_POLL_MS : ACTIVE_POLL_MS),
  });
}

export function useIntegrationMutation<V = void, T = unknown>(call: (value: V) => ApiCall<T>) {
  return useApiMutation({ queryKey: INTEGRATIONS_KEY }, call);
}
