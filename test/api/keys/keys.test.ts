// API keys over HTTP: each call of the document refuses keys without its scope, and a revoked key stops everywhere.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SCOPES, type Scope } from "../../../src/domain/apiKey.ts";
import { eventually } from "../../support/eventually.ts";
import { createHarness, pathsOf, type Answer, type Call, type Harness } from "../../support/api/harness.ts";

const OURS = { origin: "http://localhost", "sec-fetch-site": "same-origin" };
/** Within this time every server refuses a revoked key. */
const REVOKED_WITHIN_MS = 2_000;

let api: Harness;
beforeAll(async () => {
  api = await createHarness();
});
afterAll(() => api.close());

async function newKey(scopes: Scope[], expiresAt?: string): Promise<{ id: string; key: string; call: Call }> {
  const { status, body } = await api.call("/v1/keys", { json: { name: "a key", scopes, expiresAt } });
  if (status !== 201) throw new Error(`no key: ${JSON.stringify(body)}`);
  const { id, key } = body as { id: string; key: string };
  return { id, key, call: api.callAs(`Bearer ${key}`) };
}

interface Operation {
  method: string;
  path: string;
  scope: string | undefined;
}

/** All calls of the document that need a key, with the scope that it names. */
async function operations(): Promise<Operation[]> {
  const { body } = await api.call("/openapi.json");
  const paths = body.paths as Record<string, Record<string, { security: { apiKey?: string[] }[] }>>;
  return Object.entries(paths)
    .flatMap(([path, methods]) => Object.entries(methods).map(([method, { security }]) => ({ method, path, security })))
    .filter(({ security }) => security.length > 0)
    .map(({ method, path, security }) => ({
      method: method.toUpperCase(),
      path: path.replaceAll(/\{\w+\}/g, "none"),
      scope: security[0]?.apiKey?.[0],
    }));
}

describe("scopes", () => {
  test.each(SCOPES)("a key for %s alone is refused by all calls but its own", async (scope) => {
    const { call } = await newKey([scope]);
    const all = await operations();
    expect(new Set(all.map((one) => one.scope))).toEqual(new Set(SCOPES));
    for (const operation of all) {
      const { method, path } = operation;
      // The gateway's calls need Node's own server: its tests have them.
      if (operation.scope === "chat" && (scope === "chat" || scope === "admin")) continue;
      const answer = await call(path, { method, ...(method !== "GET" && { json: {} }) });
      const isAllowed = scope === "admin" || scope === operation.scope;
      const found = { path, method, isForbidden: answer.status === 403 };
      expect(found).toEqual({ path, method, isForbidden: !isAllowed });
    }
  });

  test("only these calls are open to keys that cannot change anything else", async () => {
    const of = async (scope: Scope) =>
      (await operations()).filter((one) => one.scope === scope).map(({ method, path }) => `${method} ${path}`);
    expect(await of("chat")).toEqual([
      ...["chat/completions", "responses", "embeddings"].map((name) => `POST /v1/${name}`),
      "GET /v1/models",
      "GET /v1/models/none",
    ]);
    expect(await of("exposures")).toEqual(["POST /v1/exposures"]);
    const changing = (await of("read")).filter((call) => !call.startsWith("GET "));
    expect(changing).toEqual(["DELETE /v1/session"]);
  });

  test("a leaked gateway key neither reads data nor deletes integrations nor makes keys", async () => {
    const { key, call } = await newKey(["chat", "exposures"]);
    const tries: [string, Parameters<Call>[1]?][] = [
      ["/v1/integrations/int_1/events/purchase/records"],
      ["/v1/integrations/int_1", { method: "DELETE" }],
      ["/v1/keys", { json: { name: "more", scopes: ["admin"] } }],
      ["/v1/no-such-call"],
    ];
    for (const [path, options] of tries) expect(await call(path, options)).toMatchObject({ status: 403 });
    const head = { method: "HEAD", headers: { authorization: `Bearer ${key}` } };
    expect(await api.app.request("/v1/integrations", head)).toMatchObject({ status: 403 });
    expect(await call("/v1/keys")).toMatchObject({ body: { detail: expect.stringContaining("`read`") } });
    const reader = await newKey(["read"]);
    const chat = await reader.call("/v1/chat/completions", { json: {} });
    expect(chat.body).toMatchObject({ error: { message: expect.stringContaining("`chat`") } });
  });
});

