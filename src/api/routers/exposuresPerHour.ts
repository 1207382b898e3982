// GET /v1/routers/{router}/exposures: how often each variant was exposed, hour by hour.
import { z } from "@hono/zod-openapi";
import { MAX_EXPOSURE_RANGE_DAYS } from "../../domain/limits.ts";
import { isoTime } from "../integrations/responses.ts";
import type { AppDeps } from "../deps.ts";
import { endpoint, type App } from "../../http/endpoint.ts";
import { invalid, notFound } from "../../http/problem.ts";
import { parseRfc3339 } from "../../http/rfc3339.ts";
import { aliasParams } from "./schemas.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const DEFAULT_HOURS = 48;
const MAX_ROWS = 20_000;

const time = z
  .string()
  .optional()
  .transform((text, ctx) => {
    if (text === undefined) return null;
    const ms = parseRfc3339(text);
    if (ms !== null && ms >= 0) return ms;
    ctx.addIssue("must be an RFC 3339 time with an offset");
    return z.NEVER;
  })
  // A pattern instead of `format: date-time`, which an empty one, that counts as absent, does not have.
  .openapi({ type: "string", pattern: "^(\\d{4}-\\d{2}-\\d{2}[Tt]\\d{2}:\\d{2}:\\d{2}.*([Zz]|[+-]\\d{2}:\\d{2}))?$" });
const query = z.object({
  from: time.openapi({ description: `Its hour is the first; default: ${DEFAULT_HOURS} hours before \`to\`.` }),
  to: time.openapi({ description: "Its hour is the last; default: now." }),
});
const answer = z.object({
  hours: z.array(
    z
      .object({
        hour: z.string().openapi({ format: "date-time" }),
        routeId: z.string(),
        variantId: z.string(),
        exposures: z.number().int(),
        users: z.number().int(),
      })
      .openapi("ExposureHour"),
  ),
});

export function registerRouterExposures(app: App, { store }: AppDeps): void {
  const path = "/v1/routers/{router}/exposures";
  const summary = "Exposures and users of each variant per UTC hour, also of a router that is not configured here";
  const definition = { method: "get", path, summary, tag: "routers", params: aliasParams, query, status: 200 } as const;
  endpoint(app, { ...definition, answer }, async (call) => {
    const lastMs = hourOf(call.query.to ?? (await store.nowMs()));
    const fromMs = hourOf(call.query.from ?? Math.max(0, lastMs - (DEFAULT_HOURS - 1) * HOUR_MS));
    if (fromMs > lastMs) throw invalid([{ path: "from", message: "must not be after `to`" }]);
    const toMs = lastMs + HOUR_MS;
    if (toMs - fromMs > MAX_EXPOSURE_RANGE_DAYS * DAY_MS) {
      throw invalid([{ path: "from", message: `must be at most ${MAX_EXPOSURE_RANGE_DAYS} days before \`to\`` }]);
    }
    const range = { fromMs, toMs, limit: MAX_ROWS + 1 };
    const rows = await store.routers.exposures(call.workspaceId, call.params.router, range);
    if (rows === null) throw notFound("router");
    if (rows.length > MAX_ROWS) {
      throw invalid([{ path: "from", message: `over ${MAX_ROWS} lines: ask for fewer hours at once` }]);
    }
    return { hours: rows.map(({ hourMs, ...rest }) => ({ hour: isoTime(hourMs), ...rest })) };
  });
}

function hourOf(ms: number): number {
  return ms - (ms % HOUR_MS);
}
