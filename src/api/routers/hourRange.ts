// A range of hours as callers give it: two times, both within it.
import { z } from "@hono/zod-openapi";
import { MAX_EXPOSURE_RANGE_DAYS } from "../../domain/limits.ts";
import { invalid } from "../../http/problem.ts";
import { parseRfc3339 } from "../rfc3339.ts";
import type { NowMs } from "../schemas.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const DEFAULT_HOURS = 48;
const hourOf = (ms: number): number => ms - (ms % HOUR_MS);

const bound = z
  .string()
  .optional()
  .transform((text, ctx) => {
    if (text === undefined) return null;
    const ms = parseRfc3339(text);
    if (ms !== null && ms >= 0) return ms;
    ctx.addIssue("must be an RFC 3339 time with an offset");
    return z.NEVER;
  })
  // A pattern in place of `format: date-time`, because an empty text counts as absent.
  .openapi({ type: "string", pattern: "^(\\d{4}-\\d{2}-\\d{2}[Tt]\\d{2}:\\d{2}:\\d{2}.*([Zz]|[+-]\\d{2}:\\d{2}))?$" });

export const rangeQuery = z.object({
  from: bound.openapi({ description: `A time in the first hour. Default: ${DEFAULT_HOURS} hours before \`to\`.` }),
  to: bound.openapi({ description: "A time in the last hour. Default: now." }),
});

/** fromMs <= hour < toMs. Throws a Problem 400 if the range is empty or too long. */
export async function hourRange(
  { from, to }: z.output<typeof rangeQuery>,
  nowMs: NowMs,
): Promise<{ fromMs: number; toMs: number }> {
  const lastMs = hourOf(to ?? (await nowMs()));
  const fromMs = hourOf(from ?? Math.max(0, lastMs - (DEFAULT_HOURS - 1) * HOUR_MS));
  if (fromMs > lastMs) throw invalid([{ path: "from", message: "must not be after `to`" }]);
  const toMs = lastMs + HOUR_MS;
  if (toMs - fromMs > MAX_EXPOSURE_RANGE_DAYS * DAY_MS) {
    throw invalid([{ path: "from", message: `must be at most ${MAX_EXPOSURE_RANGE_DAYS} days before \`to\`` }]);
  }
  return { fromMs, toMs };
}
