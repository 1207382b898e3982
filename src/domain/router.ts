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
