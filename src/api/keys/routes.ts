// API keys: create, list, revoke.
import { z } from "@hono/zod-openapi";
import { SCOPES } from "../../domain/apiKey.ts";
import { MAX_KEYS_PER_WORKSPACE } from "../../domain/limits.ts";
import { endpointsOf } from "../../http/endpoint.ts";
import type { App } from "../../http/env.ts";
import { invalid, orNotFound, refuseMissing } from "../../http/problem.ts";
import type { AppDeps } from "../deps.ts";
import { listOf, toList } from "../responses.ts";
import { parseRfc3339 } from "../rfc3339.ts";
import { flatText, pageQuery, RESOURCE_ID } from "../schemas.ts";
import { createdResponse, keyResponse, toKeyResponse } from "./responses.ts";

const SCOPE_MEANINGS =
  "`chat` calls routers, `exposures` records exposures, `read` reads everything, imported records and user ids " +
  "included, `admin` does everything.";

const scopes = z
  .array(z.enum(SCOPES))
  .min(1, "must have at least one scope")
  .max(SCOPES.length, `must have at most ${SCOPES.length} scopes`)
  .transform((given) => SCOPES.filter((scope) => given.includes(scope)))
  .describe(`What calls with the key may do: ${SCOPE_MEANINGS}`);
const expiresAt = z
  .string()
  .max(40, "must be a time as in RFC 3339, with an offset")
  .transform((text, context) => {
    const ms = parseRfc3339(text);
    if (ms !== null) return ms;
    context.addIssue("must be a time as in RFC 3339, with an offset");
    return z.NEVER;
  })
  .nullish()
  .transform((ms) => ms ?? null)
  .openapi({ format: "date-time" })
  .describe("When the key stops to be valid. Null or absent: it does not expire.");
const newKey = z
  .strictObject({ name: flatText.describe("What the key is for."), scopes, expiresAt })
  .openapi("NewKey", { example: { name: "Gateway of the shop", scopes: ["chat"], expiresAt: null } });

const keyParams = z.object({ id: z.string().regex(RESOURCE_ID).describe("The id of the key.") });

export function registerKeys(app: App, { store }: AppDeps): void {
  const endpoint = endpointsOf(app, "keys");
  endpoint({
    method: "post",
    path: "/v1/keys",
    operationId: "createKey",
    summary: "Create an API key",
    description:
      `Creates a key of this workspace and returns it, this once. ${SCOPE_MEANINGS} ` +
      `A workspace has at most ${MAX_KEYS_PER_WORKSPACE} keys.`,
    body: newKey,
    status: 201,
    response: createdResponse,
    problems: [409],
    handler: async ({ workspaceId, body }) => {
      const { name, expiresAt: expiresAtMs } = body;
      if (expiresAtMs !== null && expiresAtMs <= (await store.nowMs())) {
        throw invalid([{ path: "expiresAt", message: "must be in the future" }]);
      }
      const created = await store.keys.create(workspaceId, { name, scopes: body.scopes, expiresAtMs });
      const { key, text } = orNotFound("workspace", created);
      return { ...toKeyResponse(key), key: text };
    },
  });
  endpoint({
    method: "get",
    path: "/v1/keys",
    operationId: "listKeys",
    summary: "List API keys",
    description:
      "Returns the keys of the workspace in order of creation, without their text. Expired keys stay in the list " +
      "until they are revoked.",
    query: pageQuery,
    response: listOf("keys", keyResponse),
    handler: async ({ workspaceId, query }) => toList("keys", await store.keys.list(workspaceId, query), toKeyResponse),
  });
  endpoint({
    method: "delete",
    path: "/v1/keys/{id}",
    operationId: "revokeKey",
    summary: "Revoke an API key",
    description:
      "Ends a key, and with it the sessions that it opened. Every server refuses calls with it within two seconds.",
    params: keyParams,
    handler: async ({ workspaceId, params }) => refuseMissing("key", await store.keys.revoke(workspaceId, params.id)),
  });
}
