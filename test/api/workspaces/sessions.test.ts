// Sessions of browsers: the cookie, what it opens, and that nobody else's page can use it.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createHarness, type Answer, type Call, type Harness } from "../../support/api/harness.ts";

const OURS = { origin: "http://localhost", "sec-fetch-site": "same-origin" };
let api: Harness;
let browser: Call;
beforeAll(async () => {
  api = await createHarness();
  browser = api.callAs(null);
});
afterAll(() => api.close());

const signIn = (call: Call, apiKey: string, headers: Record<string, string> = OURS) =>
  call("/v1/session", { json: { apiKey }, headers });

/** What a browser sends back of the cookie that it was given. */
function cookieOf(answer: Answer): string {
  return /^[^;]*/.exec(answer.headers.get("set-cookie") ?? "")?.[0] ?? "";
}

describe("signing in", () => {
  test("a key becomes a cookie that no script and no other site's page gets hold of", async () => {
    const answer = await signIn(browser, api.workspace.apiKey);
    const workspace = { id: api.workspace.workspaceId, name: "one" };
    expect(answer).toMatchObject({ status: 201, body: { workspace } });
    const attributes = (answer.headers.get("set-cookie") ?? "").split("; ").slice(1);
    expect(attributes.toSorted()).toEqual(["HttpOnly", "Path=/", "SameSite=Strict"]);
    const cookie = cookieOf(answer);
    expect(cookie).toMatch(/^crosscurrent_session=[\w-]{43}$/);
    expect(await browser("/v1/session", { headers: { cookie } })).toMatchObject({ status: 200, body: { workspace } });
    expect(api.log.text).not.toContain(cookie.split("=")[1]);
  });

  test("what is no key opens nothing", async () => {
    for (const apiKey of ["cck_unknown", "x", `${api.workspace.apiKey}x`]) {
      const answer = await signIn(browser, apiKey);
      expect(answer.status).toBe(401);
      expect(answer.headers.has("set-cookie")).toBe(false);
    }
    for (const json of [{}, { apiKey: "" }, { apiKey: "x".repeat(201) }, { apiKey: "x", more: 1 }]) {
      expect(await browser("/v1/session", { json, headers: OURS })).toMatchObject({ status: 400 });
    }
  });

  test("nobody else's page signs a browser in", async () => {
    const pages: Record<string, string>[] = [
      { origin: "https://evil.example" },
      { "sec-fetch-site": "cross-site" },
      { origin: "null" },
    ];
    for (const headers of pages) {
      expect(await signIn(browser, api.workspace.apiKey, headers)).toMatchObject({ status: 403 });
    }
  });
});

