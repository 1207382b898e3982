// The calls that look into a customer's BigQuery: pages, refusals as problems with a remedy, and who may.
import { afterAll, beforeAll, expect, test } from "vitest";
import { SyncError } from "../../../src/domain/errors.ts";
import { createHarness, createIntegration, NEW_BIGQUERY, type Harness } from "../../support/api/harness.ts";

let api: Harness;
let path: string;
beforeAll(async () => {
  api = await createHarness();
  const { body } = await api.call("/v1/integrations", { json: { ...NEW_BIGQUERY, projectId: "my-project" } });
  path = `/v1/integrations/${String(body.id)}/bigquery/datasets`;
});
afterAll(() => api.close());

const asked: unknown[] = [];
function answering(fail?: SyncError) {
  const answer = async <T>(value: T, ...what: unknown[]) => {
    if (fail !== undefined) throw fail;
    asked.push(what);
    return value;
  };
  api.bigQuery.browse = {
    datasets: ({ settings }, page) => answer({ items: [{ id: "web" }], next: "token" }, settings.projectId, page),
    tables: (_connection, dataset, page) => answer({ items: [{ id: "t", type: "VIEW" }], next: null }, dataset, page),
    columns: (_connection, dataset, table) =>
      answer([{ name: "a.b", type: "STRING", mode: "NULLABLE" as const }], dataset, table),
  };
}

test("datasets, tables, columns", async () => {
  answering();
  expect((await api.call(`${path}?limit=7&cursor=page-2`)).body).toEqual({ datasets: [{ id: "web" }], next: "token" });
  expect((await api.call(`${path}/web/tables`)).body).toEqual({ tables: [{ id: "t", type: "VIEW" }], next: null });
  expect((await api.call(`${path}/web/tables/${encodeURIComponent("große Tabelle")}/columns`)).body).toEqual({
    columns: [{ name: "a.b", type: "STRING", mode: "NULLABLE" }],
  });
  expect(asked).toEqual([
    ["my-project", { cursor: "page-2", limit: 7 }],
    ["web", { cursor: null, limit: 100 }],
    ["web", "große Tabelle"],
  ]);
});

test("of another workspace, of a provider without tables, and with impossible names: 404", async () => {
  answering();
  expect((await api.callOther(path)).status).toBe(404);
  const mixpanel = await createIntegration(api.call, "1");
  expect((await api.call(`/v1/integrations/${mixpanel}/bigquery/datasets`)).status).toBe(404);
  for (const rest of ["/a-b/tables", "/a.b/tables", "/web/tables/a%2Fb/columns", "/web/tables/a%60b/columns"]) {
    expect([rest, (await api.call(path + rest)).status]).toEqual([rest, 404]);
  }
});

test.each([
  ["permission", 403],
  ["auth", 403],
  ["not_found", 404],
  ["schema", 409],
  ["rate_limited", 503],
  ["transient", 503],
] as const)("a failure of the kind %s is %i, in the connector's words", async (kind, status) => {
  answering(new SyncError(kind, "Grant the role."));
  const answer = await api.call(path);
  expect(answer).toMatchObject({ status, body: { detail: "Grant the role.", errors: [] } });
  expect(answer.headers.has("retry-after")).toBe(status === 503);
});

test("a cursor that BigQuery does not know is a 400", async () => {
  answering(new SyncError("schema", "Invalid."));
  expect(await api.call(`${path}?cursor=nonsense`)).toMatchObject({
    status: 400,
    body: { errors: [{ path: "cursor" }] },
  });
});
