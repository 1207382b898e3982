// The providers that the server has: fetched once with the session, then at hand on every page.
import { createContext, useContext, type ReactNode } from "react";
import { client, type Integration, type Schemas, type SyncEvent } from "../api.ts";
import { useApiQuery } from "../queries.ts";
import { QueryState } from "../ui/QueryState.tsx";

export type Provider = Schemas["Provider"];

const Providers = createContext<Provider[]>([]);

export function ProvidersLoader({ children }: { children: ReactNode }) {
  const query = useApiQuery(["providers"], () => client.GET("/v1/providers"), { staleTime: Infinity });
  return (
    <QueryState query={query} loading="Loading the Portal">
      {({ providers }) => <Providers value={providers}>{children}</Providers>}
    </QueryState>
  );
}

export const useProviders = (): Provider[] => useContext(Providers);

export function useProvider(id: string | undefined): Provider {
  return providerOf(useProviders(), id);
}

/** A server of another version may not have the provider. Then its id is all that is known of it. */
export function providerOf(providers: Provider[], id = ""): Provider {
  const nothing = { summary: "", titlePrefix: "", projectFields: [], hasSetupScript: false, settings: [], event: [] };
  const unknown = { ...nothing, id, title: id };
  return providers.find((provider) => provider.id === id) ?? unknown;
}

/** The values of the provider's fields stand beside the fields that all integrations and events have. */
export function valueOf(item: Integration | SyncEvent, field: string | undefined): string | null {
  const value = (item as Record<string, unknown>)[field ?? ""];
  return typeof value === "string" || typeof value === "number" ? String(value) : null;
}

/** Distinguishes an integration from the others of its provider. */
export function titleOf({ titlePrefix, projectFields }: Provider, integration: Integration): string {
  const values = projectFields.map((field) => valueOf(integration, field));
  return titlePrefix + values.filter((value) => value !== null).join(".");
}

export function nameOf({ event: [nameField] }: Provider, event: SyncEvent): string {
  return valueOf(event, nameField?.name) ?? "";
}
