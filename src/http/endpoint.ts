// One endpoint: path, schemas, documentation and handler, declared together and checked in one place.
import type { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { MAX_CONFIG_BODY_BYTES, mediaType, parseJson, readText } from "./body.ts";
import type { TurnName } from "./admission/admission.ts";
import { callerOf, type App, type Env } from "./env.ts";
import { documentation, type EndpointDocumentation } from "./openApi.ts";
import { fieldErrors, invalid, notFound } from "./problem.ts";
import { refuseReservedNames } from "./reservedNames.ts";

/** What the operating system takes at once anyway. */
const UNCOUNTED_CHARS = 64 * 1024;

type Output<S> = S extends z.ZodType ? z.output<S> : undefined;

interface Call<P, Q, B> {
  workspaceId: string;
  params: Output<P>;
  query: Output<Q>;
  body: Output<B>;
}

interface Endpoint<P, Q, B, R> extends EndpointDocumentation<P, Q, B, R> {
  /** What the call takes a turn of. Default: `api`. */
  turns?: TurnName;
  /** Selects the schema of the body by what the path names; `body` documents all of them. */
  bodyFor?: (workspaceId: string, params: Output<P>) => Promise<z.ZodType<Output<B>>>;
  /** Runs only for calls that pass all schemas. Returns what `response` describes, or a Response made by hand. */
  handler: (call: Call<P, Q, B>, c: Context<Env>) => Promise<(R extends z.ZodType ? z.input<R> : undefined) | Response>;
}

/** Returns a function that registers and documents an endpoint under a tag, its section of the documentation. */
export function endpointsOf(app: App, tag: string) {
  return <
    P extends z.ZodObject | undefined = undefined,
    Q extends z.ZodObject | undefined = undefined,
    B extends z.ZodType | undefined = undefined,
    R extends z.ZodType | undefined = undefined,
  >(
    definition: Endpoint<P, Q, B, R>,
  ): void => {
    const { method, path, bodyFor, status = 200, handler } = definition;
    app.openAPIRegistry.registerPath(documentation(tag, definition));
    route(app, method, path, (c) =>
      withTurn(c, definition, async (text) => {
        const workspaceId = c.get("workspaceId");
        // Sound: each value was parsed by the schema of its type, or is undefined without a schema.
        const params = parsePath(definition.params, c) as Output<P>;
        const query = parseQuery(definition.query, c) as Output<Q>;
        let body: unknown;
        if (definition.body !== undefined) {
          mediaType(c.req.raw, ["application/json"]);
          const value = parseJson(text);
          refuseReservedNames(value);
          body = await parseBody(value, (await bodyFor?.(workspaceId, params)) ?? definition.body);
        }
        const response = await handler({ workspaceId, params, query, body: body as Output<B> }, c);
        if (response instanceof Response) return response;
        return definition.response === undefined ? c.body(null, 204) : json(c, response as object, status);
      }),
    );
  };
}

/** The response counts among the bytes of its workspace until the caller has taken it. */
function json(c: Context<Env>, value: object, status: ContentfulStatusCode): Response {
  const text = JSON.stringify(value);
  const caller = callerOf(c);
  if (caller !== undefined && text.length > UNCOUNTED_CHARS) {
    const hold = c.get("admission").bytes.hold(c.get("workspaceId"));
    hold.add(text.length);
    caller.once("close", () => hold.release());
  }
  return c.body(text, status, { "content-type": "application/json" });
}

/** Reads the body before the turn, so that a slow caller takes no turn from others. */
async function withTurn(
  c: Context<Env>,
  { method, open = false, turns = "api" }: Pick<EndpointDocumentation, "method" | "open"> & { turns?: TurnName },
  work: (text: string) => Promise<Response>,
): Promise<Response> {
  const maxBytes = MAX_CONFIG_BODY_BYTES;
  if (open) return await work(method === "get" ? "" : await readText(c.req.raw, { maxBytes }));
  const workspaceId = c.get("workspaceId");
  const { apiCalls, apiBytes, bytes, turns: queues } = c.get("admission");
  apiCalls.check(workspaceId);
  apiBytes.check(workspaceId);
  apiCalls.count(workspaceId, 1);
  const hold = bytes.hold(workspaceId);
  try {
    const text = method === "get" ? "" : await readText(c.req.raw, { maxBytes, hold });
    apiBytes.count(workspaceId, Buffer.byteLength(text));
    return await queues[turns].run(workspaceId, callerOf(c), () => work(text));
  } finally {
    hold.release();
  }
}

/** Adds a handler under a path template, which it notes for logs and metrics. */
export function route(
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

/** An id that no resource can have is a 404, like any other id that is not there. */
function parsePath(schema: z.ZodType | undefined, c: Context<Env>): unknown {
  const result = schema?.safeParse(c.req.param());
  if (result?.success === false) throw notFound("resource");
  return result?.data;
}

/** Unknown parameters are ignored; an empty one counts as absent. */
function parseQuery(schema: z.ZodType | undefined, c: Context<Env>): unknown {
  const given = Object.fromEntries(Object.entries(c.req.query()).filter(([, value]) => value !== ""));
  const result = schema?.safeParse(given);
  if (result?.success === false) throw invalid(fieldErrors(result.error));
  return result?.data;
}

async function parseBody(value: unknown, schema: z.ZodType): Promise<unknown> {
  const result = await schema.safeParseAsync(value, { error: plainMessage });
  if (!result.success) throw invalid(fieldErrors(result.error));
  return result.data;
}

/** Replaces two of zod's messages. Messages that a schema defines win over these. */
function plainMessage(issue: { code?: string; input?: unknown }): string | undefined {
  if (issue.code === "unrecognized_keys") return "unknown field";
  return issue.input === undefined && issue.code !== "custom" ? "is required" : undefined;
}
