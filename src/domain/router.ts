// A router: routes with conditions, each with weighted variants that name an upstream.

/** The address of an OpenAI-compatible API. `baseUrl` is what its clients take, with `/v1` if it has that. */
export interface Upstream {
  baseUrl: string;
  model: string;
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
  /** With `apiKey` null, the upstream is called without a key. */
  upstream: Upstream & { apiKey: string | null };
}

export interface NewRoute {
  id: string;
  conditions: RouteConditions;
  fallbackVariantId: string | null;
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

/** A variant as users see it: it says whether there is a key, and never holds the key. */
export interface Variant {
  id: string;
  weight: number;
  upstream: Upstream & { hasApiKey: boolean };
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

export type RoutePatch = { [Field in "conditions" | "fallbackVariantId"]?: NewRoute[Field] | undefined };

export interface VariantPatch {
  weight?: number | undefined;
  upstream?: { [Field in keyof NewVariant["upstream"]]?: NewVariant["upstream"][Field] | undefined } | undefined;
}
