// Routers with their routes and variants, and what was exposed of them.
import type { RouteConditions, Upstream } from "../domain/router.ts";
import type { Page, PageRequest } from "./pages.ts";

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

/** A router as the gateway needs it, keys included: never to be shown or logged. */
export interface ServedRouter {
  id: string;
  routes: {
    id: string;
    conditions: RouteConditions;
    fallbackVariantId: string | null;
    variants: NewVariant[];
  }[];
}

/** Exposures of one route and variant within one UTC hour. */
export interface ExposureHour {
  hourMs: number;
  routeId: string;
  variantId: string;
  exposures: number;
  users: number;
}

/** A change that contradicts what the router holds; `path` is the field of the change. */
export class RouterChangeError extends Error {
  override readonly name = "RouterChangeError";
  readonly path: string;
  constructor(path: string, message: string) {
    super(message);
    this.path = path;
  }
}

/**
 * Null (or false) for what does not exist. Adding throws ConflictError for an id that is taken and beyond a limit; changes that
 * contradict the rest of the router throw RouterChangeError. Changes of one router happen one after the other.
 */
export interface RouterStore {
  create(workspaceId: string, router: NewRouter): Promise<Router>;
  get(workspaceId: string, id: string): Promise<Router | null>;
  /** By id. */
  list(workspaceId: string, page: PageRequest): Promise<Page<Router>>;
  update(workspaceId: string, id: string, patch: RouterPatch): Promise<Router | null>;
  /** Takes its routes and variants along; its exposures stay. */
  remove(workspaceId: string, id: string): Promise<boolean>;

  /** In the order in which they are tried. */
  listRoutes(workspaceId: string, routerId: string, page: PageRequest): Promise<Page<Route> | null>;
  /** The new route is tried last. */
  addRoute(workspaceId: string, routerId: string, route: NewRoute): Promise<Route | null>;
  updateRoute(workspaceId: string, routerId: string, routeId: string, patch: RoutePatch): Promise<Route | null>;
  removeRoute(workspaceId: string, routerId: string, routeId: string): Promise<boolean>;

  listVariants(
    workspaceId: string,
    routerId: string,
    routeId: string,
    page: PageRequest,
  ): Promise<Page<Variant> | null>;
  addVariant(workspaceId: string, routerId: string, routeId: string, variant: NewVariant): Promise<Variant | null>;
  /** The stored key never goes to another origin: a `baseUrl` of one comes with an `apiKey`. */
  updateVariant(
    workspaceId: string,
    routerId: string,
    routeId: string,
    variantId: string,
    patch: VariantPatch,
  ): Promise<Variant | null>;
  /** A route that falls back on it has no fallback from then on. */
  removeVariant(workspaceId: string, routerId: string, routeId: string, variantId: string): Promise<boolean>;

  /** With the keys decrypted. Throws SyncError `bug` if no configured key decrypts one. */
  serving(workspaceId: string, id: string): Promise<ServedRouter | null>;
  /**
   * Exposures per hour, route and variant with fromMs <= hour < toMs, in that order: all that is committed, folded or not. Null where
   * there neither is such a router nor was one ever exposed. At most `limit` are answered.
   */
  exposures(
    workspaceId: string,
    aliasId: string,
    range: { fromMs: number; toMs: number; limit: number },
  ): Promise<ExposureHour[] | null>;
}
