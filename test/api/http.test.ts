// What holds for every call: who may, how it says no, what it logs, and what is open.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isOpenAiPath } from "../../src/http/openAiError.ts";
import { createHarness, createIntegration, SECRET, type Answer, type Harness } from "../support/api/harness.ts";

let api: Harness;
let id: string;
beforeAll(async () => {
  api = await createHarness();
  id = await createIntegration(api.call, "1");
});
afterAll(() => api.close());

interface OpenApi {
  paths: Record<string, Record<string, { responses: Record<string, unknown>; security?: unknown }>>;
  components: { schemas: object; securitySchemes: object };
}
const openApi = async () => (await api.callAs(null)("/openapi.json")).body as unknown as OpenApi;

/** The status of a well-formed problem document; anything else is not one. */
function problemOf(answer: Answer): number | string {
  const { type, title, status, errors } = answer.body;
  const isWellFormed =
    answer.headers.get("content-type") === "application/problem+json" &&
    type === "about:blank" &&
    typeof title === "string" &&
    status === answer.status &&
    Array.isArray(errors);
  return isWellFormed ? answer.status : `no problem document: ${answer.status} ${answer.text}`;
}

describe("who may", () => {
  test("every call under /v1 wants a key that is known", async () => {
    const { paths } = await openApi();
    const calls = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => [path, method.toUpperCase()] as const),
    );
    for (const [path, method] of calls) {
      // The one call that a key opens from within its body: sessions.test.ts.
      if (`${method} ${path}` === "POST /v1/session") continue;
      const answer = await api.callAs(null)(path.replaceAll(/\{\w+\}/g, id), { method });
      expect(isOpenAiPath(path) ? answer.status : problemOf(answer)).toBe(401);
      // A challenge of Basic would make browsers open a dialog of their own in front of the Portal.
      expect(answer.headers.get("www-authenticate")).toBe('Bearer realm="crosscurrent"');
    }
  });

  test("the key as it is, after Basic or Bearer, in any case", async () => {
    const { apiKey } = api.workspace;
    for (const scheme of ["Basic", "Bearer", "basic", "BEARER"]) {
      expect(await api.callAs(`${scheme} ${apiKey}`)("/v1/integrations")).toMatchObject({ status: 200 });
    }
    const unknown = `${apiKey.slice(0, -2)}zz`;
    const wrong = [
      "",
      "Basic",
      "Basic ",
      apiKey,
      `Digest ${apiKey}`,
      `Basic ${unknown}`,
      `Basic ${apiKey} x`,
      `Basic ${"x".repeat(5_000)}`,
    ];
    for (const authorization of wrong) expect(problemOf(await api.callAs(authorization)("/v1/integrations"))).toBe(401);
  });

  test("a key is never logged, nor a secret or a user id", async () => {
    const wrongKey = "cck_wrong-but-secret-enough";
    await api.callAs(`Bearer ${wrongKey}`)("/v1/integrations");
    await api.call("/v1/exposures", {
      json: { exposures: [{ alias_id: "a", route_id: "r", variant_id: "v", user: "the-user-id" }] },
    });
    await api.call("/v1/exposures", { json: { exposures: [{ user: "the-user-id" }] } });
    expect(api.log.text).toContain('"route":"/v1/exposures"');
    for (const secret of [api.workspace.apiKey, api.other.apiKey, wrongKey, SECRET, "the-user-id", id]) {
      expect(api.log.text).not.toContain(secret);
    }
    for (const line of api.log.text.trim().split("\n"))
      expect(JSON.parse(line)).toMatchObject({ level: expect.any(String) as string });
  });
});

