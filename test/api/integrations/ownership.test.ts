// Whose an account is, in the API: whom to grant access to, when it is checked, the set-up script, and waiting for grants.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { setupScript } from "../../../src/providers/bigquery/setupScript.ts";
import { readSettings } from "../../../src/providers/bigquery/spec.ts";
import { SyncError } from "../../../src/domain/errors.ts";
import {
  createHarness,
  errorsOf,
  NEW_BIGQUERY,
  NEW_INTEGRATION,
  pathsOf,
  type Harness,
} from "../../support/api/harness.ts";

const PRINCIPAL = "ours@operator.iam.gserviceaccount.com";
let api: Harness;
let nextProject = 1;
let checked: string[] = [];
beforeAll(async () => {
  api = await createHarness();
});
afterAll(() => api.close());
beforeEach(() => {
  checked = [];
  api.bigQuery.answer = async () => [{ name: "ownership", ok: true }];
  api.bigQuery.setupScript = ({ settings, ...input }) => setupScript(readSettings(settings), input);
  api.bigQuery.ownership = {
    needsProof: false,
    principal: async () => PRINCIPAL,
    look: async () => {},
    check: async ({ settings }) => void checked.push(settings["serviceAccountEmail"] as string),
  };
});

const body = () => ({ ...NEW_BIGQUERY, projectId: `my-project-${nextProject++}` });
const email = NEW_BIGQUERY.serviceAccountEmail;
const code = () => api.store.ownership.codeOf(api.workspace.workspaceId);

test("a provider says whom to let act as the account, and the workspace's own code", async () => {
  const providers = async (call: typeof api.call) =>
    ((await call("/v1/providers")).body as { providers: { id: string; access?: object; hasSetupScript: boolean }[] })
      .providers;
  const [mixpanel, bigQuery] = await providers(api.call);
  expect([mixpanel?.access, mixpanel?.hasSetupScript, bigQuery?.hasSetupScript]).toEqual([undefined, false, true]);
  const access = { field: "serviceAccountEmail", principal: PRINCIPAL, code: await code(), needsProof: false };
  expect(bigQuery?.access).toEqual(access);
  const [, others] = await providers(api.callOther);
  expect(others?.access).toMatchObject({ code: await api.store.ownership.codeOf(api.other.workspaceId) });
  expect(others?.access).not.toMatchObject({ code: await code() });
});

test("an account is looked at when an integration gets it, and the integration is made in any case", async () => {
  const created = await api.call("/v1/integrations", { json: body() });
  expect(created).toMatchObject({ status: 201, body: { ownership: { status: "unproven", code: await code() } } });
  const one = `/v1/integrations/${String(created.body.id)}`;
  await api.call(one, { method: "PATCH", json: { import: { enabled: true } } });
  expect(checked).toEqual([email]);
  const another = "another@my-project.iam.gserviceaccount.com";
  await api.call(one, { method: "PATCH", json: { serviceAccountEmail: another } });
  expect(checked).toEqual([email, another]);
  api.bigQuery.ownership!.check = () => Promise.reject(new SyncError("permission", "of another workspace"));
  expect(await api.call("/v1/integrations", { json: body() })).toMatchObject({ status: 201 });
  const mixpanel = await api.call("/v1/integrations", { json: { ...NEW_INTEGRATION, projectId: "424242" } });
  expect([mixpanel.status, mixpanel.body.ownership]).toEqual([201, undefined]);
});

describe("POST /v1/integrations/setup-script", () => {
  const write = (json: object) => api.call("/v1/integrations/setup-script", { json });

  test("has the customer's values, our address and the workspace's proof", async () => {
    const integration = body();
    const answer = await write({ integration, directions: ["export", "import"], datasets: ["user_data"] });
    expect(answer.status).toBe(200);
    for (const text of [integration.projectId, email, PRINCIPAL, `crosscurrent:${await code()}`, "`user_data`"]) {
      expect(answer.body.script).toContain(text);
    }
    const exportAlone = await write({ integration, directions: ["export"], datasets: ["user_data"] });
    expect(exportAlone.body.script).not.toContain("user_data");
  });

  test("refuses what it cannot write, with what to do", async () => {
    const integration = body();
    const wrong = { integration: { ...integration, location: "'; rm" }, directions: [], datasets: ["a-b"], extra: 1 };
    expect(pathsOf(await write(wrong)).toSorted()).toEqual([
      "datasets[0]",
      "directions",
      "extra",
      "integration.location",
    ]);
    const { datasetId: _, ...importing } = integration;
    const answer = await write({ integration: importing, directions: ["export"] });
    expect([answer.status, errorsOf(answer)[0]?.message]).toEqual([400, expect.stringContaining("Dataset ID")]);
    const mixpanel = await write({ integration: { ...NEW_INTEGRATION }, directions: ["export"] });
    expect([mixpanel.status, pathsOf(mixpanel)]).toEqual([400, ["integration.provider"]]);
  });
});

describe("a grant that was just made", () => {
  const lacking = { name: "Running jobs", ok: false, message: "Grant the role.", lacksGrant: true };

  test("is waited for by tests that are not final, before and after the integration is created", async () => {
    api.bigQuery.answer = async () => [{ name: "ownership", ok: true }, lacking];
    const integration = body();
    const tryOut = () => api.call("/v1/integrations/test", { json: integration });
    const first = await tryOut();
    const { retryUntil, steps } = first.body as { retryUntil: string; steps: { message?: string }[] };
    expect([first.status, first.body.ok, Object.keys(steps[1] ?? {})]).toEqual([202, false, ["name", "ok", "message"]]);
    const leftMs = Date.parse(retryUntil) - (await api.store.nowMs());
    expect([leftMs > 6 * 60_000, leftMs <= 7 * 60_000]).toEqual([true, true]);
    expect(steps[1]?.message).toMatch(/^Grant the role\. .*tried again until /);
    expect((await tryOut()).body.retryUntil).toBe(retryUntil);
    const { body: created } = await api.call("/v1/integrations", { json: integration });
    const tested = await api.call(`/v1/integrations/${String(created.id)}/test`, { method: "POST" });
    expect(tested.body.retryUntil).toBe(retryUntil);
    const kept = (await api.call(`/v1/integrations/${String(created.id)}`)).body;
    expect(kept).toMatchObject({ lastTest: { ok: false, steps: [{ ok: true }, { message: "Grant the role." }] } });
    api.bigQuery.answer = async () => [{ name: "ownership", ok: true }];
    expect((await tryOut()).body).toMatchObject({ ok: true, retryUntil: null });
  });

  test("does not hold up what a grant does not mend", async () => {
    api.bigQuery.answer = async () => [{ name: "ownership", ok: false, message: "Another workspace uses it." }];
    const answer = await api.call("/v1/integrations/test", { json: body() });
    expect(answer.body).toMatchObject({
      ok: false,
      retryUntil: null,
      steps: [{ message: "Another workspace uses it." }],
    });
  });
});
