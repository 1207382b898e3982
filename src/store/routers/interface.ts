// Routers with their routes and variants, and the exposures that they served.
import type { ExposureHour } from "../../domain/exposure.ts";
import type { Page, PageRequest } from "../../domain/page.ts";
import type { RouterChange, RouterVersion } from "../../domain/routerVersion.ts";
import type {
  NewRoute,
  NewRouter,
  NewVariant,
  Route,
  RoutePatch,
  Router,
  RouterPatch,
  ServedRouter,
  Variant,
  VariantPatch,
  Versioned,
} from "../../domain/router.ts";

export interface HourRange {
  fromMs: number;
  toMs: number;
  limit: number;
}

/**
 * Null or false: it does not exist. Throws ConflictError (id taken, limit), InvalidFieldError (contradiction) and
 * VersionError. Each change is a version of the router.
 */
export interface RouterStore {
  create(workspaceId: string, router: NewRouter, change?: RouterChange): Promise<Router>;
  get(workspaceId: string, id: string): Promise<Router | null>;
  /** By id. */
  list(workspaceId: string, page: PageRequest): Promise<Page<Router>>;
  update(workspaceId: string, id: string, patch: RouterPatch, change?: RouterChange): Promise<Router | null>;
  /** Removes the router with its routes and variants; its exposures and versions stay. */
  remove(workspaceId: string, id: string, change?: RouterChange): Promise<boolean>;
  /** Newest first. Null: there never was such a router. */
  listVersions(workspaceId: string, id: string, page: PageRequest): Promise<Page<RouterVersion> | null>;
  /** Makes a new version with the content of an earlier one. Deleted routers can be restored too. */
  restore(workspaceId: string, id: string, version: number, change?: RouterChange): Promise<Router | null>;

  /** In the order in which they are tried. */
  listRoutes(workspaceId: string, routerId: string, page: PageRequest): Promise<Page<Versioned<Route>> | null>;
  /** The new route is tried last. */
  addRoute(
    workspaceId: string,
    routerId: string,
    route: NewRoute,
    change?: RouterChange,
  ): Promise<Versioned<Route> | null>;
  updateRoute(
    workspaceId: string,
    routerId: string,
    routeId: string,
    patch: RoutePatch,
    change?: RouterChange,
  ): Promise<Versioned<Route> | null>;
  /** Weights by variant, in one change. Those that are not named stay; not all may be 0. */
  setWeights(
    workspaceId: string,
    routerId: string,
    routeId: string,
    weights: Record<string, number>,
    change?: RouterChange,
  ): Promise<Versioned<Route> | null>;
  removeRoute(workspaceId: string, routerId: string, routeId: string, change?: RouterChange): Promise<boolean>;

  listVariants(
    workspaceId: string,
    routerId: string,
    routeId: string,
    page: PageRequest,
  ): Promise<Page<Versioned<Variant>> | null>;
  addVariant(
    workspaceId: string,
    routerId: string,
    routeId: string,
    variant: NewVariant,
    change?: RouterChange,
  ): Promise<Versioned<Variant> | null>;
  /** Stored secrets never go to another origin: a `baseUrl` with a new origin needs them again. */
  updateVariant(
    workspaceId: string,
    routerId: string,
    routeId: string,
    variantId: string,
    patch: VariantPatch,
    change?: RouterChange,
  ): Promise<Versioned<Variant> | null>;
  /** It leaves the fallbacks of its route too. */
  removeVariant(
    workspaceId: string,
    routerId: string,
    routeId: string,
    variantId: string,
    change?: RouterChange,
  ): Promise<boolean>;

  /** All routers of a workspace, by id. */
  ids(workspaceId: string): Promise<{ id: string; createdAtMs: number }[]>;

  /** Of all workspaces, variants whose address names a port. */
  upstreamsWithPorts(
    limit: number,
  ): Promise<{ workspaceId: string; routerId: string; variantId: string; baseUrl: string }[]>;

  /** Returns the router with its keys decrypted. Throws SyncError `bug` if no configured key decrypts one. */
  serving(workspaceId: string, id: string): Promise<ServedRouter | null>;
  /** Committed exposures with fromMs <= hour < toMs. Null if the router is unknown and was never exposed. */
  exposures(workspaceId: string, aliasId: string, range: HourRange): Promise<ExposureHour[] | null>;
}
