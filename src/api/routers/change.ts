// How a call changes a router: by which key, and only if the router still has the version that the caller has seen.
import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { RouterChange } from "../../domain/routerVersion.ts";
import type { Env } from "../../http/env.ts";

export const ifMatch = z.object({
  "if-match": z.string().optional().openapi({
    description: 'The version that the router must have, as in `"3"`. With another one the call changes nothing: 412.',
    example: '"3"',
  }),
});

/** An entity tag in quotes, or a bare number. Tags of anything else match no version. */
const TAG = /^(?:W\/)?"?([0-9]{1,15})"?$/;
const NO_VERSION = 0;

/** As RFC 9110 says: `*` is any version, and a list names several. */
export function changeOf(c: Context<Env>): RouterChange {
  const header = c.req.header("if-match")?.trim();
  const isAny = header === undefined || header === "" || header === "*";
  const ifVersions = isAny ? null : header.split(",").map((tag) => Number(TAG.exec(tag.trim())?.[1] ?? NO_VERSION));
  return { actor: c.get("actor"), ifVersions };
}

/** Sets the version as the entity tag of the response, for `If-Match` of the next change. */
export function tagged<T extends { version: number }>(c: Context<Env>, body: T): T {
  c.header("etag", `"${body.version}"`);
  return body;
}
