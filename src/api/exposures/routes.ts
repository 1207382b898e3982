// POST /v1/exposures: which user was served by which variant, many at a time, committed before the response.
import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { Exposure } from "../../domain/exposure.ts";
import type { JsonLimits } from "../../domain/jsonScan.ts";
import { MAX_EXPOSURE_BODY_BYTES, MAX_EXPOSURES_PER_CALL } from "../../domain/limits.ts";
import type { Hold } from "../../http/admission/heldBytes.ts";
import { isObject, mediaType, parseJson, readText } from "../../http/body.ts";
import { route } from "../../http/endpoint.ts";
import { callerOf, type App, type Env } from "../../http/env.ts";
import { problemResponses, scopeSentence, securityOf } from "../../http/openApi.ts";
import { invalid, Problem } from "../../http/problem.ts";
import type { AppDeps } from "../deps.ts";
import { checkExposures, FieldErrors, type TimeWindow } from "./records.ts";

const NDJSON_TYPES = ["application/x-ndjson", "application/ndjson", "application/jsonl"] as const;

/** Far more than the fields of as many records as a call may have, blank lines included. */
const LIMITS: JsonLimits = { maxDepth: 8, maxValues: 30 * MAX_EXPOSURES_PER_CALL, maxMembersOfObject: 100 };

// For OpenAPI alone: records.ts checks the same rules without a schema.
const id = (what: string) =>
  z.string().min(1).max(255).describe(`${what} 1 to 255 bytes of UTF-8, without NUL and lone surrogates.`);
const exposure = z
  .strictObject({
    alias_id: id("The router."),
    route_id: id("The route of the router."),
    variant_id: id("The variant that served the user."),
    user: id("The user who was served."),
    timestamp: z
      .union([z.string().openapi({ format: "date-time" }), z.number().int()])
      .optional()
      .describe("When: RFC 3339 with an offset, or epoch milliseconds. At most 5 minutes ahead. Default: now."),
  })
  .openapi("Exposure", { example: { alias_id: "my-router", route_id: "default", variant_id: "gpt", user: "user-17" } });
const exposures = z.array(exposure).max(MAX_EXPOSURES_PER_CALL).describe("The exposures to record.");
const accepted = z.number().int().openapi({ description: "How many exposures were committed.", example: 1 });

export function registerExposures(app: App, deps: AppDeps): void {
  const ndjson = Object.fromEntries(NDJSON_TYPES.map((type) => [type, { schema: exposure }]));
  app.openAPIRegistry.registerPath({
    method: "post",
    path: "/v1/exposures",
    operationId: "recordExposures",
    summary: "Record exposures",
    description:
      "Records which users were served by which variants, as one JSON list or as lines of NDJSON. All exposures of " +
      "a call are committed before the response, or none is: one wrong record is a 400 for the whole call. " +
      scopeSentence("exposures"),
    tags: ["exposures"],
    security: securityOf("exposures"),
    request: {
      body: { required: true, content: { "application/json": { schema: z.strictObject({ exposures }) }, ...ndjson } },
    },
    responses: {
      202: {
        description: "All exposures are committed.",
        content: { "application/json": { schema: z.object({ accepted }) } },
      },
      ...problemResponses([400, 401, 403, 413, 415, 429, 503]),
    },
  });
  route(app, "post", "/v1/exposures", async (c) => {
    const workspaceId = c.get("workspaceId");
    const { exposures: rate, exposureBytes: byteRate, bytes, turns } = c.get("admission");
    rate.check(workspaceId);
    byteRate.check(workspaceId);
    const hold = bytes.hold(workspaceId);
    try {
      // The size is checked before the content: a body that is too large is not parsed.
      const [type = ""] = (c.req.header("content-type") ?? "").toLowerCase().split(";");
      const isLines = type.trim() !== "application/json";
      const text = await readText(c.req.raw, { maxBytes: MAX_EXPOSURE_BODY_BYTES, limits: LIMITS, isLines, hold });
      byteRate.count(workspaceId, Buffer.byteLength(text));
      const committed = await turns.ingests.run(workspaceId, callerOf(c), async () => {
        // Calls that waited for a turn meanwhile may have used up the rate.
        rate.check(workspaceId);
        return await ingest(deps, c, text, hold);
      });
      return c.json({ accepted: committed }, 202);
    } finally {
      hold.release();
    }
  });
}

/** So many records of a call are a piece of work. */
const PIECE_RECORDS = 1_000;

async function ingest(deps: AppDeps, c: Context<Env>, text: string, hold: Hold): Promise<number> {
  const workspaceId = c.get("workspaceId");
  const type = mediaType(c.req.raw, ["application/json", ...NDJSON_TYPES]);
  const errors = new FieldErrors();
  let startedMs = performance.now();
  const rest = async () => {
    await hold.nextPiece(performance.now() - startedMs);
    startedMs = performance.now();
  };
  const records = type === "application/json" ? recordsOfJson(text, errors) : recordsOfLines(text);
  c.get("admission").exposures.count(workspaceId, records.length);
  const window = await timeWindow(deps, records);
  const checked: Exposure[] = [];
  for (let from = 0; from < records.length; from += PIECE_RECORDS) {
    if (records.length > PIECE_RECORDS) await rest();
    const piece = { from, to: from + PIECE_RECORDS };
    for (const one of checkExposures(records, window, errors, piece)) checked.push(one);
  }
  if (errors.total > 0) throw invalid(errors.listed, errors.total);
  if (checked.length > 0) await deps.store.exposures.ingest(workspaceId, checked);
  deps.metrics.countExposures(checked.length);
  return checked.length;
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

/** One record per line; blank lines are skipped. A line that is not JSON becomes a record that is not an object. */
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

/** Asks for PostgreSQL's clock only if a record has a timestamp. */
async function timeWindow(deps: AppDeps, records: unknown[]): Promise<TimeWindow | null> {
  const hasTimestamps = records.some((record) => isObject(record) && record.timestamp !== undefined);
  return hasTimestamps ? { nowMs: await deps.store.nowMs(), maxAgeDays: deps.exposureMaxAgeDays } : null;
}
