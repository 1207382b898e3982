// What the calls on a metric's results accept.
import { z } from "@hono/zod-openapi";
import { MAX_RESULT_RANGE_DAYS } from "../../domain/limits.ts";
import type { ResultOptions } from "../../domain/metrics/results.ts";
import { invalid } from "../../http/problem.ts";
import { aliasParams } from "../routers/schemas.ts";

const DAY_MS = 86_400_000;
const DEFAULT_RANGE_DAYS = 28;
const DEFAULT_CONFIDENCE = 0.95;

const groupId = aliasParams.shape.router;

function choice<const T extends [string, ...string[]]>(options: T, description: string) {
  const message = `must be ${options.map((option) => `\`${option}\``).join(" or ")}`;
  return z.enum(options, message).default(options[0]).describe(description);
}

const day = z
  .string()
  .transform((text, ctx) => {
    const ms = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : NaN;
    // Date.parse reads the 31st of a shorter month as a day of the next one.
    if (ms >= 0 && new Date(ms).toISOString().startsWith(text)) return ms;
    ctx.addIssue("must be a calendar day as yyyy-mm-dd, not before 1970");
    return z.NEVER;
  })
  .optional();
// The pattern accepts an empty text, which counts as absent.
const dayFormat = { type: "string", pattern: "^(\\d{4}-\\d{2}-\\d{2})?$", example: "2026-01-31" } as const;

export const resultQuery = z.object({
  router: groupId.describe("The id of the router. It does not have to be configured here."),
  by: choice(["variant", "route"], "What the groups of users are."),
  route: groupId.optional().describe("Only exposures of this route. Default: of all routes."),
  from: day.openapi({ ...dayFormat, description: `First UTC day. Default: ${DEFAULT_RANGE_DAYS} days before \`to\`.` }),
  to: day.openapi({ ...dayFormat, description: "The UTC day after the last one. Default: tomorrow." }),
  baseline: groupId.optional().describe("The group that others are compared with. Default: the one with most users."),
  mixed: choice(["first", "exclude"], "Users of several groups: they count for their first group, or not at all."),
  unfinished: choice(["include", "exclude"], "Users whose window is not over, or not imported to its end."),
  cuped: choice(["false", "true"], "Whether to adjust by the same measure in an equal window before the exposure."),
  confidence: z
    .string()
    .regex(/^(0\.\d{1,6})?$/, "must be a number such as 0.95")
    .transform(Number)
    .refine((value) => value >= 0.5 && value < 1, "must be at least 0.5 and under 1")
    .optional()
    .openapi({
      type: "string",
      description: `The confidence of the intervals. Default: ${DEFAULT_CONFIDENCE}.`,
      example: "0.95",
    }),
});

/** The options with their defaults filled in. Throws a 400 if the days are not a range. */
export function toResultOptions(query: z.output<typeof resultQuery>, nowMs: number): ResultOptions {
  const tomorrowMs = nowMs - (nowMs % DAY_MS) + DAY_MS;
  const toMs = query.to ?? tomorrowMs;
  const fromMs = query.from ?? Math.max(0, toMs - DEFAULT_RANGE_DAYS * DAY_MS);
  if (fromMs >= toMs) throw invalid([{ path: "from", message: "must be a day before `to`" }]);
  if (toMs - fromMs > MAX_RESULT_RANGE_DAYS * DAY_MS) {
    throw invalid([{ path: "from", message: `must be at most ${MAX_RESULT_RANGE_DAYS} days before \`to\`` }]);
  }
  return {
    by: query.by,
    routeId: query.route ?? null,
    fromMs,
    toMs,
    baseline: query.baseline ?? null,
    multipleExposures: query.mixed,
    incompleteWindow: query.unfinished,
    cuped: query.cuped === "true",
    confidence: query.confidence ?? DEFAULT_CONFIDENCE,
  };
}
