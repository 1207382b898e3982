// The client of the API, typed by its OpenAPI document. Every failure is an ApiError.
import createClient from "openapi-fetch";
import type { components, paths } from "../../generated/api.ts";

export type Schemas = components["schemas"];
export type Integration = Schemas["Integration"];
export type SyncEvent = Schemas["Event"];
export type Metric = Schemas["Metric"];
export type MetricResults = Schemas["MetricResults"];
type Problem = Schemas["Problem"];

export const client = createClient<paths>();

/** A failed request. Its message can be shown to users. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  /** 0 if there was no response. */
  readonly status: number;
  readonly errors: Problem["errors"];
  /** What uses the object that was to be deleted. */
  readonly blockers: NonNullable<Problem["blockers"]>;

  constructor(status: number, message: string, { errors = [], blockers = [] }: Partial<Problem> = {}) {
    super(message);
    this.status = status;
    this.errors = errors;
    this.blockers = blockers;
  }
}

/** True if the API found nothing. It does not say whether another workspace has it. */
export function isMissing(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404;
}

export type ApiCall<T> = Promise<{ data?: T; error?: unknown; response: Response }>;

/** Returns the data of the response, or throws an ApiError. */
export async function unwrap<T>(call: ApiCall<T>): Promise<T> {
  const { data, error, response } = await call.catch(() => {
    throw new ApiError(0, "The server cannot be reached. Check your connection. This page tries again by itself.");
  });
  if (response.ok) return data as T;
  const problem = (typeof error === "object" && error !== null ? error : {}) as Partial<Problem>;
  const message = problem.detail ?? `The server responded with ${response.status}. Try again.`;
  throw new ApiError(response.status, message, problem);
}
