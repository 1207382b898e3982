// One endpoint: its path, its schemas, its OpenAPI entry and its handler, declared together and checked in one place.
import { z, type OpenAPIHono, type RouteConfig } from "@hono/zod-openapi";
import type { Context } from "hono";
import { MAX_CONFIG_BODY_BYTES, mediaType, parseJson, readText } from "./body.ts";
import type { Env } from "../api/deps.ts";
import { fieldErrors, invalid, notFound, problemSchema, type ProblemStatus } from "./problem.ts";

export type App = OpenAPIHono<Env>;

export interface EndpointDefinition<P, Q, B, A> {
  method: "get" | "post" | "patch" | "delete";
  /** Path template, `/v1/integrations/{id}`. */
  path: string;
  summary: string;
  tag: string;
  params?: P;
  query?: Q;
  body?: B;
  /** Where what the path names decides which form of the body is meant: that form, while `body` documents all of them. */
  bodyFor?: (workspaceId: string, params: Output<P>) => Promise<z.ZodType<Output<B>>>;
  status: 200 | 201 | 202 | 204;
  answer?: A;
  /** Of the answer; default: JSON. */
  media?: string;
  problems?: ProblemStatus[];
  /** Neither a key nor a session is asked for. */
  open?: boolean;
}

type Output<S> = S extends z.ZodType ? z.output<S> : undefined;

interface Call<P, Q, B> {
  workspaceId: string;
  params: P;
  query: Q;
  body: B;
}

/**
 * Registers an endpoint under /v1. The handler gets only what passed its schemas and returns the answer, or a Response
 * where the answer's text is made by hand. Its context is for cookies alone.
 */
export function endpoint<
  P extends z.ZodType = z.ZodUndefined,
  Q extends z.ZodType = z.ZodUndefined,
  B extends z.ZodType = z.ZodUndefined,
  A extends z.ZodType = z.ZodUndefined,
>(
  app: App,
  definition: EndpointDefinition<P, Q, B, A>,
  handler: (call: Call<z.output<P>, z.output<Q>, z.output<B>>, c: Context<Env>) => Promise<z.input<A> | Response>,
): void {
  app.openAPIRegistry.registerPath(documentation(definition));
  handle(app, definition.method, definition.path, async (c) => {
    const params = parsePath(definition.params, c);
    const query = parseQuery(definition.query, c);
    const { bodyFor } = definition;
    // Sound: `params` was parsed by the schema of its type.
    const form = bodyFor && (() => bodyFor(c.get("workspaceId"), params as Output<P>));
    const body = await parseBody(definition, c, form);
    // Sound: each was parsed by the schema of its type, or is undefined where there is no schema.
    const call = { workspaceId: c.get("workspaceId"), params, query, body } as Call<
      z.output<P>,
      z.output<Q>,
      z.output<B>
    >;
    const answer = await handler(call, c);
    if (answer instanceof Response) return answer;
    return definition.status === 204 ? c.body(null, 204) : c.json(answer as object, definition.status);
  });
}

/** Adds a handler under its path template, which it notes for logs and metrics. */
export function handle(
  app: App,
  method: string,
  template: string,
  handler: (c: Context<Env>) => Promise<Response>,
): void {
  app.on(method.toUpperCase(), template.replaceAll(/\{(\w+)\}/g, ":$1"), async (c) => {
    c.set("route", template);
    return handler(c);
  });
}

/** An id that cannot exist does not exist. */
function parsePath(schema: z.ZodType | undefined, c: Context<Env>): unknown {
  if (schema === undefined) return undefined;
  const result = schema.safeParse(c.req.param());
  if (!result.success) throw notFound("resource");
  return result.data;
}

/** Unknown parameters are ignored; an empty one counts as absent. */
function parseQuery(schema: z.ZodType | undefined, c: Context<Env>): unknown {
  if (schema === undefined) return undefined;
  const given = Object.fromEntries(Object.entries(c.req.query()).filter(([, value]) => value !== ""));
  const result = schema.safeParse(given);
  if (!result.success) throw invalid(fieldErrors(result.error));
  return result.data;
}

/** Without a schema a body is counted and ignored. Which form is meant is asked of a body that can be read at all. */
async function parseBody<P, Q, B, A>(
  definition: EndpointDefinition<P, Q, B, A>,
  c: Context<Env>,
  form?: () => Promise<z.ZodType>,
): Promise<unknown> {
  const schema = definition.body;
  if (definition.method === "get") return undefined;
  const text = await readText(c.req.raw, MAX_CONFIG_BODY_BYTES);
  if (!(schema instanceof z.ZodType)) return undefined;
  mediaType(c.req.raw, ["application/json"]);
  const value = parseJson(text);
  const result = await (form === undefined ? schema : await form()).safeParseAsync(value, { error: sayPlainly });
  if (!result.success) throw invalid(fieldErrors(result.error));
  return result.data;
}

/** Messages of our own where zod's would puzzle; a schema's own message goes before these. */
function sayPlainly(issue: { code?: string; input?: unknown }): string | undefined {
  if (issue.code === "unrecognized_keys") return "unknown field";
  return issue.input === undefined && issue.code !== "custom" ? "is required" : undefined;
}

/** Either of them. */
export const SECURITY: Record<string, string[]>[] = [{ apiKey: [] }, { session: [] }];

function documentation<P, Q, B, A>(definition: EndpointDefinition<P, Q, B, A>): RouteConfig {
  const { method, path, summary, tag, params, query, body, answer, status, open = false } = definition;
  const media = definition.media ?? "application/json";
  const problems: ProblemStatus[] = [401, 429, ...(params ? [404 as const] : [])];
  if (query || method !== "get") problems.push(400);
  if (method !== "get") problems.push(403, 413);
  if (body) problems.push(415);
  return {
    method,
    path,
    summary,
    tags: [tag],
    security: open ? [] : SECURITY,
    request: {
      ...(params instanceof z.ZodObject && { params }),
      ...(query instanceof z.ZodObject && { query }),
      ...(body instanceof z.ZodType && { body: { required: true, content: { "application/json": { schema: body } } } }),
    },
    responses: {
      [status]: {
        description: summary,
        ...(answer instanceof z.ZodType && { content: { [media]: { schema: answer } } }),
      },
      ...problemResponses([...problems, ...(definition.problems ?? [])]),
    },
  };
}

/** OpenAPI entries of the ways in which a call is refused. */
export function problemResponses(statuses: ProblemStatus[]): RouteConfig["responses"] {
  const content = { "application/problem+json": { schema: problemSchema } };
  return Object.fromEntries(
    statuses.map((status) => [status, { description: "Refused, with what is wrong.", content }]),
  );
}
