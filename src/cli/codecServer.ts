// The codec server: decrypts payloads for Temporal's UI and CLI, for callers that show the operators' token.
import { createHash, timingSafeEqual } from "node:crypto";
import { Hono } from "hono";
import { cors } from "hono/cors";
import { z } from "zod";
import type { CodecServerConfig } from "../config/codecServer.ts";
import { createPayloadCodec, PayloadKeyError } from "../encryption/payloadCodec.ts";
import { mediaType, parseJson, readText } from "../http/body.ts";
import { Problem, problemResponse } from "../http/problem.ts";
import { createHttpServer, drain, listen, toHostAndPort } from "../server.ts";
import { createLogger } from "../telemetry/logging.ts";

/** Temporal refuses larger messages. */
const MAX_BODY_BYTES = 4 * 1024 * 1024;
const LIMITS = { maxDepth: 6, maxValues: 200_000, maxMembersOfObject: 1_000 };
const base64 = z.base64();
const bodySchema = z.object({
  payloads: z
    .array(z.object({ metadata: z.record(z.string(), base64).optional(), data: base64.optional() }))
    .optional(),
});

type Config = Pick<CodecServerConfig, "token" | "keys" | "uiOrigin">;

/**
 * `POST /decode` and `/encode` as Temporal describes a remote codec. The token is in `Authorization: Bearer …`, or is
 * the first part of the path, because the UI has no other way to show one.
 */
export function createCodecApp({ token, keys, uiOrigin }: Config): Hono {
  const app = new Hono();
  const codec = createPayloadCodec({ keys, encrypts: true });
  const headers = ["authorization", "content-type", "x-namespace", "authorization-extras"];
  if (uiOrigin !== undefined) {
    app.use(cors({ origin: uiOrigin, allowMethods: ["POST"], allowHeaders: headers, credentials: true, maxAge: 600 }));
  }
  for (const name of ["encode", "decode"] as const) {
    const answer = async (request: Request) => {
      mediaType(request, ["application/json"]);
      const text = await readText(request, { maxBytes: MAX_BODY_BYTES, limits: LIMITS });
      const body = bodySchema.safeParse(parseJson(text));
      if (!body.success) throw new Problem(400, "The body is not a list of payloads of Temporal.");
      const payloads = await codec[name]((body.data.payloads ?? []).map(fromJson));
      return Response.json({ payloads: payloads.map(toJson) }, { headers: { "cache-control": "no-store" } });
    };
    app.post(`/${name}`, (c) => {
      const [scheme = "", shown = ""] = (c.req.header("authorization") ?? "").split(" ");
      if (scheme.toLowerCase() !== "bearer" || !isSame(shown, token)) throw new Problem(401, "The token is wrong.");
      return answer(c.req.raw);
    });
    app.post(`/:token/${name}`, (c) => {
      if (!isSame(c.req.param("token"), token)) throw new Problem(401, "The token is wrong.");
      return answer(c.req.raw);
    });
  }
  app.notFound(() => problemResponse(new Problem(404, "There is only POST /decode and POST /encode.")));
  app.onError((error) => {
    if (error instanceof Problem) return problemResponse(error);
    if (error instanceof PayloadKeyError) return problemResponse(new Problem(400, error.message));
    throw error;
  });
  return app;
}

export async function startCodecServer(config: CodecServerConfig): Promise<{ url: string; stop(): Promise<void> }> {
  const app = createCodecApp(config);
  const server = createHttpServer((request) => app.fetch(request));
  const url = await listen(server, toHostAndPort(config.address));
  createLogger(config.logLevel).info({ url }, "codec server is up");
  return { url, stop: () => drain(server) };
}

/** Takes the same time for every wrong token. */
function isSame(shown: string, token: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(shown), digest(token));
}

type JsonPayload = NonNullable<z.output<typeof bodySchema>["payloads"]>[number];

function fromJson({ metadata = {}, data = "" }: JsonPayload) {
  const decoded = Object.entries(metadata).map(([key, value]) => [key, Buffer.from(value, "base64")] as const);
  return { metadata: Object.fromEntries(decoded), data: Buffer.from(data, "base64") };
}

function toJson(payload: { metadata?: Record<string, Uint8Array> | null; data?: Uint8Array | null }): JsonPayload {
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64");
  const metadata = Object.entries(payload.metadata ?? {}).map(([key, value]) => [key, text(value)] as const);
  return { metadata: Object.fromEntries(metadata), data: text(payload.data ?? new Uint8Array()) };
}
