// Routers in PostgreSQL: what is configured in the clear, keys of upstreams encrypted.
import type { NewRouter, Router } from "../../domain/router.ts";
import { sql } from "kysely";
import { MAX_ROUTERS_PER_WORKSPACE } from "../../domain/limits.ts";
import { decryptSecret } from "../secrets.ts";
import { ConflictError, type RouterStore, type ServedRouter } from "../store.ts";
import { decodeCursor, toPage, type CursorList } from "../postgres/cursors.ts";
import type { Database, Queryable } from "../postgres/database.ts";
import {
  changeRouter,
  insertRoute,
  insertVariant,
  orTaken,
  patchRoute,
  patchRouter,
  patchVariant,
  secretOwner,
  type Change,
} from "./changes.ts";
import { exposuresOf } from "./exposuresPerHour.ts";
import { readRouter, readRouters, toRoute, toRouter, toVariant, type RouterRow } from "./rows.ts";

/** Creations of routers in one workspace go one after the other, for the limit on their number. */
const ROUTERS_LOCK = sql.lit(7_315_003);

export function createRouterStore({ db }: Database, { secretKeys }: { secretKeys: Buffer[] }): RouterStore {
  const change = async <T>(
    workspaceId: string,
    routerId: string,
    work: (change: Change) => Promise<true | null>,
    view: (router: RouterRow) => T | undefined,
  ): Promise<T | null> => {
    const done = await changeRouter(db, secretKeys, { workspaceId, routerId }, async (one) => {
      if ((await work(one)) === null) return null;
      return readRouter(one.tx, workspaceId, routerId);
    });
    return done === null ? null : (view(done) ?? null);
  };
  return {
    create: (workspaceId, router) => create(db, secretKeys, workspaceId, router),
    get: async (workspaceId, id) => {
      const row = await readRouter(db, workspaceId, id);
      return row && toRouter(row);
    },
    async list(workspaceId, page) {
      const list: CursorList = { name: "routers", owner: workspaceId, shape: ["string"] };
      const [after = ""] = decodeCursor(list, page.cursor) ?? [];
      const where = sql`r.workspace_id = ${workspaceId} and r.id > ${after}`;
      const rows = await readRouters(db, where, { limit: page.limit + 1 });
      return toPage(list, rows, page.limit, ({ id }) => [id], toRouter);
    },
    update: (workspaceId, id, patch) => change(workspaceId, id, (one) => patchRouter(one, patch), toRouter),
    async remove(workspaceId, id) {
      const { numAffectedRows } = await sql`
        delete from routers where workspace_id = ${workspaceId} and id = ${id}`.execute(db);
      return numAffectedRows === 1n;
    },
    serving: (workspaceId, id) => serving(db, secretKeys, workspaceId, id),
    exposures: (workspaceId, aliasId, range) => exposuresOf(db, workspaceId, aliasId, range),
    ...routes(db, change),
    ...variants(db, change),
  };
}

type ChangeOne = <T>(
  workspaceId: string,
  routerId: string,
  work: (change: Change) => Promise<true | null>,
  view: (router: RouterRow) => T | undefined,
) => Promise<T | null>;
type RouteCalls = Pick<RouterStore, "listRoutes" | "addRoute" | "updateRoute" | "removeRoute">;
type VariantCalls = Pick<RouterStore, "listVariants" | "addVariant" | "updateVariant" | "removeVariant">;

function routes(db: Queryable, change: ChangeOne): RouteCalls {
  const view = (id: string) => (router: RouterRow) => router.routes.filter((one) => one.id === id).map(toRoute)[0];
  return {
    async listRoutes(workspaceId, routerId, page) {
      const router = await readRouter(db, workspaceId, routerId);
      if (router === null) return null;
      const list: CursorList = { name: "routes", owner: `${workspaceId}/${routerId}`, shape: ["number"] };
      const [after = 0] = decodeCursor(list, page.cursor) ?? [];
      const rows = router.routes.filter(({ position }) => position > Number(after)).slice(0, page.limit + 1);
      return toPage(list, rows, page.limit, ({ position }) => [position], toRoute);
    },
    addRoute: (workspaceId, routerId, route) =>
      change(workspaceId, routerId, (one) => insertRoute(one, route), view(route.id)),
    updateRoute: (workspaceId, routerId, id, patch) =>
      change(workspaceId, routerId, (one) => patchRoute(one, id, patch), view(id)),
    async removeRoute(workspaceId, routerId, id) {
      const work = async ({ tx }: Change) => {
        const { numAffectedRows } = await sql`
          delete from routes where workspace_id = ${workspaceId} and router_id = ${routerId} and id = ${id}`.execute(
          tx,
        );
        return numAffectedRows === 1n ? true : null;
      };
      return (await change(workspaceId, routerId, work, () => true)) ?? false;
    },
  };
}

