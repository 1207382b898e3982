// What the calls on variants accept about an upstream: address, secrets, options, price.
import { z } from "@hono/zod-openapi";
import type { UpstreamPolicy } from "../deps.ts";
import { isStorable, storableText } from "../schemas.ts";

const MAX_MODEL_CHARS = 255;
const MAX_API_KEY_CHARS = 1_000;
const MAX_PAIRS = 20;
const MAX_NAME_CHARS = 64;
const MAX_VALUE_CHARS = 1_000;
const MAX_BODY_FIELDS = 50;
const MAX_SET_CHARS = 16_384;
const MAX_TIME_LIMIT_SECONDS = 3_600;
const MAX_USD_PER_MILLION = 1_000_000;

/** What the gateway itself says to an upstream, and what belongs to one connection alone. */
const OWN_HEADERS = new Set([
  "accept-encoding",
  "cdn-loop",
  "connection",
  "content-encoding",
  "content-length",
  "content-type",
  "cookie",
  "expect",
  "host",
  "keep-alive",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);
const headerName = z
  .string()
  .regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}$/, "must be the name of a header")
  .refine((name) => !OWN_HEADERS.has(name.toLowerCase()), "is set by the gateway alone")
  .toLowerCase();
const headerValue = z
  .string()
  .regex(/^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/, "must be printable ASCII without spaces around it")
  .max(MAX_VALUE_CHARS, `must be at most ${MAX_VALUE_CHARS} characters`);
const atMost = (max: number) =>
  [(map: object) => Object.keys(map).length <= max, `must have at most ${max} members`] as const;

const headers = z
  .record(headerName, headerValue)
  .refine(...atMost(MAX_PAIRS))
  .describe("Further headers for the upstream, such as `api-key`. Stored encrypted, never returned.");
const query = z
  .record(storableText(MAX_NAME_CHARS).min(1, "must not be empty"), storableText(MAX_VALUE_CHARS))
  .refine(...atMost(MAX_PAIRS))
  .describe("The query of the upstream's address, such as `api-version`. It is returned: keys belong into `headers`.");

const field = storableText(MAX_NAME_CHARS)
  .min(1, "must not be empty")
  .refine((name) => name !== "model" && name !== "stream", "cannot be changed here");
const body = z
  .strictObject({
    drop: z.array(field).max(MAX_BODY_FIELDS).optional().describe("Fields that the upstream does not get."),
    rename: z
      .record(field, field)
      .refine(...atMost(MAX_BODY_FIELDS))
      .optional()
      .describe("New names of fields."),
    set: z
      .record(field, z.unknown())
      .refine(...atMost(MAX_BODY_FIELDS))
      .refine((map) => isJsonStorable(map), `must be under ${MAX_SET_CHARS} characters, without NUL`)
      .optional()
      .describe("Fields with these values, whatever the call says."),
  })
  .openapi("BodyChanges", {
    description: "Changes of the outermost fields of a call's body: some are dropped, then renamed, then set.",
    example: { rename: { max_tokens: "max_completion_tokens" } },
  });

const seconds = z.number().int("must be a whole number").min(1).max(MAX_TIME_LIMIT_SECONDS);
const options = {
  headers,
  query,
  body,
  forwardUser: z
    .enum(["no", "plain", "hashed"])
    .describe("Whether the upstream gets `user` and `safety_identifier`, as they are or hashed. Default: no."),
  forwardMetadata: z
    .boolean()
    .describe("Whether the upstream gets `metadata` of calls that it does not store. Default: false."),
  firstByteSeconds: seconds.describe("The time in which the upstream must begin to answer."),
  idleSeconds: seconds.describe("The time for which the upstream's answer may be silent."),
  failedStatuses: z
    .array(z.number().int().min(400).max(499))
    .max(100)
    .describe("Statuses with which a call has failed, besides 5xx. Default: 401, 402, 403, 404, 408, 429."),
};