describe("how it says no", () => {
  test("unknown paths: 404; ids that cannot exist: 404", async () => {
    const paths = [
      "/",
      "/v1",
      "/v1/",
      "/v1/nothing",
      "/v1/integrations/",
      "/v1/integrations/a.b",
      "/v1/integrations/%00",
      "/v1/integrations/%zz",
      `/v1/integrations/${"x".repeat(101)}`,
    ];
    for (const path of paths) expect(problemOf(await api.call(path))).toBe(404);
  });

  test("known paths with another method: 405 with what is allowed", async () => {
    const { paths } = await openApi();
    for (const [path, methods] of Object.entries(paths)) {
      const other = "put" in methods ? "DELETE" : "PUT";
      const answer = await api.call(path.replaceAll(/\{\w+\}/g, id), { method: other });
      expect(isOpenAiPath(path) ? answer.status : problemOf(answer)).toBe(405);
      const allowed = Object.keys(methods).map((method) => method.toUpperCase());
      if (allowed.includes("GET")) allowed.push("HEAD");
      expect(answer.headers.get("allow")?.split(", ").toSorted()).toEqual(allowed.toSorted());
    }
    expect(problemOf(await api.callAs(null)("/healthz", { method: "DELETE" }))).toBe(405);
  });

  const writes: [string, string][] = [
    ["POST", "/v1/exposures"],
    ["POST", "/v1/integrations"],
    ["PATCH", "/v1/integrations/ID"],
    ["POST", "/v1/integrations/ID/events"],
    ["PATCH", "/v1/integrations/ID/events/purchase"],
  ];
  test.each(writes)("%s %s: malformed JSON, wrong media type, too large", async (method, template) => {
    const path = template.replace("ID", id);
    for (const raw of ["", "{", "{'a': 1}", '{"a":1}}', "\u0000", "NaN"]) {
      expect(problemOf(await api.call(path, { method, raw, headers: { "content-type": "application/json" } }))).toBe(
        400,
      );
    }
    expect(
      problemOf(
        await api.call(path, {
          method,
          raw: new Uint8Array([0xc3, 0x28]),
          headers: { "content-type": "application/json" },
        }),
      ),
    ).toBe(400);
    expect(problemOf(await api.call(path, { method, raw: "{}", headers: { "content-type": "text/plain" } }))).toBe(415);
    expect(
      problemOf(
        await api.call(path, {
          method,
          raw: "{}",
          headers: { "content-type": "application/json", "content-encoding": "br" },
        }),
      ),
    ).toBe(415);
    const tooLarge = "x".repeat(11 * 1024 * 1024);
    expect(problemOf(await api.call(path, { method, raw: tooLarge }))).toBe(413);
  });

  test("calls without a body tolerate one, and every call has a limit for it", async () => {
    const path = `/v1/integrations/${id}/pause`;
    expect(await api.call(path, { method: "POST", json: { a: 1 } })).toMatchObject({ status: 202 });
    const { paths } = await openApi();
    const unsafe = Object.entries(paths).flatMap(([template, methods]) =>
      Object.keys(methods)
        .filter((method) => method !== "get")
        .map((method) => [template, method.toUpperCase()] as const),
    );
    const limited = unsafe.filter(([template]) => template !== "/v1/exposures" && !isOpenAiPath(template));
    expect(limited.length).toBeGreaterThan(15);
    for (const [template, method] of limited) {
      const at = template.replaceAll(/\{\w+\}/g, id);
      expect([template, problemOf(await api.call(at, { method, raw: "x".repeat(70_000) }))]).toEqual([template, 413]);
    }
  });

  test("bad limits and cursors of every list: 400; unknown parameters are ignored", async () => {
    const one = `/v1/integrations/${id}`;
    await api.call(`${one}/events`, { json: { eventId: "purchase" } });
    const lists = [
      "/v1/integrations",
      `${one}/events`,
      `${one}/runs`,
      `${one}/rejected`,
      `${one}/events/purchase/records`,
    ];
    const limits = ["0", "-1", "1001", "1.5", "x", "1e2", "99999"];
    const cursors = ["nonsense", "a%00b", "%20", "x".repeat(2_000), "eyJhIjoxfQ", "W10", "..", "%F0%9F%98%80"];
    for (const list of lists) {
      for (const limit of limits) {
        const answer = await api.call(`${list}?limit=${limit}`);
        expect(problemOf(answer)).toBe(400);
        expect(answer.body.errors).toMatchObject([{ path: "limit" }]);
      }
      for (const cursor of cursors) {
        const answer = await api.call(`${list}?cursor=${cursor}`);
        expect(problemOf(answer)).toBe(400);
        expect(answer.body.errors).toMatchObject([{ path: "cursor" }]);
      }
      expect(await api.call(`${list}?cursor=&limit=&other=1`)).toMatchObject({ status: 200, body: { next: null } });
    }
  });

  test("what fails on this side says nothing of how", async () => {
    const broken = await createHarness();
    await broken.store.close();
    const answer = await broken.call("/v1/integrations");
    expect(problemOf(answer)).toBe(500);
    expect(answer.body).toMatchObject({ errors: [] });
    expect(answer.text).not.toMatch(/pool|sql|postgres|stack/i);
    expect(broken.log.text).toContain("a call failed");
    await broken.database.drop();
  });
});