function variants(db: Queryable, change: ChangeOne): VariantCalls {
  const view = (routeId: string, id: string) => (router: RouterRow) => {
    const route = router.routes.find((one) => one.id === routeId);
    return route?.variants.filter((one) => one.id === id).map(toVariant)[0];
  };
  return {
    async listVariants(workspaceId, routerId, routeId, page) {
      const router = await readRouter(db, workspaceId, routerId);
      const route = router?.routes.find(({ id }) => id === routeId);
      if (route === undefined) return null;
      const list: CursorList = { name: "variants", owner: `${workspaceId}/${routerId}/${routeId}`, shape: ["string"] };
      const [after] = decodeCursor(list, page.cursor) ?? [];
      // One that was deleted since is looked for in vain: the list then starts again, and loses none.
      const from = after === undefined ? 0 : route.variants.findIndex(({ id }) => id === after) + 1;
      const rows = route.variants.slice(from, from + page.limit + 1);
      return toPage(list, rows, page.limit, ({ id }) => [id], toVariant);
    },
    addVariant: (workspaceId, routerId, routeId, variant) =>
      change(workspaceId, routerId, (one) => insertVariant(one, routeId, variant), view(routeId, variant.id)),
    updateVariant: (workspaceId, routerId, routeId, id, patch) =>
      change(workspaceId, routerId, (one) => patchVariant(one, routeId, id, patch), view(routeId, id)),
    async removeVariant(workspaceId, routerId, routeId, id) {
      const work = async ({ tx }: Change) => {
        const { numAffectedRows } = await sql`
          delete from variants
          where workspace_id = ${workspaceId} and router_id = ${routerId} and route_id = ${routeId} and id = ${id}`.execute(
          tx,
        );
        return numAffectedRows === 1n ? true : null;
      };
      return (await change(workspaceId, routerId, work, () => true)) ?? false;
    },
  };
}

async function create(db: Queryable, secretKeys: Buffer[], workspaceId: string, router: NewRouter): Promise<Router> {
  const { id, description } = router;
  return db.transaction().execute(async (tx) => {
    await sql`select pg_advisory_xact_lock(hashtextextended(${workspaceId}, ${ROUTERS_LOCK}))`.execute(tx);
    const { rows } = await sql<{ count: number }>`
      select count(*) as count from routers where workspace_id = ${workspaceId}`.execute(tx);
    if (Number(rows[0]?.count) >= MAX_ROUTERS_PER_WORKSPACE) {
      throw new ConflictError(`A workspace has at most ${MAX_ROUTERS_PER_WORKSPACE} routers: delete one first.`);
    }
    await orTaken(`There is a router ${id} already.`, () =>
      sql`insert into routers (workspace_id, id, description) values (${workspaceId}, ${id}, ${description})`.execute(
        tx,
      ),
    );
    const row = await readRouter(tx, workspaceId, id);
    if (row === null) throw new Error(`Router ${id} was removed while it was created.`);
    for (const route of router.routes) await insertRoute({ tx, workspaceId, router: row, secretKeys }, route);
    const created = await readRouter(tx, workspaceId, id);
    return toRouter(created ?? row);
  });
}

async function serving(
  db: Queryable,
  secretKeys: Buffer[],
  workspaceId: string,
  id: string,
): Promise<ServedRouter | null> {
  const where = sql`r.workspace_id = ${workspaceId} and r.id = ${id}`;
  const [row] = await readRouters(db, where, { limit: 1, withSecrets: true });
  if (row === undefined) return null;
  return {
    id,
    routes: row.routes.map((route) => ({
      ...{ id: route.id, conditions: route.conditions, fallbackVariantId: route.fallbackVariantId },
      variants: route.variants.map(({ box, ...variant }) => {
        const owner = secretOwner(workspaceId, id, route.id, variant.id);
        const apiKey = box === null ? null : decryptSecret(Buffer.from(box, "base64"), owner, secretKeys);
        return {
          id: variant.id,
          weight: variant.weight,
          upstream: { baseUrl: variant.baseUrl, model: variant.model, apiKey },
        };
      }),
    })),
  };
}
