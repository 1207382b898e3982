// Routers in PostgreSQL: settings in the clear, keys of upstreams encrypted.
import { sql } from "kysely";
import { MAX_ROUTERS_PER_WORKSPACE } from "../../domain/limits.ts";
import type { ServedRouter } from "../../domain/router.ts";
import type { RouterChange } from "../../domain/routerVersion.ts";
import { decodeCursor, toPage, toPart, type CursorList } from "../postgres/cursors.ts";
import type { Database } from "../postgres/database.ts";
import { pageByBytes } from "../postgres/pageByBytes.ts";
import { changeRouter, insertRoute, patchRoute, patchRouter, removeRoute, type Work } from "./changes.ts";
import { create, remove, restore } from "./creation.ts";
import { exposuresPerHour } from "./exposuresPerHour.ts";
import type { RouterStore } from "./interface.ts";
import { readRouter, readRouters, toRoute, toRouter, toVariant, type RouterRow } from "./rows.ts";
import { insertVariant, patchVariant, removeVariant, setWeights } from "./variantChanges.ts";
import { openSecrets } from "./variantSecrets.ts";
import { listVersions } from "./versions.ts";

interface RouterPools {
  /** For routers that serve. */
  keys: Database;
  bookkeeping: Database;
  reports: Database;
}

/** Any version may be changed, and who does it is not known. */
const ANY: RouterChange = { actor: null, ifVersions: null };

export function createRouterStore(pools: RouterPools, { secretKeys }: { secretKeys: Buffer[] }): RouterStore {
  const { keys, bookkeeping: db, reports } = pools;
  const change: ChangeRouter = (workspaceId, routerId, how, work) =>
    changeRouter(db, secretKeys, { workspaceId, routerId, change: how }, work);
  return {
    create: (workspaceId, router, how = ANY) =>
      db.transaction((tx) => create(tx, secretKeys, { workspaceId, router, how })),

    async get(workspaceId, id) {
      const router = await readRouter(db, workspaceId, id);
      return router && toRouter(router);
    },

    async list(workspaceId, page) {
      const list: CursorList = { name: "routers", owner: workspaceId, shape: ["text"] };
      const [first = ""] = decodeCursor(list, page.cursor) ?? [];
      const { rows, hasMore } = await pageByBytes<RouterRow>(page.limit, (after, limit) =>
        readRouters(db, sql`r.workspace_id = ${workspaceId} and r.id > ${after?.id ?? first}`, { limit }),
      );
      return toPart(list, rows, hasMore, ({ id }) => [id], toRouter);
    },

    async update(workspaceId, id, patch, how = ANY) {
      const router = await change(workspaceId, id, how, (one) => patchRouter(one, patch));
      return router && toRouter(router);
    },

    remove: (workspaceId, id, how = ANY) => db.transaction((tx) => remove(tx, workspaceId, id, how)),
    listVersions: (workspaceId, id, page) => listVersions(db, workspaceId, id, page),
    restore: (workspaceId, id, version, how = ANY) =>
      db.transaction((tx) => restore(tx, { workspaceId, id, version, how })),

    ...routeCalls(db, change),
    ...variantCalls(db, change),

    ids: (workspaceId) =>
      db.query(sql<{ id: string; createdAtMs: number }>`
        select id, created_at_ms as "createdAtMs" from routers where workspace_id = ${workspaceId}
        order by id limit ${MAX_ROUTERS_PER_WORKSPACE}`),

    upstreamsWithPorts: (limit) =>
      db.query(sql<{ workspaceId: string; routerId: string; variantId: string; baseUrl: string }>`
        select workspace_id as "workspaceId", router_id as "routerId", id as "variantId", base_url as "baseUrl"
        from variants where base_url ~ '^https?://[^/]*:[0-9]+(/|$)' order by 1, 2, 3 limit ${limit}`),

    async serving(workspaceId, id) {
      const router = await readRouter(keys, workspaceId, id, { withSecrets: true });
      return router && toServedRouter(router, workspaceId, secretKeys);
    },

    exposures: (workspaceId, aliasId, range) => exposuresPerHour(reports, workspaceId, aliasId, range),
  };
}

type ChangeRouter = (workspaceId: string, routerId: string, how: RouterChange, work: Work) => Promise<RouterRow | null>;
type RouteCalls = Pick<RouterStore, "listRoutes" | "addRoute" | "updateRoute" | "setWeights" | "removeRoute">;
type VariantCalls = Pick<RouterStore, "listVariants" | "addVariant" | "updateVariant" | "removeVariant">;