describe("creating, listing, revoking", () => {
  test("the key is in the response alone, and belongs to the workspace", async () => {
    const { id, key } = await newKey(["read", "chat", "read"], "2099-01-31T00:00:00+01:00");
    const list = await api.call("/v1/keys?limit=1000");
    const keys = list.body.keys as { id: string }[];
    expect(keys.find((one) => one.id === id)).toEqual({
      id,
      name: "a key",
      scopes: ["chat", "read"],
      hint: key.slice(0, 8),
      createdAt: expect.any(String),
      lastUsedAt: null,
      expiresAt: "2099-01-30T23:00:00.000Z",
    });
    expect(list.text).not.toContain(key);
    expect(api.log.text).not.toContain(key);
    const others = await api.callOther("/v1/keys?limit=1000");
    expect(others.text).not.toContain(id);
    expect(await api.callOther(`/v1/keys/${id}`, { method: "DELETE" })).toMatchObject({ status: 404 });
  });

  test("wrong bodies are refused with the fields that are wrong", async () => {
    const good = { name: "a key", scopes: ["read"] };
    const wrong: [object, string[]][] = [
      [{}, ["name", "scopes"]],
      [{ ...good, name: "" }, ["name"]],
      [{ ...good, scopes: [] }, ["scopes"]],
      [{ ...good, scopes: ["everything"] }, ["scopes[0]"]],
      [{ ...good, expiresAt: "2020-01-31T00:00:00Z" }, ["expiresAt"]],
      [{ ...good, expiresAt: "tomorrow" }, ["expiresAt"]],
      [{ ...good, workspaceId: "ws_1" }, ["workspaceId"]],
    ];
    for (const [json, paths] of wrong) {
      const answer: Answer = await api.call("/v1/keys", { json });
      expect({ status: answer.status, paths: pathsOf(answer).toSorted() }).toEqual({ status: 400, paths });
    }
  });

  test("a revoked key stops within two seconds, though it was just used", async () => {
    const { id, call } = await newKey(["read"]);
    expect(await call("/v1/routers")).toMatchObject({ status: 200 });
    expect(await api.call(`/v1/keys/${id}`, { method: "DELETE" })).toMatchObject({ status: 204 });
    await eventually(
      () => call("/v1/routers"),
      ({ status }) => status === 401,
      REVOKED_WITHIN_MS,
    );
    expect(await api.call(`/v1/keys/${id}`, { method: "DELETE" })).toMatchObject({ status: 404 });
  });
});

describe("sessions", () => {
  const signIn = (apiKey: string) => api.callAs(null)("/v1/session", { json: { apiKey }, headers: OURS });
  const cookieOf = (answer: Answer) => /^[^;]*/.exec(answer.headers.get("set-cookie") ?? "")?.[0] ?? "";

  test("a session may do what its key may", async () => {
    const { id, key } = await newKey(["read", "chat"]);
    const opened = await signIn(key);
    expect(opened).toMatchObject({ status: 201, body: { scopes: ["chat", "read"] } });
    const headers = { ...OURS, cookie: cookieOf(opened) };
    const browser = api.callAs(null);
    expect(await browser("/v1/session", { headers })).toMatchObject({ body: { scopes: ["chat", "read"] } });
    expect(await browser("/v1/integrations", { headers })).toMatchObject({ status: 200 });
    const json = { name: "more", scopes: ["admin"] };
    expect(await browser("/v1/keys", { json, headers })).toMatchObject({ status: 403 });
    await api.call(`/v1/keys/${id}`, { method: "DELETE" });
    expect(await browser("/v1/integrations", { headers })).toMatchObject({ status: 401 });
  });

  test("everybody who can sign in can sign out; a key that cannot read does not sign in", async () => {
    const reader = await newKey(["read"]);
    const headers = { ...OURS, cookie: cookieOf(await signIn(reader.key)) };
    expect(await api.callAs(null)("/v1/session", { method: "DELETE", headers })).toMatchObject({ status: 204 });
    const gateway = await newKey(["chat", "exposures"]);
    const refused = await signIn(gateway.key);
    expect(refused).toMatchObject({ status: 403, body: { detail: expect.stringContaining("`read`") } });
    expect(refused.headers.has("set-cookie")).toBe(false);
  });
});
