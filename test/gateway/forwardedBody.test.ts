// The body that an upstream gets, over random bodies and changes: what JSON.parse sees, and every other byte as it came.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Upstream } from "../../src/domain/router.ts";
import { readCallBody, scanCallBody } from "../../src/gateway/callBody.ts";
import { forwardedBody, hashUser } from "../../src/gateway/forwardedBody.ts";

const OPENAI = { baseUrl: "https://api.openai.com/v1", model: "gpt" };

function forward(
  text: string,
  upstream: Partial<Upstream> = {},
  user: string | null = "ann",
  isStoredByDefault = false,
) {
  const bytes = Buffer.from(text);
  const scan = scanCallBody();
  scan.push(bytes);
  const body = readCallBody(bytes, scan);
  const call = { user, isStoredByDefault, hashUser: (id: string) => `hash of ${id}` };
  return Buffer.concat(forwardedBody(body, { ...OPENAI, ...upstream }, call)).toString();
}

describe("without options", () => {
  test("all bytes stay but those of the model: digits, order, white space, unknown and doubled fields", () => {
    const text = `{ "seed": 12345678901234567890, "mod\\u0065l" : "first",
      "x": [{"model":"inner \\"}"}], "n":1.10e+2, "model":"inworld/one" , "ünknown": {"a":"]}"} }`;
    expect(forward(text)).toBe(text.replace('"first"', '"gpt"').replace('"inworld/one"', '"gpt"'));
  });

  test.each([
    ['{"user":"ann","model":"m","n":1}', '{"model":"gpt","n":1}'],
    ['{"model":"m", "user":"ann"}', '{"model":"gpt"}'],
    ['{"model":"m","user":"ann","n":1}', '{"model":"gpt","n":1}'],
    ['{ "user":"a","safety_identifier":"b","user":"c","model":"m" }', '{ "model":"gpt" }'],
    ['{"model":"m","metadata":{"plan":"pro"},"store":false}', '{"model":"gpt","store":false}'],
  ])("%s loses who it is for and what only routing needs", (text, sent) => {
    expect(forward(text)).toBe(sent);
  });

  test("metadata goes on with a call that is stored", () => {
    const text = '{"model":"gpt","metadata":{"a":"b"},"store":true}';
    expect(forward(text, {}, null)).toBe(text);
    expect(forward('{"model":"gpt","metadata":{"a":"b"}}', { forwardMetadata: true })).toContain("metadata");
  });
});

describe("whether metadata goes on is decided by the `store` that is sent", () => {
  const call = (store: string) => `{"model":"m",${store}"metadata":{"plan":"pro"}}`;
  test.each([
    ['"store":true,', { set: { store: false } }, true, false],
    ['"store":true,', { set: { store: null } }, false, false],
    ['"store":false,', { set: { store: true } }, false, true],
    ['"store":true,', { drop: ["store"] }, false, false],
    ['"store":false,', { drop: ["store"] }, true, true],
    ['"store":true,', { rename: { store: "keep" } }, false, false],
    ['"keep":false,', { rename: { keep: "store" } }, true, false],
    ['"keep":true,"store":false,', { rename: { keep: "store" } }, true, false],
    ['"store":false,"store" : true ,', {}, false, true],
    ['"store":null,', {}, true, true],
    ["", {}, true, true],
  ])("%s changed by %j, stored by default: %s", (store, body, isStoredByDefault, isForwarded) => {
    expect(forward(call(store), { body }, null, isStoredByDefault).includes("metadata")).toBe(isForwarded);
  });
});

describe("the user", () => {
  test.each([
    ["plain", '{"model":"m","user":"ann"}', '{"model":"gpt","user":"ann"}'],
    ["hashed", '{"model":"m","user":"ann"}', '{"model":"gpt","user":"hash of ann"}'],
    ["hashed", '{"safety_identifier":"ann","model":"m"}', '{"safety_identifier":"hash of ann","model":"gpt"}'],
    ["plain", '{"model":"m"}', '{"model":"gpt","user":"ann"}'],
    ["plain", '{"model":"m","user":17}', '{"model":"gpt","user":"ann"}'],
    ["hashed", '{"user":"a","user":"b","model":"m"}', '{"user":"hash of b","user":"hash of b","model":"gpt"}'],
  ] as const)("%s: %s", (forwardUser, text, sent) => {
    expect(forward(text, { forwardUser })).toBe(sent);
  });

  test("of a header takes the name that the variant gives it", () => {
    const body = { rename: { user: "safety_identifier" } };
    expect(forward('{"model":"m"}', { forwardUser: "plain", body })).toBe('{"model":"gpt","safety_identifier":"ann"}');
  });

  test("is hashed with a key, per workspace, within OpenAI's limit", () => {
    const key = Buffer.alloc(32, 1);
    expect(hashUser(key, "w", "ann")).toMatch(/^[0-9a-f]{64}$/);
    const others = [hashUser(key, "w2", "ann"), hashUser(Buffer.alloc(32, 2), "w", "ann"), hashUser(key, "w", "bea")];
    expect(others).not.toContain(hashUser(key, "w", "ann"));
  });
});

test("a name of 64 characters is found, however it is written", () => {
  const name = "\u{1f600}".repeat(64);
  const escaped = Array.from({ length: name.length }, (_, at) => `\\u${name.charCodeAt(at).toString(16)}`).join("");
  expect(forward(`{"model":"m","${escaped}":1}`, { body: { drop: [name] } })).toBe('{"model":"gpt"}');
});

test("two fields swap their names, and one moves on where another takes its place", () => {
  const swapped = { rename: { a: "b", b: "a" } };
  expect(forward('{"model":"m","a":1,"b":2}', { body: swapped })).toBe('{"model":"gpt","b":1,"a":2}');
  const moved = { rename: { a: "b", b: "c" } };
  expect(forward('{"model":"m","a":1,"b":2}', { body: moved })).toBe('{"model":"gpt","b":1,"c":2}');
});

test("drop, then rename, then set, over any body: what JSON.parse would make of it", () => {
  const names = fc.constantFrom<string[]>("a", "b", "c", "d", 'q"\\', "ü");
  const values = fc.jsonValue({ maxDepth: 3 });
  const changes = fc.record({
    drop: fc.array(names, { maxLength: 3 }),
    rename: fc.dictionary(names, names, { maxKeys: 2 }),
    set: fc.dictionary(names, values, { maxKeys: 3 }),
  });
  const space = fc.constantFrom(undefined, 1, "\t");
  fc.assert(
    fc.property(fc.dictionary(names, values), changes, space, fc.nat(6), (fields, body, indent, at) => {
      const entries = Object.entries(fields);
      const source = Object.fromEntries([...entries.slice(0, at), ["model", "m"], ...entries.slice(at)]);
      const sent = JSON.parse(forward(JSON.stringify(source, null, indent), { body }, null)) as object;
      const expected = new Map<string, unknown>();
      for (const [name, value] of Object.entries(source)) {
        if (body.drop.includes(name)) continue;
        const newName = Object.hasOwn(body.rename, name) ? body.rename[name] : undefined;
        const stands = (other: string) =>
          Object.hasOwn(source, other) && !body.drop.includes(other) && !Object.hasOwn(body.rename, other);
        const isTaken = newName !== undefined && stands(newName);
        if (!isTaken) expected.set(newName ?? name, value);
      }
      for (const [name, value] of Object.entries(body.set)) expected.set(name, value);
      expected.set("model", "gpt");
      expect(sent).toEqual(JSON.parse(JSON.stringify(Object.fromEntries(expected))));
    }),
    { numRuns: 500 },
  );
});