describe("a session", () => {
  let cookie: string;
  beforeAll(async () => {
    cookie = cookieOf(await signIn(browser, api.workspace.apiKey));
  });

  test("reads what its workspace has, and of no other", async () => {
    const { body } = await api.callOther("/v1/integrations", {
      json: { provider: "mixpanel", projectId: "7", serviceAccountUsername: "u", serviceAccountSecret: "s" },
    });
    const headers = { cookie };
    expect(await browser("/v1/integrations", { headers })).toMatchObject({ status: 200, body: { integrations: [] } });
    expect(await browser(`/v1/integrations/${String(body.id)}`, { headers })).toMatchObject({ status: 404 });
    const { workspaceId } = api.workspace;
    expect(await browser("/v1/workspace", { headers })).toMatchObject({ status: 200, body: { id: workspaceId } });
  });

  test("changes things for pages of the same origin alone", async () => {
    const json = { exposures: [{ alias_id: "a", route_id: "r", variant_id: "v", user: "u" }] };
    const post = (headers: Record<string, string>) =>
      browser("/v1/exposures", { json, headers: { cookie, ...headers } });
    const ours: Record<string, string>[] = [OURS, { origin: "http://localhost" }, { "sec-fetch-site": "same-origin" }];
    for (const headers of ours) expect(await post(headers)).toMatchObject({ status: 202 });
    const theirs: Record<string, string>[] = [
      {},
      { origin: "null" },
      { origin: "http://localhost:81" },
      { origin: "http://localhost.evil.example" },
      { "sec-fetch-site": "none" },
      { "sec-fetch-site": "same-site" },
      { "sec-fetch-site": "cross-site", origin: "http://localhost" },
      { "sec-fetch-site": "same-origin", origin: "https://evil.example" },
    ];
    for (const headers of theirs) expect(await post(headers)).toMatchObject({ status: 403 });
    expect(await browser("/v1/session", { method: "DELETE", headers: { cookie } })).toMatchObject({ status: 403 });
  });

  test("a key in the call goes before the cookie, also one that is not valid", async () => {
    const headers = { cookie };
    expect(await api.callOther("/v1/workspace", { headers })).toMatchObject({ body: { id: api.other.workspaceId } });
    expect(await api.callAs("Bearer cck_unknown")("/v1/workspace", { headers })).toMatchObject({ status: 401 });
  });

  test("ends when it is signed out of, and its cookie with it", async () => {
    const again = cookieOf(await signIn(browser, api.workspace.apiKey));
    const answer = await browser("/v1/session", { method: "DELETE", headers: { cookie: again, ...OURS } });
    expect(answer.status).toBe(204);
    expect(answer.headers.get("set-cookie")).toMatch(/^crosscurrent_session=; Max-Age=0; Path=\//);
    expect(await browser("/v1/session", { headers: { cookie: again } })).toMatchObject({ status: 401 });
    expect(await browser("/v1/session", { headers: { cookie } })).toMatchObject({ status: 200 });
  });
});

describe("behind https", () => {
  test("the cookie is bound to the host, and only the public origin counts", async () => {
    const behind = await createHarness({ publicUrl: "https://portal.example" });
    const call = behind.callAs(null);
    const origin = "https://portal.example";
    const answer = await signIn(call, behind.workspace.apiKey, { origin });
    expect(answer.headers.get("set-cookie")).toMatch(/^__Host-crosscurrent_session=.*Secure/);
    expect(answer.headers.get("strict-transport-security")).toContain("max-age=");
    const cookie = cookieOf(answer);
    const out = (headers: Record<string, string>) => call("/v1/session", { method: "DELETE", headers });
    expect(await out({ cookie, origin: "http://localhost" })).toMatchObject({ status: 403 });
    expect(await out({ cookie: cookie.replace("__Host-", ""), origin })).toMatchObject({ status: 401 });
    expect(await out({ cookie, origin })).toMatchObject({ status: 204 });
    await behind.close();
  });

  test("a proxy's word for the scheme counts only where proxies are trusted", async () => {
    const proxied = await createHarness({ trustedProxies: 1 });
    const headers = { "x-forwarded-proto": "https", origin: "https://localhost" };
    const believed = await signIn(proxied.callAs(null), proxied.workspace.apiKey, headers);
    expect(believed.headers.get("set-cookie")).toContain("__Host-");
    const ignored = await signIn(browser, api.workspace.apiKey, { ...headers, origin: "http://localhost" });
    expect(ignored.headers.get("set-cookie")).not.toContain("__Host-");
    await proxied.close();
  });

  test("without any setting the browser's word makes the cookie secure, and the log says what to set", async () => {
    const unset = await createHarness();
    const call = unset.callAs(null);
    const origin = "https://localhost";
    const answer = await signIn(call, unset.workspace.apiKey, { origin });
    expect(answer.headers.get("set-cookie")).toMatch(/^__Host-crosscurrent_session=.*Secure/);
    const cookie = cookieOf(answer);
    expect((await call("/v1/session", { headers: { cookie } })).status).toBe(200);
    await signIn(call, unset.workspace.apiKey, { origin });
    expect(unset.log.text.match(/set PUBLIC_URL/g)).toHaveLength(1);
    expect((await call("/v1/session", { method: "DELETE", headers: { cookie, origin } })).status).toBe(204);
    expect((await call("/v1/session", { headers: { cookie } })).status).toBe(401);
    await unset.close();
  });
});