function routeCalls(db: Database, change: ChangeRouter): RouteCalls {
  return {
    async listRoutes(workspaceId, routerId, page) {
      const router = await readRouter(db, workspaceId, routerId);
      if (router === null) return null;
      const list: CursorList = { name: "routes", owner: `${workspaceId}/${routerId}`, shape: ["integer"] };
      const [after = 0] = decodeCursor(list, page.cursor) ?? [];
      const rows = router.routes.filter(({ position }) => position > Number(after)).slice(0, page.limit + 1);
      return toPage(
        list,
        rows,
        page.limit,
        ({ position }) => [position],
        (row) => ({ ...toRoute(row), version: router.version }),
      );
    },

    async addRoute(workspaceId, routerId, route, how = ANY) {
      return routeOf(await change(workspaceId, routerId, how, (one) => insertRoute(one, route)), route.id);
    },

    async updateRoute(workspaceId, routerId, routeId, patch, how = ANY) {
      return routeOf(await change(workspaceId, routerId, how, (one) => patchRoute(one, routeId, patch)), routeId);
    },

    async setWeights(workspaceId, routerId, routeId, weights, how = ANY) {
      return routeOf(await change(workspaceId, routerId, how, (one) => setWeights(one, routeId, weights)), routeId);
    },

    async removeRoute(workspaceId, routerId, routeId, how = ANY) {
      return (await change(workspaceId, routerId, how, (one) => removeRoute(one, routeId))) !== null;
    },
  };
}

function variantCalls(db: Database, change: ChangeRouter): VariantCalls {
  return {
    async listVariants(workspaceId, routerId, routeId, page) {
      const router = await readRouter(db, workspaceId, routerId);
      const route = router?.routes.find(({ id }) => id === routeId);
      if (router === null || route === undefined) return null;
      const list: CursorList = { name: "variants", owner: `${workspaceId}/${routerId}/${routeId}`, shape: ["text"] };
      const [after] = decodeCursor(list, page.cursor) ?? [];
      // If that variant was deleted since, it is not found: the list then starts again and misses none.
      const from = after === undefined ? 0 : route.variants.findIndex(({ id }) => id === after) + 1;
      const rows = route.variants.slice(from, from + page.limit + 1);
      return toPage(
        list,
        rows,
        page.limit,
        ({ id }) => [id],
        (row) => ({ ...toVariant(row), version: router.version }),
      );
    },

    async addVariant(workspaceId, routerId, routeId, variant, how = ANY) {
      const router = await change(workspaceId, routerId, how, (one) => insertVariant(one, routeId, variant));
      return variantOf(router, routeId, variant.id);
    },

    async updateVariant(workspaceId, routerId, routeId, variantId, patch, how = ANY) {
      const router = await change(workspaceId, routerId, how, (one) => patchVariant(one, routeId, variantId, patch));
      return variantOf(router, routeId, variantId);
    },

    async removeVariant(workspaceId, routerId, routeId, variantId, how = ANY) {
      return (await change(workspaceId, routerId, how, (one) => removeVariant(one, routeId, variantId))) !== null;
    },
  };
}

function routeOf(router: RouterRow | null, routeId: string) {
  const route = router?.routes.find(({ id }) => id === routeId);
  return router === null || route === undefined ? null : { ...toRoute(route), version: router.version };
}

function variantOf(router: RouterRow | null, routeId: string, variantId: string) {
  const variants = router?.routes.find(({ id }) => id === routeId)?.variants;
  const variant = variants?.find(({ id }) => id === variantId);
  return router === null || variant === undefined ? null : { ...toVariant(variant), version: router.version };
}

function toServedRouter({ id, version, routes }: RouterRow, workspaceId: string, secretKeys: Buffer[]): ServedRouter {
  return {
    id,
    version,
    routes: routes.map(({ id: routeId, conditions, fallbackVariantIds, variants }) => ({
      id: routeId,
      conditions,
      fallbackVariantIds,
      variants: variants.map(({ id: variantId, weight, upstream, price, ...boxes }) => {
        const { hasApiKey: _hasApiKey, headerNames: _headerNames, ...address } = upstream;
        const secrets = openSecrets(boxes, { workspaceId, routerId: id, routeId, variantId }, secretKeys);
        return { id: variantId, weight, upstream: { ...address, ...secrets }, price };
      }),
    })),
  };
}
