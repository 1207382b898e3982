// A router: routes with conditions, each with weighted variants that name an upstream.

/** Where a variant's calls go: an OpenAI-compatible API, `baseUrl` as its clients take it (with `/v1` where it has that). */
export interface Upstream {
  baseUrl: string;
  model: string;
}

/** All that are given must hold. None: the route matches every call. */
export interface RouteConditions {
  /** Each key of the call's `metadata` must have this value, or one of these. */
  metadata?: Record<string, string | string[]>;
  /** The call's model hint must be one of these. */
  models?: string[];
}

export interface NewVariant {
  id: string;
  weight: number;
  /** `apiKey` null: the upstream is called without one. */
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

/** A variant as people see it: whether it has a key, never the key. */
export interface Variant {
  id: string;
  weight: number;
  upstream: Upstream & { hasApiKey: boolean };
}

export interface Route {
  id: string;
  conditions: RouteConditions;
  fallbackVariantId: string | null;
  variants: Variant[];
}

export interface Router {
  id: string;
  description: string | null;
  /** In the order in which their conditions are tried. */
  routes: Route[];
  createdAtMs: number;
  updatedAtMs: number;
}

/** Absent means unchanged. */
export interface RouterPatch {
  description?: string | null | undefined;
  /** All of the router's routes, in their new order. */
  routeOrder?: string[] | undefined;
}

export interface RoutePatch {
  conditions?: RouteConditions | undefined;
  fallbackVariantId?: string | null | undefined;
}

export interface VariantPatch {
  weight?: number | undefined;
  upstream?:
    | { baseUrl?: string | undefined; model?: string | undefined; apiKey?: string | null | undefined }
    | undefined;
}
