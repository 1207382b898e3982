// POST /v1/exposures: who was served by which variant, many at a time, committed before the answer.
import type { Exposure } from "../../domain/exposure.ts";
import { z } from "@hono/zod-openapi";
import { MAX_EXPOSURE_BODY_BYTES, MAX_EXPOSURES_PER_CALL } from "../../domain/limits.ts";
import { ExposureTimeError } from "../../store/store.ts";
import { mediaType, parseJson, readText } from "../../http/body.ts";
import type { AppDeps } from "../deps.ts";
import { handle, problemResponses, SECURITY, type App } from "../../http/endpoint.ts";
import { checkExposures, FieldErrors, isObject, type TimeWindow } from "./records.ts";
import { invalid, Problem } from "../../http/problem.ts";

const PATH = "/v1/exposures";
const NDJSON_TYPES = ["application/x-ndjson", "application/ndjson", "application/jsonl"] as const;

// For OpenAPI alone: exposureRecords.ts checks the same rules without a schema.
const id = z.string().min(1).max(255).openapi({ description: "1 to 255 bytes of UTF-8, no NUL, no lone surrogate." });
const exposure = z
  .strictObject({
    alias_id: id,
    route_id: id,
    variant_id: id,
    user: id,
    timestamp: z
      .union([z.string().openapi({ format: "date-time" }), z.number().int()])
      .optional()
      .openapi({
        description: "RFC 3339 with an offset, or epoch milliseconds; now if absent. At most 5 minutes ahead.",
      }),
  })
  .openapi("Exposure");
const exposures = z.strictObject({ exposures: z.array(exposure).max(MAX_EXPOSURES_PER_CALL) });
const accepted = z.object({ accepted: z.number().int() });

export function registerExposures(app: App, deps: AppDeps): void {
  const ndjson = Object.fromEntries(NDJSON_TYPES.map((type) => [type, { schema: exposure }]));
  app.openAPIRegistry.registerPath({
    method: "post",
    path: PATH,
    summary: "Record exposures",
    tags: ["exposures"],
    security: SECURITY,
    request: { body: { required: true, content: { "application/json": { schema: exposures }, ...ndjson } } },
    responses: {
      202: { description: "All are committed.", content: { "application/json": { schema: accepted } } },
      ...problemResponses([400, 401, 403, 413, 415, 429]),
    },
  });
  handle(app, "post", PATH, async (c) => {
    // Size before content: a body that is too large is not looked at.
    const text = await readText(c.req.raw, MAX_EXPOSURE_BODY_BYTES);
    const type = mediaType(c.req.raw, ["application/json", ...NDJSON_TYPES]);
    const errors = new FieldErrors();
    const records = type === "application/json" ? recordsOfJson(text, errors) : recordsOfLines(text);
    const checked = checkExposures(records, await timeWindow(deps, records), errors);
    if (errors.total > 0) throw invalid(errors.listed, errors.total);
    if (checked.length > 0) await ingest(deps, c.get("workspaceId"), checked);
    deps.metrics.countExposures(checked.length);
    return c.json({ accepted: checked.length }, 202);
  });
}

function recordsOfJson(text: string, errors: FieldErrors): unknown[] {
  const body = parseJson(text);
  if (!isObject(body)) throw invalid([{ path: "", message: "must be an object with the list `exposures`" }]);
  const list = body.exposures;
  if (Array.isArray(list)) limitCount(list.length);
  for (const field of Object.keys(body)) {
    if (field !== "exposures") errors.add(field.slice(0, 100), "unknown field");
  }
  if (Array.isArray(list)) return list;
  errors.add("exposures", list === undefined ? "is required" : "must be a list");
  return [];
}

/** One record a line; blank lines do not count. A line that is no JSON becomes a record that is no object. */
function recordsOfLines(text: string): unknown[] {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  limitCount(lines.length);
  return lines.map((line) => {
    try {
      return JSON.parse(line) as unknown;
    } catch {
      return undefined;
    }
  });
}

function limitCount(records: number): void {
  if (records <= MAX_EXPOSURES_PER_CALL) return;
  throw new Problem(413, `${records} records are more than ${MAX_EXPOSURES_PER_CALL}. Send fewer in one call.`);
}

/** Asks for PostgreSQL's clock where a record brings its own time. */
async function timeWindow(deps: AppDeps, records: unknown[]): Promise<TimeWindow | null> {
  const isTimed = records.some((record) => isObject(record) && record.timestamp !== undefined);
  return isTimed ? { nowMs: await deps.store.nowMs(), maxAgeDays: deps.exposureMaxAgeDays } : null;
}

async function ingest(deps: AppDeps, workspaceId: string, checked: Exposure[]): Promise<void> {
  try {
    await deps.store.exposures.ingest(workspaceId, checked);
  } catch (error) {
    // The store checks again in its transaction: a time can fall out of the window in between.
    if (!(error instanceof ExposureTimeError)) throw error;
    throw invalid([{ path: `exposures[${error.index}].timestamp`, message: error.message }]);
  }
}
