// The versions of a router: what each change was, and going back to one. Also the weights of a route in one change.
import { z } from "@hono/zod-openapi";
import { endpointsOf } from "../../http/endpoint.ts";
import type { App } from "../../http/env.ts";
import { orNotFound } from "../../http/problem.ts";
import type { RouterVersion } from "../../domain/routerVersion.ts";
import type { AppDeps } from "../deps.ts";
import { isoTime, listOf, time, toList } from "../responses.ts";
import { pageQuery } from "../schemas.ts";
import { changeOf, ifMatch, tagged } from "./change.ts";
import { routerResponse, toRouteResponse, toRouterResponse, versionedRoute } from "./responses.ts";
import { routeParams, routerParams, weightsBody } from "./schemas.ts";

const versionParams = routerParams.extend({
  version: z
    .string()
    .regex(/^[1-9][0-9]{0,14}$/)
    .transform(Number)
    .openapi({ type: "string", description: "The number of the version." }),
});
const versionResponse = z
  .object({
    version: z.number().int().describe("The number of the version. It is never used again, not even after a deletion."),
    at: time.describe("When the change was made."),
    by: z
      .object({
        keyId: z.string().describe("The id of the API key."),
        name: z.string().describe("Its name at that time."),
      })
      .nullable()
      .describe("Whose key made the change; null if that was not recorded."),
    changes: z
      .array(
        z.object({
          path: z.string().describe("What changed, as in `routes/default/variants/gpt/weight`."),
          from: z.unknown().optional().describe("The value before. Absent: there was none, or it is a key."),
          to: z.unknown().optional().describe("The value after. Absent: there is none, or it is a key."),
        }),
      )
      .describe("What changed: at most 200 values, and the paths alone of those beyond 32 KB together."),
    restoredFrom: z.number().int().nullable().describe("The version whose content was restored."),
    deleted: z.boolean().describe("Whether the change deleted the router."),
  })
  .openapi("RouterVersion", {
    example: {
      version: 3,
      at: "2026-01-31T08:00:00.000Z",
      by: { keyId: "key_1", name: "First key" },
      changes: [{ path: "routes/default/variants/gpt/weight", from: 1, to: 3 }],
      restoredFrom: null,
      deleted: false,
    },
  });

function toVersionResponse({ atMs, actor, isDeleted, ...version }: RouterVersion): z.input<typeof versionResponse> {
  return { ...version, at: isoTime(atMs), by: actor, deleted: isDeleted };
}

export function registerRouterVersions(app: App, { store: { routers } }: AppDeps): void {
  const endpoint = endpointsOf(app, "routers");
  endpoint({
    method: "get",
    path: "/v1/routers/{router}/versions",
    operationId: "listRouterVersions",
    summary: "List a router's versions",
    description:
      "Returns the changes of a router, its routes and its variants, newest first: who changed what, and when. A " +
      "deleted router has versions too. The newest 1,000 are kept, or fewer where they take more than 64 MB. A " +
      "change by a server of the version before, during an upgrade, names no key and no values.",
    params: routerParams,
    query: pageQuery,
    response: listOf("versions", versionResponse),
    handler: async ({ workspaceId, params: { router }, query }) =>
      toList(
        "versions",
        orNotFound("router", await routers.listVersions(workspaceId, router, query)),
        toVersionResponse,
      ),
  });
  endpoint({
    method: "post",
    path: "/v1/routers/{router}/versions/{version}/restore",
    operationId: "restoreRouterVersion",
    summary: "Restore a version of a router",
    description:
      "Makes a new version with the routes, variants and weights of an earlier one. A deleted router comes back. " +
      "Variants that exist keep their API key and headers, unless their host changes; others get those that they had.",
    params: versionParams,
    headers: ifMatch,
    response: routerResponse,
    problems: [409, 412],
    handler: async ({ workspaceId, params: { router, version } }, c) =>
      tagged(
        c,
        toRouterResponse(orNotFound("version", await routers.restore(workspaceId, router, version, changeOf(c)))),
      ),
  });
  endpoint({
    method: "put",
    path: "/v1/routers/{router}/routes/{route}/weights",
    operationId: "setWeights",
    summary: "Set the weights of a route",
    description:
      "Sets the weights of several variants in one change, so that no user moves twice. Variants that are not named " +
      "keep their weight. Not all weights may be 0.",
    params: routeParams,
    headers: ifMatch,
    body: weightsBody,
    response: versionedRoute,
    problems: [412],
    handler: async ({ workspaceId, params: { router, route }, body: { weights } }, c) =>
      tagged(
        c,
        toRouteResponse(
          orNotFound("route", await routers.setWeights(workspaceId, router, route, weights, changeOf(c))),
        ),
      ),
  });
}
