// The OpenAPI document: operations, the components that they share, and examples that follow from schemas.
import { z, type RouteConfig } from "@hono/zod-openapi";
import type { Scope } from "../domain/apiKey.ts";
import type { App } from "./env.ts";
import { PROBLEMS, problemSchema, type ProblemStatus } from "./problem.ts";
import { neededScope } from "./scopes.ts";

export interface EndpointDocumentation<P = z.ZodType, Q = z.ZodType, B = z.ZodType, R = z.ZodType> {
  method: "get" | "post" | "put" | "patch" | "delete";
  /** Path template, as in `/v1/integrations/{id}`. */
  path: string;
  operationId: string;
  summary: string;
  description: string;
  params?: P;
  query?: Q;
  /** Documents headers that the handler reads. */
  headers?: z.ZodObject;
  /** JSON of at most `MAX_CONFIG_BODY_BYTES`. */
  body?: B;
  /** Default: 200, or 204 without a response. */
  status?: 200 | 201 | 202;
  response?: R;
  mediaType?: string;
  /** Further ones than those that follow from the other fields. */
  problems?: ProblemStatus[];
  /** Needs neither a key nor a session. */
  open?: boolean;
}

/** Either an API key or a session, whose key has the scope. */
export function securityOf(scope: Scope): Record<string, Scope[]>[] {
  return [{ apiKey: [scope] }, { session: [scope] }];
}

export const scopeSentence = (scope: Scope): string => `The key needs the scope \`${scope}\`.`;

export function documentation(tag: string, definition: EndpointDocumentation): RouteConfig {
  const { method, path, operationId, summary, description, params, query, headers, body, response } = definition;
  const scope = neededScope(method.toUpperCase(), path);
  const { status = response ? 200 : 204, mediaType = "application/json" } = definition;
  const problems: ProblemStatus[] = [401, 403, 429, 503, ...(params ? [404 as const] : [])];
  if (query || method !== "get") problems.push(400);
  if (method !== "get") problems.push(413);
  if (body) problems.push(415);
  return {
    method,
    path,
    operationId,
    summary,
    description: definition.open === true ? description : `${description} ${scopeSentence(scope)}`,
    tags: [tag],
    security: definition.open === true ? [] : securityOf(scope),
    request: {
      ...(params instanceof z.ZodObject && { params }),
      ...(query instanceof z.ZodObject && { query }),
      ...(headers && { headers }),
      ...(body && { body: { required: true, content: { "application/json": { schema: body } } } }),
    },
    responses: {
      [status]: { description: summary, ...(response && { content: { [mediaType]: { schema: response } } }) },
      ...problemResponses([...problems, ...(definition.problems ?? [])]),
    },
  };
}

export function problemResponses(statuses: ProblemStatus[]): RouteConfig["responses"] {
  return Object.fromEntries(statuses.map((status) => [status, { $ref: `#/components/responses/Problem${status}` }]));
}

/** Serves the document of all endpoints that are registered so far at /openapi.json. */
export function serveOpenApi(app: App): void {
  const { openAPIRegistry: registry } = app;
  registry.register("Problem", problemSchema);
  for (const [status, { title, description }] of Object.entries(PROBLEMS)) {
    const example = { type: "about:blank", title, status: Number(status), detail: description, errors: [] };
    const content = { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" }, example } };
    registry.registerComponent("responses", `Problem${status}`, { description, content });
  }
  registry.registerComponent("securitySchemes", "apiKey", {
    type: "apiKey",
    in: "header",
    name: "Authorization",
    description:
      "The API key as it is: `Authorization: Basic <api-key>` or `Authorization: Bearer <api-key>`. Each call names " +
      "the scope that its key needs; `admin` includes all others.",
  });
  registry.registerComponent("securitySchemes", "session", {
    type: "apiKey",
    in: "cookie",
    name: "crosscurrent_session",
    description:
      "Set by `POST /v1/session`; over https its name begins with `__Host-`. Calls that change something must come " +
      "from a page of the same origin.",
  });
  const document = app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: {
      title: "Crosscurrent",
      version: "1",
      description: "Two-way sync between an LLM router and product analytics.",
    },
  });
  addExamples(document as unknown as Document);
  app.get("/openapi.json", (c) => {
    c.set("route", "/openapi.json");
    return c.json(document);
  });
}

interface Schema {
  $ref?: string;
  example?: unknown;
  enum?: unknown[];
  required?: string[];
  properties?: Record<string, Schema>;
  items?: Schema;
  oneOf?: Schema[];
  anyOf?: Schema[];
}

type Content = Record<string, { schema?: Schema; example?: unknown }>;

interface Document {
  paths: Record<
    string,
    Record<string, { requestBody?: { content: Content }; responses: Record<string, { content?: Content }> }>
  >;
  components: { schemas: Record<string, Schema> };
}

/** Gives each request and response the example of its schema: one item of a list, and only properties with examples. */
function addExamples({ paths, components }: Document): void {
  const exampleOf = (schema: Schema): unknown => {
    const { $ref, example, properties, items } = schema;
    const [first] = schema.oneOf ?? schema.anyOf ?? [];
    if (first !== undefined && example === undefined) return exampleOf(first);
    if ($ref !== undefined) return exampleOf(components.schemas[$ref.slice($ref.lastIndexOf("/") + 1)] ?? {});
    if (example !== undefined) return example;
    const item = items && exampleOf(items);
    if (item !== undefined) return [item];
    if (properties === undefined) return schema.enum?.[0];
    const values = Object.entries(properties).map(([name, property]) => [name, exampleOf(property)] as const);
    const known = Object.fromEntries(values.filter(([, value]) => value !== undefined));
    return (schema.required ?? []).every((name) => name in known) ? known : undefined;
  };
  for (const { requestBody, responses } of Object.values(paths).flatMap((methods) => Object.values(methods))) {
    for (const { content = {} } of [requestBody ?? {}, ...Object.values(responses)]) {
      for (const media of Object.values(content)) media.example ??= media.schema && exampleOf(media.schema);
    }
  }
}
