// A bucket's event: same bytes every time, an $insert_id that Mixpanel takes and that no two keys share.
import fc from "fast-check";
import { expect, test } from "vitest";
import { createEncoder, insertId } from "../../../../src/providers/mixpanel/export/encodeEvent.ts";
import { bucketOf } from "../../../support/providers/mixpanel.ts";

const id = fc.string({ unit: "binary", minLength: 1, maxLength: 8 });
const key = fc.record({ aliasId: id, routeId: id, variantId: id, userId: id, hourMs: fc.nat(5) });

test("the event holds what Mixpanel needs and nothing of the revision", () => {
  const encode = createEncoder("Inworld Router Exposure", "w-1");
  const bucket = bucketOf(7, { userId: 'ann "é" 🚀\n', sealedTimeMs: 1_700_000_000_123 });
  const { text } = encode(bucket);
  expect(JSON.parse(text)).toEqual({
    event: "Inworld Router Exposure",
    properties: {
      time: 1_700_000_000_123,
      distinct_id: 'ann "é" 🚀\n',
      $insert_id: insertId("w-1", bucket),
      alias_id: "checkout",
      route_id: "default",
      variant_id: "v1",
      ip: 0,
    },
  });
  const revised = { ...bucket, seq: 99, timeMs: bucket.timeMs + 5 };
  expect(encode(revised).text).toBe(text);
});

test("usage joins the event under the API's names, without what is not known, and changes no id", () => {
  const encode = createEncoder("Inworld Router Exposure", "w-1");
  const bucket = bucketOf(7);
  const usage = { inputTokens: 12, outputTokens: 0, costUsd: 0.0015, latencyMs: 812.5, ttftMs: null };
  const [plain, told] = [encode(bucket), encode({ ...bucket, usage })];
  const { properties } = JSON.parse(plain.text) as { properties: object };
  expect(JSON.parse(told.text)).toMatchObject({
    properties: { ...properties, input_tokens: 12, output_tokens: 0, cost_usd: 0.0015, latency_ms: 812.5 },
  });
  expect(told.text).not.toContain("ttft_ms");
  expect(told.insertId).toBe(plain.insertId);
});

test("an $insert_id is at most 36 of the characters that Mixpanel allows, and fixed for ever", () => {
  const bucket = bucketOf(1, { hourMs: 0, userId: "u" });
  expect(insertId("w", bucket)).toMatch(/^[A-Za-z0-9-]{1,36}$/);
  // Changing how it is made would send every bucket a second time under another id.
  expect(insertId("w", bucket)).toBe("f454c49f9e926d321336db7e0028cae2");
});

test("different keys never share an $insert_id, wherever their parts are cut", () => {
  fc.assert(
    fc.property(key, key, id, id, (a, b, workspaceA, workspaceB) => {
      const same = JSON.stringify([workspaceA, a]) === JSON.stringify([workspaceB, b]);
      expect(insertId(workspaceA, bucketOf(1, a)) === insertId(workspaceB, bucketOf(2, b))).toBe(same);
    }),
  );
  const shifted = bucketOf(1, { aliasId: "a", routeId: "bc" });
  expect(insertId("w", shifted)).not.toBe(insertId("w", { ...shifted, aliasId: "ab", routeId: "c" }));
});
