// What the API is given by its composition root: everything that does I/O comes in through here.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { IntegrationControl } from "../client/index.ts";
import type { Connector } from "../providers/connector.ts";
import type { ProviderSpec } from "../providers/provider.ts";
import type { Provider } from "../domain/integration.ts";
import type { AddressPolicy } from "../gateway/addresses.ts";
import type { Gateway } from "../gateway/gateway.ts";
import type { LimitSettings } from "./workspaces/signInLimits.ts";
import type { Store } from "../store/store.ts";

export interface AppDeps {
  store: Store;
  client: IntegrationControl;
  /** What providers there are, and how each is talked to. */
  specs: readonly ProviderSpec[];
  connectors: Record<Provider, Connector>;
  exposureMaxAgeDays: number;
  /** Which base URLs variants may name. */
  upstreams: AddressPolicy;
  /** Serves Chat Completions. */
  gateway: Gateway;
  logger: ApiLogger;
  metrics: ApiMetrics;
  /** Rejects while Temporal cannot be reached. */
  temporalReady(): Promise<void>;
  /** Default: nobody in front, no limits, no Portal. */
  web?: Partial<WebSettings>;
}

/** What browsers and the network in front of the server make necessary. */
export interface WebSettings {
  /** The origin that browsers see; undefined: taken from each request. */
  publicUrl: string | undefined;
  /** How many proxies in front may be believed about the client's address and scheme. */
  trustedProxies: number;
  limits: LimitSettings;
  /** The built Portal; undefined: not built. */
  portal: Portal | undefined;
  /** Where people look at workflows; undefined: no links. */
  temporalUi: { url: string; namespace: string } | undefined;
}

/** A file of the Portal for a path; its page for the paths that the page itself understands; null for a file that is not there. */
export type Portal = (request: {
  path: string;
  acceptEncoding: string;
  ifNoneMatch: string;
}) => Promise<Response | null>;

/** The part of a pino logger that the API uses. */
export interface ApiLogger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface ApiMetrics {
  observeRequest(request: { method: string; route: string; status: number; durationMs: number }): void;
  countExposures(accepted: number): void;
  render(): Promise<{ contentType: string; text: string }>;
}

/** Variables of one request. */
export interface Env {
  /** Node's own, where a Node server calls: the gateway passes bytes on without a detour through web streams. */
  Bindings: { incoming?: IncomingMessage; outgoing?: ServerResponse };
  Variables: {
    /** Set by auth for every call under /v1. */
    workspaceId: string;
    /** The path template of the endpoint that answers; ids stay out of logs and metrics. */
    route: string;
  };
}
