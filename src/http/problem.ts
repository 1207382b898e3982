// Errors as RFC 9457 problem documents, the one shape in which the API refuses a call.
import { z } from "@hono/zod-openapi";

/** One thing that is wrong with a request. The message never contains a value that was sent. */
export interface FieldError {
  path: string;
  message: string;
}

export const problemSchema = z
  .object({
    type: z.string().describe("Always `about:blank`: the status says which kind of problem it is."),
    title: z.string().describe("The name of the status."),
    status: z.number().int().describe("The HTTP status."),
    detail: z.string().optional().describe("What is wrong, in one sentence."),
    errors: z
      .array(
        z.object({
          path: z.string().describe("The wrong field, as in `exposures[3].user`."),
          message: z.string().describe("What is wrong with the field, to be read after its name."),
        }),
      )
      .describe("The wrong fields, at most 100; empty if the problem is not about fields."),
    blockers: z
      .array(
        z.object({
          kind: z.enum(["metric"]).describe("What it is."),
          id: z.string().describe("Its id."),
          name: z.string().describe("Its name."),
        }),
      )
      .optional()
      .describe("What uses the object, so that it cannot be deleted; at most 100."),
  })
  .openapi("Problem");

export const PROBLEMS = {
  400: { title: "Bad Request", description: "The request is not valid. `errors` lists the wrong fields." },
  401: { title: "Unauthorized", description: "The API key or the session is missing or not valid." },
  403: { title: "Forbidden", description: "The caller is not allowed to do this." },
  404: { title: "Not Found", description: "The resource does not exist in this workspace." },
  405: { title: "Method Not Allowed", description: "The path has other methods. `Allow` lists them." },
  409: { title: "Conflict", description: "The call conflicts with the current state. `detail` says how." },
  412: {
    title: "Precondition Failed",
    description: "The object has another version than `If-Match` names. Read it again before changing it.",
  },
  413: { title: "Content Too Large", description: "The body is too large." },
  415: { title: "Unsupported Media Type", description: "The body has another media type, charset or encoding." },
  429: {
    title: "Too Many Requests",
    description: "Too many calls, or too much at once. `Retry-After` says when to try again.",
  },
  499: { title: "Client Closed Request", description: "The caller left before the response." },
  500: { title: "Internal Server Error", description: "The server failed. The call can be repeated." },
  503: {
    title: "Service Unavailable",
    description: "A dependency is not available, or the server is busy. Try again later.",
  },
} as const;

export type Blockers = z.output<typeof problemSchema>["blockers"];
export type ProblemStatus = keyof typeof PROBLEMS;

/** Thrown anywhere below a route; the app turns it into the response. */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly status: ProblemStatus;
  readonly errors: FieldError[];
  readonly headers: Record<string, string>;
  readonly blockers: Blockers;

  constructor(
    status: ProblemStatus,
    detail: string,
    options: { errors?: FieldError[]; headers?: Record<string, string>; blockers?: Blockers } = {},
  ) {
    super(detail);
    this.status = status;
    this.errors = options.errors ?? [];
    this.headers = options.headers ?? {};
    this.blockers = options.blockers;
  }
}

export function problemResponse({ status, message, errors, headers, blockers }: Problem): Response {
  const { title } = PROBLEMS[status];
  const body: z.output<typeof problemSchema> = {
    type: "about:blank",
    title,
    status,
    detail: message,
    errors,
    blockers,
  };
  return new Response(JSON.stringify(body), {
    status,
    headers: { "content-type": "application/problem+json", ...headers },
  });
}

/** The same, and the connection closes: the rest of the call's body will not be read. */
export function closing(problem: Problem): Problem {
  const { status, message, errors, headers, blockers } = problem;
  return new Problem(status, message, { errors, blockers, headers: { ...headers, connection: "close" } });
}

export const notFound = (what: string): Problem => new Problem(404, `There is no such ${what}.`);

export function orNotFound<T>(what: string, result: T | null): T {
  if (result === null) throw notFound(what);
  return result;
}

export function refuseMissing(what: string, exists: boolean): undefined {
  if (!exists) throw notFound(what);
}

export const MAX_LISTED_ERRORS = 100;

/** `total` counts the errors beyond the listed ones too. */
export function invalid(errors: FieldError[], total = errors.length): Problem {
  const count = total === 1 ? "One field is" : `${total} fields are`;
  const bound = total > MAX_LISTED_ERRORS ? `; the first ${MAX_LISTED_ERRORS} are listed` : "";
  return new Problem(400, `${count} wrong${bound}.`, { errors: errors.slice(0, MAX_LISTED_ERRORS) });
}

/** One for each unknown field, with paths as in `exposures[3].user`. */
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
    // Of a union with null, a value that is not null was meant as the other alternative.
    const [meant, ...others] = issue.errors.filter((alternative) => !alternative.every(isNullExpected));
    if (meant !== undefined && others.length === 0) return meant.flatMap((inner) => errorsOf(inner, path));
  }
  return [{ path: formatPath(path), message: issue.message }];
}

function isNullExpected(issue: Issue): boolean {
  return issue.code === "invalid_type" && issue.expected === "null" && issue.path.length === 0;
}

const MAX_PATH_CHARS = 200;

export function formatPath(path: readonly PropertyKey[]): string {
  const text = path
    .map((part, index) => (typeof part === "number" ? `[${part}]` : `${index === 0 ? "" : "."}${String(part)}`))
    .join("");
  return text.slice(0, MAX_PATH_CHARS);
}
