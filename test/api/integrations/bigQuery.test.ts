// BigQuery integrations in the API: their fields, what is unique, and no mixture with Mixpanel's.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  createHarness,
  createIntegration,
  errorsOf,
  NEW_BIGQUERY as SETTINGS,
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
const EMAIL = SETTINGS.serviceAccountEmail;
const projectId = () => `my-project-${nextProject++}`;
const create = (fields: object) => api.call(LIST, { json: { ...SETTINGS, projectId: projectId(), ...fields } });
const integration = async (fields: object = {}) => (await create(fields)).body.id as string;
const patch = (id: string, json: object) => api.call(`${LIST}/${id}`, { method: "PATCH", json });

describe("integrations", () => {
  test("both directions start off; settings come back; the workflow is told", async () => {
    api.control.take();
    const project = projectId();
    const answer = await create({ projectId: project, importFrom: "2026-01-31" });
    expect(answer.status).toBe(201);
    const expected = {
      ...SETTINGS,
      id: answer.body.id,
      projectId: project,
      importFrom: "2026-01-31",
      importCost: null,
      createdAt: expect.stringMatching(/Z$/) as string,
      status: "idle",
      overdue: false,
      nextRunAt: null,
      lastRun: null,
      lastTest: null,
      projectFixed: false,
      ownership: { status: "unproven", code: expect.stringMatching(/^[0-9a-z]{16}$/) as string },
      warnings: [{ code: "never_tested", message: expect.any(String) as string }],
      workflowId: `integration-${String(answer.body.id)}`,
      temporalUrl: null,
      export: { enabled: false, usage: false, completeThrough: null, sent: 0, rejected: 0, pending: 0, late: 0 },
      import: { enabled: false },
    };
    expect(answer.body).toEqual(expected);
    expect((await api.call(`${LIST}/${String(answer.body.id)}`)).body).toEqual(expected);
    const { workspaceId } = api.workspace;
    const ref = { integrationId: answer.body.id, workspaceId, provider: "bigquery" };
    expect(api.control.take()).toEqual([["configChanged", ref]]);
    expect((await api.callOther(`${LIST}/${String(answer.body.id)}`)).status).toBe(404);
  });

  test("one per project and dataset; without a dataset is one of its own", async () => {
    const project = projectId();
    for (const datasetId of ["a", "A", null]) {
      expect(await create({ projectId: project, datasetId })).toMatchObject({ status: 201, body: { datasetId } });
      expect((await create({ projectId: project, datasetId })).status).toBe(409);
    }
    const { datasetId: _, ...without } = SETTINGS;
    expect((await api.call(LIST, { json: { ...without, projectId: project } })).status).toBe(409);
  });

  test.each([
    ["projectId", ["my-project", "example.com:my-project", "a23456", `a${"b".repeat(29)}`]],
    ["datasetId", ["d", "_hidden", "D1_2", "1", "d".repeat(1_024)]],
    [
      "serviceAccountEmail",
      [
        EMAIL,
        "sync@my-project.example.com.iam.gserviceaccount.com",
        "123456789012-compute@developer.gserviceaccount.com",
        "my-project@appspot.gserviceaccount.com",
      ],
    ],
    ["location", ["US", "eu", "europe-west1", "northamerica-northeast1", "aws-us-east-1"]],
  ])("takes a good %s", async (field, values) => {
    for (const value of values) {
      const answer = await create({ [field]: value, ...(field === "projectId" && { datasetId: `d${nextProject++}` }) });
      expect([value, answer.status, answer.body[field]]).toEqual([value, 201, value]);
    }
  });

  const bad: [field: string, values: unknown[]][] = [
    [
      "projectId",
      [
        undefined,
        null,
        1,
        "",
        "My-Project",
        "1project",
        "short",
        "ends-with-",
        "a".repeat(31),
        "a_b_c_d",
        "x:my-project",
      ],
    ],
    ["datasetId", [1, "", "a-b", "a.b", "my-project.a", "a b", "ü", "d".repeat(1_025)]],
    [
      "serviceAccountEmail",
      [
        undefined,
        null,
        "",
        "somebody@example.com",
        "sync@iam.gserviceaccount.com.evil.example",
        "sync@evilgserviceaccount.com",
        "sync@@my-project.iam.gserviceaccount.com",
        "a/b@my-project.iam.gserviceaccount.com",
        "a%2fb@my-project.iam.gserviceaccount.com",
        `${EMAIL}:x`,
        ` ${EMAIL}`,
        `${EMAIL}\n`,
      ],
    ],
    ["location", [undefined, null, "", "E U", "europe_west1", "-us", "us-", "US/../x", "x".repeat(65)]],
    ["importFrom", [null, "2026-02-30", "2999-01-01"]],
    ["serviceAccountSecret", ["x"]],
    ["serviceAccountUsername", ["x"]],
    ["region", ["us"]],
  ];
  test.each(bad)("refuses a bad %s by its path", async (field, values) => {
    for (const value of values) {
      const answer = await create({ [field]: value });
      expect([value, answer.status, new Set(pathsOf(answer))]).toEqual([value, 400, new Set([field])]);
    }
  });

  test("all that is wrong is said at once", async () => {
    const json = Object.fromEntries(bad.map(([field, values]) => [field, values.at(-1)]));
    const answer = await api.call(LIST, { json: { provider: "bigquery", ...json } });
    expect(new Set(pathsOf(answer))).toEqual(new Set(bad.map(([field]) => field)));
    const empty = await api.call(LIST, { json: { provider: "bigquery" } });
    expect(pathsOf(empty).toSorted()).toEqual(["location", "projectId", "serviceAccountEmail"]);
  });

  test("a patch switches directions and changes the account; fields of other providers are refused", async () => {
    const id = await integration();
    const serviceAccountEmail = "other@my-project.iam.gserviceaccount.com";
    expect(
      await patch(id, { export: { enabled: true }, import: { enabled: true }, serviceAccountEmail }),
    ).toMatchObject({
      status: 200,
      body: { export: { enabled: true }, import: { enabled: true }, serviceAccountEmail },
    });
    const wrong = { datasetId: "a-b", projectId: "x", location: "", serviceAccountSecret: "x", extra: 1 };
    const answer = await patch(id, { ...wrong, serviceAccountEmail: "nobody" });
    expect([answer.status, pathsOf(answer).toSorted()]).toEqual([
      400,
      [...Object.keys(wrong), "serviceAccountEmail"].toSorted(),
    ]);
    expect(errorsOf(answer).find(({ path }) => path === "serviceAccountSecret")?.message).toContain("BigQuery");
    expect(await api.callOther(`${LIST}/${id}`, { method: "PATCH", json: wrong })).toMatchObject({ status: 404 });
  });

  test("an export without a dataset is refused with what to do; the import goes without", async () => {
    const id = await integration({ datasetId: undefined });
    const answer = await patch(id, { export: { enabled: true }, import: { enabled: true } });
    expect([answer.status, errorsOf(answer)]).toEqual([
      400,
      [{ path: "export.enabled", message: expect.stringContaining("datasetId") as string }],
    ]);
    expect(await patch(id, { export: { enabled: false }, import: { enabled: true } })).toMatchObject({
      status: 200,
      body: { datasetId: null, export: { enabled: false }, import: { enabled: true } },
    });
  });

  test("a Mixpanel integration takes none of BigQuery's fields", async () => {
    const id = await createIntegration(api.call, "777001");
    const answer = await patch(id, { serviceAccountEmail: EMAIL, location: "EU" });
    expect([answer.status, pathsOf(answer).toSorted()]).toEqual([400, ["location", "serviceAccountEmail"]]);
    expect(errorsOf(answer)[0]?.message).toContain("Mixpanel");
  });
});

test("OpenAPI tells the providers apart by `provider`", async () => {
  const { components, paths } = (await api.call("/openapi.json")).body as {
    components: { schemas: Record<string, object> };
    paths: Record<string, object>;
  };
  const mapping = { mixpanel: expect.any(String) as string, bigquery: expect.any(String) as string };
  for (const name of ["Integration", "NewIntegration"]) {
    expect(components.schemas[name]).toMatchObject({ discriminator: { propertyName: "provider", mapping } });
  }
  const calls = JSON.stringify(paths);
  for (const name of ["MixpanelPatch", "BigQueryPatch", "NewMixpanelEvent", "NewBigQueryEvent"]) {
    expect(components.schemas).toHaveProperty(name);
    expect(calls).toContain(`schemas/${name}"`);
  }
});