function addressFields(policy: UpstreamPolicy) {
  const baseUrl = z.string().superRefine((url, ctx) => {
    const problem = policy.problemWith(url);
    if (problem !== null) ctx.addIssue(problem);
  });
  return {
    baseUrl: baseUrl.openapi({
      description: "The address that serves the calls, as OpenAI's clients take it.",
      example: "https://api.openai.com/v1",
      pattern: "^https?://[^?#@]+$",
    }),
    model: storableText(MAX_MODEL_CHARS)
      .min(1, "must not be empty")
      .describe("The model that the upstream is asked for."),
    apiKey: z
      .string()
      .regex(/^[\x21-\x7e]+$/, "must be printable characters without spaces")
      .max(MAX_API_KEY_CHARS, `must be at most ${MAX_API_KEY_CHARS} characters`)
      .nullable()
      .describe("The API key for the upstream. Stored encrypted, never returned."),
  };
}

export function newUpstream(policy: UpstreamPolicy) {
  const { baseUrl, model, apiKey } = addressFields(policy);
  return z
    .strictObject({ baseUrl, model, apiKey: apiKey.default(null), ...z.object(options).partial().shape })
    .describe("Where calls of this variant go.");
}

export function upstreamPatch(policy: UpstreamPolicy) {
  const cleared = Object.entries(options).map(([name, schema]) => [name, schema.nullable().optional()]);
  return z
    .strictObject({
      ...z.object(addressFields(policy)).partial().shape,
      // Sound: the same names, each nullable.
      ...(Object.fromEntries(cleared) as {
        [Name in keyof typeof options]: z.ZodOptional<z.ZodNullable<(typeof options)[Name]>>;
      }),
    })
    .describe("The fields of the upstream that change. An option that is null goes back to its default.");
}

const usd = z.number().min(0, "must not be negative").max(MAX_USD_PER_MILLION);
export const price = z
  .strictObject({
    inputPerMillionUsd: usd.describe("Of a million tokens of input."),
    cachedInputPerMillionUsd: usd.optional().describe("Of a million tokens of input from the upstream's cache."),
    outputPerMillionUsd: usd.describe("Of a million tokens of output."),
  })
  .nullable()
  .openapi("TokenPrice", {
    description: "What the upstream's tokens cost; null if that is not known.",
    example: { inputPerMillionUsd: 2.5, outputPerMillionUsd: 10 },
  });

/** The fields of an upstream that are returned. */
export const upstreamResponse = z
  .object({
    baseUrl: z.string().describe("The address that serves the calls, as OpenAI's clients take it."),
    model: z.string().describe("The model that the upstream is asked for."),
    hasApiKey: z.boolean().describe("Whether an API key for the upstream is stored."),
    headerNames: z.array(z.string()).describe("The names of further headers that are stored."),
    query: z.record(z.string(), z.string()).optional().describe("The query of the upstream's address."),
    body: z
      .object({
        drop: z.array(z.string()).optional().describe("Fields that the upstream does not get."),
        rename: z.record(z.string(), z.string()).optional().describe("New names of fields."),
        set: z.record(z.string(), z.unknown()).optional().describe("Fields with these values."),
      })
      .optional()
      .describe("Changes of the outermost fields of a call's body."),
    forwardUser: options.forwardUser.optional(),
    forwardMetadata: options.forwardMetadata.optional(),
    firstByteSeconds: options.firstByteSeconds.optional(),
    idleSeconds: options.idleSeconds.optional(),
    failedStatuses: options.failedStatuses.optional(),
  })
  .describe("Where calls of this variant go.");

/** A text of JSON that PostgreSQL can store, with its escapes. */
function isJsonStorable(value: unknown): boolean {
  const text = JSON.stringify(value);
  return text.length <= MAX_SET_CHARS && isStorable(text) && !/\\u(?:0000|d[89a-f])/i.test(text);
}
