// Integrations: every field of every call, the row before the signal, and workspaces apart.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  createHarness,
  createIntegration,
  NEW_INTEGRATION,
  SECRET,
  pathsOf,
  type Harness,
} from "../../support/api/harness.ts";

let api: Harness;
let nextProject = 1;
beforeAll(async () => {
  api = await createHarness();
});
afterAll(() => api.close());

const LIST = "/v1/integrations";
const projectId = () => String(nextProject++);
const create = (fields: object) => api.call(LIST, { json: { ...NEW_INTEGRATION, projectId: projectId(), ...fields } });
const dayFromNow = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
const refOf = (integrationId: string) => ({
  integrationId,
  workspaceId: api.workspace.workspaceId,
  provider: "mixpanel",
});

describe("create", () => {
  test("both directions start off, the secret never comes back, the workflow is told", async () => {
    api.control.take();
    const answer = await create({ projectId: "777", region: "eu", projectTime: "local", importFrom: "2026-01-31" });
    expect(answer.status).toBe(201);
    const id = answer.body.id as string;
    const expected = {
      id,
      provider: "mixpanel",
      projectId: "777",
      region: "eu",
      projectTime: "local",
      serviceAccountUsername: NEW_INTEGRATION.serviceAccountUsername,
      importFrom: "2026-01-31",
      importCost: expect.stringMatching(/^The first import takes about \d+ export requests; Mixpanel allows/) as string,
      createdAt: expect.stringMatching(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/) as string,
      status: "idle",
      overdue: false,
      nextRunAt: null,
      lastRun: null,
      lastTest: null,
      projectFixed: false,
      warnings: [{ code: "never_tested", message: expect.any(String) as string }],
      workflowId: `integration-${id}`,
      temporalUrl: null,
      export: { enabled: false, usage: false, completeThrough: null, sent: 0, rejected: 0, pending: 0, late: 0 },
      import: { enabled: false },
    };
    expect(answer.body).toEqual(expected);
    expect((await api.call(`${LIST}/${id}`)).body).toEqual(expected);
    expect(api.control.take()).toEqual([["configChanged", refOf(id)]]);
    const everything = [answer.text, (await api.call(`${LIST}/${id}`)).text, (await api.call(LIST)).text, api.log.text];
    expect(everything.join("\n")).not.toContain(SECRET);
  });

  test("defaults: US, time found by itself, the look-back", async () => {
    const { body } = await create({});
    expect(body).toMatchObject({ region: "us", projectTime: "auto", importFrom: dayFromNow(-30) });
  });

  test("one integration per project: 409, and the project is free again after a delete", async () => {
    const project = projectId();
    const id = await createIntegration(api.call, project);
    expect(await create({ projectId: project })).toMatchObject({
      status: 409,
      body: { status: 409, title: "Conflict" },
    });
    expect(await api.callOther(LIST, { json: { ...NEW_INTEGRATION, projectId: project } })).toMatchObject({
      status: 201,
    });
    expect(await api.call(`${LIST}/${id}`, { method: "DELETE" })).toMatchObject({ status: 204, text: "" });
    expect(await create({ projectId: project })).toMatchObject({ status: 201 });
  });

  const long = "x".repeat(256);
  const badText = [undefined, null, 1, "", "  ", long, "a\nb", "a\u0000b", "a\u007fb", "\ud800"];
  const bad: [field: string, values: unknown[]][] = [
    ["provider", [undefined, null, "segment", 1]],
    ["projectId", [undefined, null, 3_141_592, "", "abc", "12a", "-1", "1".repeat(21), "１２"]],
    ["serviceAccountUsername", [...badText, "user:name"]],
    ["serviceAccountSecret", badText],
    ["region", [null, "", "US", "cn", 1]],
    ["projectTime", [null, "", "UTC", "Europe/Paris"]],
    [
      "importFrom",
      [
        null,
        "",
        20_260_101,
        "2026-1-1",
        "2026-02-30",
        "1970-12-31",
        "1971-01-01",
        "2008-12-31",
        "2026-01-01T00:00:00Z",
        dayFromNow(1),
        "9999-12-31",
        "0000-01-01",
      ],
    ],
    ["extra", [1]],
    ["__proto__x", [{}]],
  ];
  test.each(bad)("refuses a bad %s by its path", async (field, values) => {
    for (const value of values) {
      const answer = await create({ [field]: value });
      expect([value, answer.status, new Set(pathsOf(answer))]).toEqual([value, 400, new Set([field])]);
    }
  });

  test("a first day before Mixpanel's first year is refused with the reason", async () => {
    const { body } = await create({ importFrom: "1971-01-01" });
    expect(body.errors).toEqual([
      { path: "importFrom", message: "must not be before 2009, the first year of Mixpanel" },
    ]);
  });

  test("today and 2009 are taken as a first day", async () => {
    for (const importFrom of [dayFromNow(0), "2009-01-01", "2024-02-29"]) {
      expect(await create({ importFrom })).toMatchObject({ status: 201, body: { importFrom } });
    }
  });

  test("all that is wrong is said at once", async () => {
    const fields = bad.filter(([field]) => field !== "provider");
    const json = Object.fromEntries(fields.map(([field, values]) => [field, values.at(-1)]));
    const answer = await api.call(LIST, { json: { provider: "mixpanel", ...json } });
    expect(new Set(pathsOf(answer))).toEqual(new Set(fields.map(([field]) => field)));
    const empty = await api.call(LIST, { json: { provider: "mixpanel" } });
    expect(new Set(pathsOf(empty))).toEqual(new Set(["projectId", "serviceAccountUsername", "serviceAccountSecret"]));
    for (const { message } of empty.body.errors as { message: string }[]) expect(message).toBeTruthy();
  });

  test("without a provider nobody knows what else is needed: that alone is said", async () => {
    for (const json of [{}, { provider: "segment", projectId: "x" }]) {
      const { status, body } = await api.call(LIST, { json });
      expect({ status, errors: body.errors }).toEqual({
        status: 400,
        errors: [{ path: "provider", message: 'must be "mixpanel" or "bigquery"' }],
      });
    }
  });

  test.each(["[]", "null", '"x"', "3"])("a body of %s", async (raw) => {
    expect(await api.call(LIST, { raw })).toMatchObject({ status: 400, body: { errors: [{ path: "" }] } });
  });
});

