// Errors as RFC 9457 problem documents: the one shape in which the API says no.
import { z } from "@hono/zod-openapi";

/** One thing wrong with a request: where, and what to do. Never a value that was sent. */
export interface FieldError {
  path: string;
  message: string;
}

export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    detail: z.string().optional(),
    errors: z.array(z.object({ path: z.string(), message: z.string() })),
  })
  .openapi("Problem");

const TITLES = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  409: "Conflict",
  413: "Content Too Large",
  415: "Unsupported Media Type",
  429: "Too Many Requests",
  500: "Internal Server Error",
  503: "Service Unavailable",
} as const;

export type ProblemStatus = keyof typeof TITLES;

/** Thrown anywhere below a route; app.ts turns it into the answer. */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly status: ProblemStatus;
  readonly errors: FieldError[];
  readonly headers: Record<string, string>;

  constructor(
    status: ProblemStatus,
    detail: string,
    options: { errors?: FieldError[]; headers?: Record<string, string> } = {},
  ) {
    super(detail);
    this.status = status;
    this.errors = options.errors ?? [];
    this.headers = options.headers ?? {};
  }
}

export function problemResponse(problem: Problem): Response {
  const body: z.output<typeof problemSchema> = {
    type: "about:blank",
    title: TITLES[problem.status],
    status: problem.status,
    detail: problem.message,
    errors: problem.errors,
  };
  return new Response(JSON.stringify(body), {
    status: problem.status,
    headers: { "content-type": "application/problem+json", ...problem.headers },
  });
}

export const notFound = (what: string): Problem => new Problem(404, `There is no such ${what}.`);

/** How many wrong fields one answer lists. */
export const MAX_LISTED_ERRORS = 100;

/** A 400 that lists what is wrong with a body or a query, up to a bound. */
export function invalid(errors: FieldError[], total = errors.length): Problem {
  const count = total === 1 ? "One field is" : `${total} fields are`;
  const bound = total > MAX_LISTED_ERRORS ? `; the first ${MAX_LISTED_ERRORS} are listed` : "";
  return new Problem(400, `${count} wrong${bound}.`, { errors: errors.slice(0, MAX_LISTED_ERRORS) });
}

/** What zod found, in our words: every unknown field on its own, paths as `exposures[3].user`. */
export function fieldErrors(error: z.ZodError): FieldError[] {
  return error.issues.flatMap((issue) => errorsOf(issue, []));
}

type Issue = z.core.$ZodIssue;

function errorsOf(issue: Issue, within: PropertyKey[]): FieldError[] {
  const path = [...within, ...issue.path];
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({ path: formatPath([...path, key]), message: issue.message }));
  }
  if (issue.code === "invalid_union") {
    // What is not null, where null may be, was meant as the other.
    const [meant, ...others] = issue.errors.filter((alternative) => !alternative.every(isNullExpected));
    if (meant !== undefined && others.length === 0) return meant.flatMap((inner) => errorsOf(inner, path));
  }
  return [{ path: formatPath(path), message: issue.message }];
}

function isNullExpected(issue: Issue): boolean {
  return issue.code === "invalid_type" && issue.expected === "null" && issue.path.length === 0;
}

const MAX_PATH_CHARS = 200;

function formatPath(path: readonly PropertyKey[]): string {
  const text = path
    .map((part, index) => (typeof part === "number" ? `[${part}]` : `${index === 0 ? "" : "."}${String(part)}`))
    .join("");
  return text.slice(0, MAX_PATH_CHARS);
}
