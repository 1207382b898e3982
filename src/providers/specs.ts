// All providers by their specs. Their connectors are in registry.ts.
import { bigQuerySpec } from "./bigquery/spec.ts";
import { mixpanelSpec } from "./mixpanel/spec.ts";
import type { ProviderSpec } from "./provider.ts";

export const PROVIDER_SPECS = [mixpanelSpec, bigQuerySpec] as const satisfies readonly ProviderSpec[];