describe("change", () => {
  test("directions and credentials, each alone or together; the workflow is told after the row", async () => {
    const id = await createIntegration(api.call, projectId());
    api.control.take();
    const patch = (json: object) => api.call(`${LIST}/${id}`, { method: "PATCH", json });
    const seen: unknown[] = [];
    api.control.behave = async () => {
      seen.push((await api.store.integrations.find(id))?.export.enabled);
    };
    expect(await patch({ export: { enabled: true } })).toMatchObject({
      status: 200,
      body: { export: { enabled: true }, import: { enabled: false } },
    });
    api.control.behave = async () => {};
    expect(seen).toEqual([true]);
    expect(await patch({ import: { enabled: true }, serviceAccountUsername: "new" })).toMatchObject({
      body: { export: { enabled: true }, import: { enabled: true }, serviceAccountUsername: "new" },
    });
    expect((await patch({ serviceAccountSecret: "another" })).text).not.toContain("another");
    expect(await api.store.integrations.connection(id)).toMatchObject({
      secret: "another",
      settings: { serviceAccountUsername: "new" },
    });
    expect(api.control.take()).toEqual(Array.from({ length: 3 }, () => ["configChanged", refOf(id)]));
    expect(await patch({})).toMatchObject({ status: 200, body: { id } });
    expect(api.control.take()).toEqual([]);
  });

  test("changes how times are read, and leaves that as it is if absent", async () => {
    const { body } = await create({ projectTime: "utc" });
    const patch = async (json: object) =>
      (await api.call(`${LIST}/${body.id as string}`, { method: "PATCH", json })).body;
    expect(await patch({ serviceAccountUsername: "another" })).toMatchObject({ projectTime: "utc", region: "us" });
    expect(await patch({ projectTime: "local" })).toMatchObject({ projectTime: "local" });
    expect(await patch({ projectTime: "auto" })).toMatchObject({ projectTime: "auto" });
  });

  test.each([
    [{ export: true }, "export"],
    [{ export: {} }, "export"],
    [{ export: { enabled: "true" } }, "export.enabled"],
    [{ export: { enabled: true, from: 1 } }, "export.from"],
    [{ import: null }, "import"],
    [{ import: { enabled: 1 } }, "import.enabled"],
    [{ serviceAccountUsername: "a:b" }, "serviceAccountUsername"],
    [{ serviceAccountSecret: "" }, "serviceAccountSecret"],
    [{ projectId: "x" }, "projectId"],
    [{ provider: "mixpanel" }, "provider"],
    [{ region: "cn" }, "region"],
    [{ importFrom: "2026-01-01" }, "importFrom"],
  ])("%j is refused", async (json, path) => {
    const id = await createIntegration(api.call, projectId());
    api.control.take();
    const answer = await api.call(`${LIST}/${id}`, { method: "PATCH", json: { export: { enabled: true }, ...json } });
    expect([answer.status, pathsOf(answer)]).toEqual([400, [path]]);
    expect((await api.call(`${LIST}/${id}`)).body).toMatchObject({ export: { enabled: false } });
    expect(api.control.take()).toEqual([]);
  });
});

