// Queries of imported events and their properties.
import { type QueryClient, useQuery } from "@tanstack/react-query";
import { client, type Schemas } from "../api.ts";
import { ACTIVE_POLL_MS, integrationKey } from "../integrations/queries.ts";
import { unwrapLossless } from "../lossless.ts";
import { useApiQuery, WHOLE_LIST } from "../queries.ts";

const PROPERTIES_POLL_MS = 10_000;

export const eventsKey = (id: string) => [...integrationKey(id), "events"];
const propertiesKey = (id: string, name: string) => [...eventsKey(id), name, "properties"];

export function useEvents(id: string, enabled = true) {
  const params = { path: { id }, query: WHOLE_LIST };
  return useApiQuery(eventsKey(id), () => client.GET("/v1/integrations/{id}/events", { params }), {
    enabled,
    refetchInterval: ACTIVE_POLL_MS,
  });
}

type PropertyList = { properties: Schemas["Property"][]; truncated: boolean };

export function useProperties(id: string, name: string, enabled = true) {
  const params = { path: { id, name } };
  const path = "/v1/integrations/{id}/events/{name}/properties";
  return useQuery({
    queryKey: propertiesKey(id, name),
    queryFn: () => unwrapLossless<PropertyList>(client.GET(path, { params, parseAs: "text" })),
    enabled,
    refetchInterval: PROPERTIES_POLL_MS,
  });
}

/** The types of a property, if its event's properties were fetched already. */
export function cachedPropertyTypes(queryClient: QueryClient, id: string, name: string, property: string) {
  const cached = queryClient.getQueryData<PropertyList>(propertiesKey(id, name));
  return cached?.properties.find((one) => one.name === property)?.types;
}
