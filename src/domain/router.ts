// A router: routes with conditions, each with weighted variants that name an upstream.
import type { TokenPrice } from "./tokenPrice.ts";

/** Changes of outermost fields of a call's body, in this order. */
export interface BodyChanges {
  drop?: string[] | undefined;
  /** The new name of each field. */
  rename?: Record<string, string> | undefined;
  set?: Record<string, unknown> | undefined;
}

/** What differs between upstreams. Absent: as OpenAI's API has it, and as the operator has set it. */
export interface UpstreamOptions {
  query?: Record<string, string> | undefined;
  body?: BodyChanges | undefined;
  /** Default: `no`. */
  forwardUser?: "no" | "plain" | "hashed" | undefined;
  /** Whether `metadata` of calls that are not stored is sent on. Default: false. */
  forwardMetadata?: boolean | undefined;
  /** The time in which the upstream must begin to answer. */
  firstByteSeconds?: number | undefined;
  /** The time for which the upstream's answer may be silent. */
  idleSeconds?: number | undefined;
  /** Statuses besides redirects and 5xx with which a call counts as failed. */
  failedStatuses?: number[] | undefined;
}

/** The address of an OpenAI-compatible API. `baseUrl` is what its clients take, with `/v1` if it has that. */
export interface Upstream extends UpstreamOptions {
  baseUrl: string;
  model: string;
}

/** What is encrypted. With `apiKey` null, the upstream is called without a key. */
export interface UpstreamSecrets {
  apiKey: string | null;
  headers?: Record<string, string> | undefined;
}

/** All conditions that are given must hold. A route without conditions matches every call. */
export interface RouteConditions {
  /** Each key of the call's `metadata` must have this value, or one of these values. */
  metadata?: Record<string, string | string[]>;
  models?: string[];
}

export interface NewVariant {
  id: string;
  weight: number;
  upstream: Upstream & UpstreamSecrets;
  price?: TokenPrice | null | undefined;
}

export interface NewRoute {
  id: string;
  conditions: RouteConditions;
  /** Asked in this order after the variant that was picked. */
  fallbackVariantIds: string[];
  variants: NewVariant[];
}

export interface NewRouter {
  id: string;
  description: string | null;
  routes: NewRoute[];
}

/** A router as the gateway needs it, with keys: never show or log it. */
export interface ServedRouter extends Pick<NewRouter, "id" | "routes"> {
  version: number;
}

/** A variant as users see it: it says whether there are a key and headers, and never holds them. */
export interface Variant {
  id: string;
  weight: number;
  upstream: Upstream & { hasApiKey: boolean; headerNames: string[] };
  price: TokenPrice | null;
}

export interface Route extends Omit<NewRoute, "variants"> {
  variants: Variant[];
}

export interface Router {
  id: string;
  /** Each change of the router, its routes or its variants adds 1. */
  version: number;
  description: string | null;
  /** In the order in which their conditions are tried. */
  routes: Route[];
  createdAtMs: number;
  updatedAtMs: number;
}

/** A part of a router, with the version of the router that it is from. */
export type Versioned<T> = T & Pick<Router, "version">;

/** An absent field is unchanged. */
export interface RouterPatch {
  description?: string | null | undefined;
  /** All of the router's routes, in their new order. */
  routeOrder?: string[] | undefined;
}

export type RoutePatch = { [Field in "conditions" | "fallbackVariantIds"]?: NewRoute[Field] | undefined };

/** An option that is null goes back to its default. */
export interface VariantPatch {
  weight?: number | undefined;
  upstream?:
    | ({ [Field in "baseUrl" | "model"]?: string | undefined } & {
        [Field in keyof UpstreamOptions]?: UpstreamOptions[Field] | null;
      } & { [Field in keyof UpstreamSecrets]?: UpstreamSecrets[Field] | null })
    | undefined;
  price?: TokenPrice | null | undefined;
}
