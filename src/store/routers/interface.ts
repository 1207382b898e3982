// Routers with their routes and variants, and what was exposed of them.
import type { Page, PageRequest } from "../../domain/page.ts";
import type {
  NewRoute,
  NewRouter,
  NewVariant,
  Route,
  RoutePatch,
  Router,
  RouterPatch,
  Variant,
  VariantPatch,
} from "../../domain/router.ts";
import type { RouteConditions } from "../../domain/router.ts";

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