describe("what is open", () => {
  test("healthz lives; readyz wants database and Temporal", async () => {
    const open = api.callAs(null);
    expect(await open("/healthz")).toMatchObject({ status: 200, body: { status: "ok" } });
    expect(await open("/readyz")).toMatchObject({ status: 200 });
    api.temporal.up = false;
    const answer = await open("/readyz");
    api.temporal.up = true;
    expect(problemOf(answer)).toBe(503);
    expect(answer.body.errors).toEqual([{ path: "temporal", message: "cannot be reached" }]);
  });

  test("metrics count by route, without ids", async () => {
    await api.call(`/v1/integrations/${id}`);
    const { text } = await api.metrics.render();
    expect(text).toContain('route="/v1/integrations/{id}"');
    expect(text).toContain("crosscurrent_exposures_accepted_total");
    for (const secret of [id, api.workspace.workspaceId, api.workspace.apiKey]) expect(text).not.toContain(secret);
  });

  test("metrics are not for the public", async () => {
    expect((await api.callAs(null)("/metrics")).status).toBe(404);
    expect((await api.call("/metrics")).status).toBe(404);
  });

  test("OpenAPI lists every call of the interface", async () => {
    const { paths, components } = await openApi();
    const calls = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    const one = "/v1/integrations/{id}";
    const router = "/v1/routers/{router}";
    const route = `${router}/routes/{route}`;
    const variants = `${route}/variants`;
    expect(calls.toSorted()).toEqual(
      [
        "post /v1/exposures",
        "get /v1/workspace",
        "post /v1/session",
        "get /v1/session",
        "delete /v1/session",
        "get /v1/keys",
        "post /v1/keys",
        "delete /v1/keys/{id}",
        ...["chat/completions", "responses", "embeddings"].map((name) => `post /v1/${name}`),
        "get /v1/models",
        "get /v1/models/{model}",
        "get /v1/providers",
        "get /v1/integrations",
        "post /v1/integrations",
        "post /v1/integrations/test",
        "post /v1/integrations/setup-script",
        ...["get", "patch", "delete"].map((method) => `${method} ${one}`),
        ...["pause", "resume", "test", "sync"].map((name) => `post ${one}/${name}`),
        `get ${one}/sync/{requestId}`,
        `get ${one}/runs`,
        ...["", "/{dataset}/tables", "/{dataset}/tables/{table}/columns"].map(
          (rest) => `get ${one}/bigquery/datasets${rest}`,
        ),
        `get ${one}/rejected`,
        `post ${one}/rejected/resend`,
        `post ${one}/export/resend`,
        `post ${one}/events/{name}/reread`,
        `get ${one}/events`,
        `post ${one}/events`,
        `patch ${one}/events/{name}`,
        `delete ${one}/events/{name}`,
        `get ${one}/events/{name}/records`,
        `get ${one}/events/{name}/properties`,
        "get /v1/metrics",
        "post /v1/metrics",
        ...["get", "patch", "delete"].map((method) => `${method} /v1/metrics/{metric}`),
        ...["results", "results.csv"].map((rest) => `get /v1/metrics/{metric}/${rest}`),
        "get /v1/aliases",
        "get /v1/routers",
        "post /v1/routers",
        ...["exposures", "usage", "versions"].map((name) => `get ${router}/${name}`),
        `post ${router}/versions/{version}/restore`,
        `put ${route}/weights`,
        `get ${router}/routes`,
        `post ${router}/routes`,
        `get ${variants}`,
        `post ${variants}`,
        ...[router, route, `${variants}/{variant}`].flatMap((path) => [
          `get ${path}`,
          `patch ${path}`,
          `delete ${path}`,
        ]),
      ].toSorted(),
    );
    expect(Object.keys(components.schemas)).toEqual(
      expect.arrayContaining(["Problem", "Integration", "NewIntegration", "Event", "Run"]),
    );
    expect(components.securitySchemes).toHaveProperty("apiKey");
  });
});
