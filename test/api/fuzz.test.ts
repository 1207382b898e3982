// Whatever is sent, the API answers with a shape of its own and never fails: property-based over all writing calls.
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  BIGQUERY_EVENT,
  createHarness,
  createIntegration,
  NEW_BIGQUERY,
  NEW_INTEGRATION,
  type Harness,
} from "../support/api/harness.ts";

let api: Harness;
let one: string;
let bigQuery: string;
beforeAll(async () => {
  api = await createHarness();
  one = `/v1/integrations/${await createIntegration(api.call, "1")}`;
  await api.call(`${one}/events`, { json: { eventId: "purchase" } });
  const { body } = await api.call("/v1/integrations", { json: { ...NEW_BIGQUERY, projectId: "my-project" } });
  bigQuery = `/v1/integrations/${String(body.id)}`;
  await api.call("/v1/routers", { json: { id: "fuzzed", routes: [route] } });
});
afterAll(() => api.close());

const nasty = fc.oneof(
  fc.jsonValue(),
  fc.string({ unit: "binary", maxLength: 300 }),
  fc.constantFrom(
    "\u0000",
    "\ud800",
    "__proto__",
    "constructor",
    "9".repeat(400),
    -0,
    1e308,
    2 ** 53,
    "' or 1=1 --",
    "\u202e",
    "2026-01-01",
  ),
);

/** A valid value with some of its fields replaced, or something else altogether. */
function mutated(valid: Record<string, unknown>) {
  const replaced = fc.dictionary(
    fc.oneof(fc.constantFrom(...Object.keys(valid)), fc.string({ maxLength: 20 })),
    nasty,
    { maxKeys: 3 },
  );
  return fc.oneof(
    nasty,
    replaced.map((fields) => ({ ...valid, ...fields })),
  );
}

const exposure = { alias_id: "a", route_id: "r", variant_id: "v", user: "u", timestamp: 0 };
const upstream = { baseUrl: "https://llm.example", model: "m", apiKey: "k" };
const variant = { id: "v", weight: 1, upstream };
const route = {
  id: "r",
  conditions: { metadata: { a: ["b"] }, models: ["c"] },
  fallbackVariantId: "v",
  variants: [variant],
};
const CALLS: [method: string, path: string, body: fc.Arbitrary<unknown>][] = [
  ["POST", "/v1/exposures", mutated({ exposures: [exposure] })],
  ["POST", "/v1/exposures", fc.array(mutated(exposure), { maxLength: 5 }).map((exposures) => ({ exposures }))],
  [
    "POST",
    "/v1/integrations",
    mutated({ ...NEW_INTEGRATION, region: "eu", projectTime: "utc", importFrom: "2026-01-01" }),
  ],
  [
    "PATCH",
    "ONE",
    mutated({
      export: { enabled: true },
      import: { enabled: false },
      serviceAccountUsername: "a",
      serviceAccountSecret: "b",
    }),
  ],
  ["POST", "ONE/events", mutated({ eventId: "a", description: "b" })],
  ["PATCH", "ONE/events/purchase", mutated({ description: "b" })],
  ["POST", "/v1/integrations", mutated({ ...NEW_BIGQUERY, projectId: "my-project" })],
  [
    "PATCH",
    "BIGQUERY",
    mutated({ export: { enabled: true }, serviceAccountEmail: "a@my-project.iam.gserviceaccount.com" }),
  ],
  ["POST", "BIGQUERY/events", mutated({ ...BIGQUERY_EVENT, description: "b" })],
  ["POST", "/v1/keys", mutated({ name: "a", scopes: ["chat", "read"], expiresAt: "2099-01-31T00:00:00Z" })],
  ["POST", "/v1/routers", mutated({ id: "a", description: "b", routes: [route] })],
  ["POST", "/v1/routers/fuzzed/routes", mutated(route)],
  ["PATCH", "/v1/routers/fuzzed/routes/r", mutated({ conditions: route.conditions, fallbackVariantId: "v" })],
  ["POST", "/v1/routers/fuzzed/routes/r/variants", mutated(variant)],
  ["PATCH", "/v1/routers/fuzzed/routes/r/variants/v", mutated({ weight: 1, upstream })],
  ["PATCH", "/v1/routers/fuzzed/routes/r", mutated(route.conditions).map((conditions) => ({ conditions }))],
];

test.each(CALLS)("%s %s with any JSON: never a 5xx", async (method, path, bodies) => {
  await fc.assert(
    fc.asyncProperty(bodies, async (body) => {
      const at = path.replace("ONE", one).replace("BIGQUERY", bigQuery);
      const answer = await api.call(at, { method, raw: JSON.stringify(body) ?? "null" });
      expect([200, 201, 202, 400, 409]).toContain(answer.status);
      if (answer.status < 400) return;
      expect(answer.headers.get("content-type")).toBe("application/problem+json");
      const errors = answer.body.errors as { path: unknown; message: unknown }[];
      for (const error of errors) expect([typeof error.path, typeof error.message]).toEqual(["string", "string"]);
      expect(errors.length > 0).toBe(answer.status === 400);
    }),
    { numRuns: 150 },
  );
});

test("any bytes as a body, any text as a query and in a path: never a 5xx", async () => {
  const type = fc.constantFrom("application/json", "application/x-ndjson", "text/plain");
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ maxLength: 200 }),
      fc.string({ unit: "binary", maxLength: 40 }),
      type,
      async (raw, text, contentType) => {
        const part = encodeURIComponent(text.replaceAll(/\p{Cs}/gu, "?"));
        const answers = [
          await api.call("/v1/exposures", { raw, headers: { "content-type": contentType } }),
          await api.call(`/v1/integrations?cursor=${part}&limit=${part}`),
          await api.call(`/v1/integrations/${part}`),
          await api.call(`${one}/events/${part}/records?cursor=${part}`),
          await api.call(`${one}/sync/${part}`),
        ];
        for (const answer of answers) expect(answer.status).toBeLessThan(500);
      },
    ),
    { numRuns: 100 },
  );
});