describe("pause, resume, delete", () => {
  test("are idempotent and tell the workflow", async () => {
    const id = await createIntegration(api.call, projectId());
    api.control.take();
    for (const name of ["pause", "pause", "resume", "resume"]) {
      const answer = await api.call(`${LIST}/${id}/${name}`, { method: "POST" });
      expect([answer.status, answer.body.status]).toEqual([202, name === "pause" ? "paused" : "idle"]);
    }
    expect(await api.call(`${LIST}/${id}`, { method: "DELETE" })).toMatchObject({ status: 204 });
    const names = api.control.take();
    expect(await api.call(`${LIST}/${id}`, { method: "DELETE" })).toMatchObject({ status: 204 });
    expect(await api.callOther(`${LIST}/${id}`, { method: "DELETE" })).toMatchObject({ status: 404 });
    expect(names).toEqual([...["pause", "pause", "resume", "resume"].map((name) => [name, refOf(id)]), ["end", id]]);
    expect(await api.call(`${LIST}/${id}`)).toMatchObject({ status: 404 });
  });

  test("a workflow that cannot be told is logged, not an error", async () => {
    api.control.behave = async () => {
      throw new Error("Temporal is down");
    };
    try {
      const { body } = await create({});
      expect(await api.call(`${LIST}/${String(body.id)}/pause`, { method: "POST" })).toMatchObject({ status: 202 });
      expect(await api.call(`${LIST}/${String(body.id)}`)).toMatchObject({ body: { status: "paused" } });
      expect(api.log.text).toContain("the reconciler will repair this");
    } finally {
      api.control.behave = async () => {};
    }
  });
});

test("lists page by page, in a stable order", async () => {
  const mine = await api.store.workspaces.create("list");
  const call = api.callAs(`Basic ${mine.apiKey}`);
  const ids: string[] = [];
  for (let i = 0; i < 5; i++) ids.push(await createIntegration(call, String(i)));
  const seen: string[] = [];
  let path = `${LIST}?limit=2&unknown=1`;
  for (;;) {
    const { body } = await call(path);
    const { integrations, next } = body as { integrations: { id: string }[]; next: string | null };
    seen.push(...integrations.map(({ id }) => id));
    if (next === null) break;
    expect(integrations).toHaveLength(2);
    path = `${LIST}?limit=2&cursor=${encodeURIComponent(next)}`;
  }
  expect(seen).toEqual(ids);
});

test("another workspace's integration does not exist", async () => {
  const id = await createIntegration(api.call, projectId());
  api.control.take();
  const one = `${LIST}/${id}`;
  const calls: [string, string, unknown?][] = [
    ["GET", one],
    ["PATCH", one, { export: { enabled: true } }],
    ["DELETE", one],
    ["POST", `${one}/pause`],
    ["POST", `${one}/resume`],
    ["POST", `${one}/test`],
    ["POST", `${one}/sync`],
    ["GET", `${one}/sync/some-request`],
    ["GET", `${one}/runs`],
    ["GET", `${one}/rejected`],
    ["GET", `${one}/events`],
    ["POST", `${one}/events`, { eventId: "purchase" }],
    ["PATCH", `${one}/events/purchase`, { description: "x" }],
    ["DELETE", `${one}/events/purchase`],
    ["GET", `${one}/events/purchase/records`],
    ["GET", `${one}/events/purchase/properties`],
  ];
  await api.call(`${one}/events`, { json: { eventId: "purchase" } });
  api.control.take();
  for (const [method, path, json] of calls) {
    const theirs = await api.callOther(path, { method, json });
    const missing = await api.callOther(path.replace(id, "does-not-exist"), { method, json });
    expect([method, path, theirs.status, theirs.text]).toEqual([method, path, 404, missing.text]);
  }
  expect((await api.callOther(LIST)).text).not.toContain(id);
  expect((await api.call(one)).body).toMatchObject({ status: "idle", export: { enabled: false } });
  expect(api.control.take()).toEqual([]);
  expect(api.connector.tested).toEqual([]);
});
