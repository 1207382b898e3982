// The one way to the API: typed by its own OpenAPI document, with the session's cookie, and every refusal as an ApiError.
import createClient from "openapi-fetch";
import type { components, paths } from "../../generated/api.ts";

type Schemas = components["schemas"];
export type Integration = Schemas["Integration"];
export type SyncEvent = Schemas["Event"];
export type ErrorState = Schemas["ErrorState"];
export type Run = Schemas["Run"];
export type Router = Schemas["Router"];
export type Variant = Schemas["Variant"];
export type Problem = Schemas["Problem"];

export const client = createClient<paths>({
  baseUrl: globalThis.location.origin,
  credentials: "same-origin",
});

/** What the API, or the network, refused. Its message is for people. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  /** 0 where no answer came. */
  readonly status: number;
  readonly errors: Problem["errors"];

  constructor(status: number, message: string, errors: Problem["errors"] = []) {
    super(message);
    this.status = status;
    this.errors = errors;
  }
}

/** Of what is not there, or is another workspace's: the API tells nobody which. */
export function isMissing(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404;
}

/**
 * The answer's data, or an ApiError.
 *
 * @example const { routers } = await answer(client.GET("/v1/routers"));
 */
export async function answer<T>(call: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  const { data, error, response } = await reached(call);
  if (response.ok) return data as T;
  throw toApiError(response.status, error);
}

/** An answer's text as it came: for numbers with more digits than a JavaScript number has. */
export async function textOf(path: string): Promise<string> {
  const response = await reached(fetch(path, { credentials: "same-origin" }));
  const text = await reached(response.text());
  if (response.ok) return text;
  throw toApiError(response.status, parsed(text));
}

async function reached<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch {
    throw new ApiError(0, "The server cannot be reached. Check the connection; this page goes on by itself.");
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function toApiError(status: number, body: unknown): ApiError {
  const problem = (typeof body === "object" && body !== null ? body : {}) as Partial<Problem>;
  return new ApiError(status, problem.detail ?? `The server answered ${status}. Try again.`, problem.errors ?? []);
}

/** The name by which an event is known in paths. */
export function nameOf(event: SyncEvent): string {
  return "eventId" in event ? event.eventId : event.eventName;
}

/** What tells an integration from the others of its provider. */
export function titleOf(integration: Integration): string {
  if (integration.provider === "mixpanel") return `Project ${integration.projectId}`;
  return integration.datasetId === null ? integration.projectId : `${integration.projectId}.${integration.datasetId}`;
}

export const PROVIDER_NAMES = { mixpanel: "Mixpanel", bigquery: "BigQuery" } as const;
export type Provider = keyof typeof PROVIDER_NAMES;
