// What the composition root gives to the API: everything that does I/O comes in here.
import type { IntegrationControl } from "../client/index.ts";
import type { Provider } from "../domain/integration.ts";
import type { Admission } from "../http/admission/admission.ts";
import type { ProxySettings } from "../http/clientOrigin.ts";
import type { App } from "../http/env.ts";
import type { Connector } from "../providers/connector.ts";
import type { ProviderSpec } from "../providers/provider.ts";
import type { Store } from "../store/store.ts";
import type { LimitSettings } from "./workspaces/signInLimits.ts";

export interface AppDeps {
  store: Store;
  client: IntegrationControl;
  specs: readonly ProviderSpec[];
  connectors: Record<Provider, Connector>;
  exposureMaxAgeDays: number;
  upstreams: UpstreamPolicy;
  /** Adds the endpoints of the gateway, which the API authenticates. */
  registerGateway(app: App, proxy: ProxySettings): void;
  /** What each workspace may use of this server. */
  admission: Admission;
  logger: ApiLogger;
  metrics: ApiMetrics;
  /** Rejects if Temporal cannot be reached. */
  temporalReady: () => Promise<void>;
  /** Runs a call in a span; undefined: no traces. */
  traceCall?: TraceCall | undefined;
  /** Default: no proxies, no limits, no Portal. */
  web?: Partial<WebSettings>;
}

export interface UpstreamPolicy {
  /** What is wrong with the base URL of a variant, or null. */
  problemWith(baseUrl: string): string | null;
}

/** Settings for browsers and for the network in front of the server. */
export interface WebSettings extends ProxySettings {
  limits: LimitSettings;
  /** The folder of the built Portal; undefined: not built. */
  portalDir: string | undefined;
  /** Temporal's UI, for links to workflows; undefined: no links. */
  temporalUi: { url: string; namespace: string } | undefined;
}

export type ApiLogger = Record<"debug" | "info" | "warn" | "error", (fields: object, message: string) => void>;

/** `traceparent` is the caller's header, `route` the path template. */
export type TraceCall = (
  request: { method: string; traceparent: string | undefined },
  call: () => Promise<{ route: string; status: number }>,
) => Promise<void>;

export interface ApiMetrics {
  observeRequest(request: { method: string; route: string; status: number; durationMs: number }): void;
  countExposures(accepted: number): void;
}
