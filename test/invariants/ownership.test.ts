// Invariant 13 for BigQuery: a workspace that knows another customer's account, project and tables gets nothing of them
// through any call of the API, until the account's owner says that it is theirs.
import { afterAll, beforeAll, expect, it } from "vitest";
import type { BigQueryControl } from "../../dev/standins/bigquery/control.ts";
import { SHARED_START_TIMEOUT_MS } from "../../dev/standins/bigquery/sharedEmulator.ts";
import { lookAtAccounts } from "../../src/activities/lookAtAccounts.ts";
import { eventually } from "../support/eventually.ts";
import {
  COLUMNS,
  connectBigQuery,
  DATASET,
  prepareBigQuery,
  startBigQuerySystem,
} from "../support/system/bigQuerySync.ts";
import { expose } from "../support/system/mixpanelSync.ts";
import { HOUR_MS, type System } from "../support/system/system.ts";

/** In names and rows that the second workspace is never told. */
const HIDDEN = "hidden_of_the_owner";
const WITHIN_MS = 60_000;

let system: System;
let control: BigQueryControl;
let stop: () => Promise<void>;
beforeAll(async () => {
  ({ system, control, stop } = await startBigQuerySystem());
}, SHARED_START_TIMEOUT_MS);
afterAll(() => stop());

const hourMs = Math.floor(Date.now() / HOUR_MS) * HOUR_MS - 3 * HOUR_MS;

interface Answer {
  status: number;
  text: string;
  body: Record<string, unknown>;
}
type Send = (method: string, path: string, body?: unknown) => Promise<Answer>;

function senderOf(apiKey: string): Send {
  return async (method, path, body) => {
    const answer = await system.app.request(path, {
      method,
      headers: { authorization: `Bearer ${apiKey}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, text, body: text === "" ? {} : (JSON.parse(text) as Record<string, unknown>) };
  };
}

/** An owner whose both directions have run, with a dataset, a column and a user that no other workspace knows. */
async function connectOwner() {
  const owner = await connectBigQuery(system, control, { importFrom: new Date(hourMs).toISOString().slice(0, 10) });
  await control.createDataset(owner.projectId, HIDDEN, { location: "EU" });
  await owner.seed([row(`user-${HIDDEN}`)]);
  await system.call("POST", `${owner.path}/events`, { eventName: "purchase", ...COLUMNS });
  await system.call("PATCH", owner.path, { export: { enabled: true }, import: { enabled: true } });
  await expose(system, [{ user: "owners-user", timestamp: hourMs }]);
  expect(await owner.sync()).toBe("succeeded");
  await eventually(owner.get, ({ status }) => status === "idle");
  return owner;
}
type Owner = Awaited<ReturnType<typeof connectOwner>>;

const row = (user: string) => ({
  event_name: "purchase",
  user_id: user,
  created_at: new Date(hourMs).toISOString(),
  event_uuid: `uuid-of-${user}`,
  amount: 1,
});

const bodyOf = ({ projectId, email }: Pick<Owner, "projectId" | "email">) => ({
  provider: "bigquery",
  projectId,
  datasetId: DATASET,
  serviceAccountEmail: email,
  location: "EU",
  importFrom: new Date(hourMs).toISOString().slice(0, 10),
});

/** Everything that was done in the project with the account's rights. */
async function usedOf({ projectId }: Pick<Owner, "projectId">) {
  const counters = await control.counters(projectId);
  const { "iam.serviceAccounts.get": _withOurRights, ...requests } = counters.requests;
  return { ...counters, requests };
}

const EVENT = { eventName: "purchase", ...COLUMNS };
/** What the second workspace sends with each call on an integration that takes a body. */
const BODIES: Record<string, unknown> = {
  "PATCH /v1/integrations/{id}": { export: { enabled: true }, import: { enabled: true } },
  "POST /v1/integrations/{id}/events": EVENT,
  "PATCH /v1/integrations/{id}/events/{name}": { description: "again" },
  "POST /v1/integrations/{id}/events/{name}/reread": { from: new Date(hourMs).toISOString().slice(0, 10) },
  "POST /v1/integrations/{id}/export/resend": {},
  "POST /v1/integrations/{id}/rejected/resend": {},
};
/** Switching on comes first; what ends something comes last. */
const FIRST = ["PATCH /v1/integrations/{id}", "POST /v1/integrations/{id}/events"];
const LAST = [
  "POST /v1/integrations/{id}/pause",
  "POST /v1/integrations/{id}/resume",
  "DELETE /v1/integrations/{id}/events/{name}",
];
const KEPT = "DELETE /v1/integrations/{id}";

/** Every call on one integration, as `METHOD /path`, from the OpenAPI document. */
async function callsOnIntegrations(): Promise<string[]> {
  const document = (await senderOf("none")("GET", "/openapi.json")).body as {
    paths: Record<string, Record<string, { requestBody?: object }>>;
  };
  const calls = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { requestBody }]) => ({
      call: `${method.toUpperCase()} ${path}`,
      requestBody,
    })),
  );
  const found = calls.filter(({ call }) => call.includes(" /v1/integrations/{id}"));
  const unknown = found.filter(({ call, requestBody }) => requestBody !== undefined && !(call in BODIES));
  // A new call must be tried too: say above with which body.
  expect(unknown.map(({ call }) => call)).toEqual([]);
  const others = found.map(({ call }) => call).filter((call) => ![...FIRST, ...LAST, KEPT].includes(call));
  return [...FIRST, ...others, ...LAST];
}

/** Makes every call on an integration of the owner's account. Waits for the runs that they ask for. */
async function walk(send: Send, id: string): Promise<Answer[]> {
  const values: Record<string, string> = { id, name: EVENT.eventName, dataset: DATASET, table: COLUMNS.tableName };
  const answers: Answer[] = [];
  for (const call of await callsOnIntegrations()) {
    const [method = "", path = ""] = call.split(" ");
    const filled = path.replaceAll(/\{(\w+)\}/g, (_all, name: string) => values[name] ?? "1");
    const answer = await send(method, filled, BODIES[call]);
    answers.push(answer);
    const { requestId } = answer.body;
    if (typeof requestId !== "string") continue;
    values["requestId"] = requestId;
    await finished(send, id, requestId);
  }
  await send("POST", `/v1/integrations/${id}/events`, EVENT);
  return answers;
}

const finished = (send: Send, id: string, requestId: string) =>
  eventually(
    () => send("GET", `/v1/integrations/${id}/sync/${requestId}`),
    ({ body }) => body["status"] === "done",
    WITHIN_MS,
  );
const sync = async (send: Send, id: string): Promise<string> => {
  const { body } = await send("POST", `/v1/integrations/${id}/sync`);
  return (await finished(send, id, String(body["requestId"]))).body["outcome"] as string;
};

/** The second workspace with an integration on the owner's account, and an exposure that it would write there. */
async function connectSecond(owner: Pick<Owner, "projectId" | "email">) {
  const { workspaceId, apiKey } = await system.store.workspaces.create("second");
  const send = senderOf(apiKey);
  const served = { alias_id: "router", route_id: "route", variant_id: "variant" };
  await send("POST", "/v1/exposures", { exposures: [{ ...served, user: "seconds-user", timestamp: hourMs }] });
  const tested = await send("POST", "/v1/integrations/test", bodyOf(owner));
  expect(tested.body).toMatchObject({ ok: false, retryUntil: null, steps: [{ name: "ownership", ok: false }] });
  expect(tested.body["steps"]).toHaveLength(1);
  const created = await send("POST", "/v1/integrations", bodyOf(owner));
  expect(created).toMatchObject({ status: 201, body: { ownership: { status: "elsewhere" } } });
  return { workspaceId, send, id: String(created.body["id"]), answers: [tested, created] };
}

const codeOf = async (send: Send, id: string): Promise<string> =>
  ((await send("GET", `/v1/integrations/${id}`)).body["ownership"] as { code: string }).code;
const codesOf = ({ body }: Answer) => (body["warnings"] as { code: string }[]).map(({ code }) => code);

it("another workspace gets no name, no row and writes none, through any call", async () => {
  const owner = await connectOwner();
  const before = await usedOf(owner);
  const { workspaceId, send, id, answers } = await connectSecond(owner);
  answers.push(...(await walk(send, id)));

  // A connection that works is changed into one on the owner's account.
  const own = await prepareBigQuery(control);
  const moved = await send("POST", "/v1/integrations", { ...bodyOf(own), datasetId: "other" });
  expect(moved.body).toMatchObject({ ownership: { status: "claimed" } });
  const movedId = String(moved.body["id"]);
  await send("PATCH", `/v1/integrations/${movedId}`, { import: { enabled: true } });
  await sync(send, movedId);
  const onto = { projectId: owner.projectId, serviceAccountEmail: owner.email };
  const patched = await send("PATCH", `/v1/integrations/${movedId}`, onto);
  expect(patched).toMatchObject({ status: 200, body: { ownership: { status: "elsewhere" } } });
  answers.push(patched, ...(await walk(send, movedId)));

  expect(answers.map(({ text }) => text).join("\n")).not.toContain(HIDDEN);
  expect(answers.filter(({ status }) => status >= 500 && status !== 503)).toEqual([]);
  expect(await usedOf(owner)).toEqual(before);
  expect(await owner.exposures()).toEqual([{ user: "owners-user", ms: hourMs }]);
  const shown = await send("GET", `/v1/integrations/${id}`);
  const error = { kind: "permission", message: expect.stringContaining("crosscurrent:") as string };
  expect(shown.body).toMatchObject({ ownership: { status: "elsewhere" }, export: { error } });
  expect(codesOf(shown)).toContain("account_elsewhere");

  // The owner sees that someone tried, not who, and goes on.
  const seen = await senderOf(system.apiKey)("GET", owner.path);
  expect(seen.body).toMatchObject({ ownership: { status: "claimed" } });
  expect(codesOf(seen)).toContain("claimed_by_another_attempt");
  expect(seen.text).not.toContain(workspaceId);
  expect(await owner.sync()).toBe("succeeded");
}, 120_000);

it("with the proof all of it works, and the former holder loses it", async () => {
  const owner = await connectOwner();
  const { send, id } = await connectSecond(owner);
  await send("POST", `/v1/integrations/${id}/events`, EVENT);
  await send("PATCH", `/v1/integrations/${id}`, { export: { enabled: true }, import: { enabled: true } });
  expect(await sync(send, id)).toBe("failed");
  const code = await codeOf(send, id);
  await control.describeAccount(owner.email, `Syncs. crosscurrent:${code}`);
  expect((await send("POST", `/v1/integrations/${id}/test`)).body).toMatchObject({ ok: true });
  expect(await sync(send, id)).toBe("succeeded");
  const records = await send("GET", `/v1/integrations/${id}/events/purchase/records`);
  expect(records.text).toContain(HIDDEN);
  expect((await owner.exposures()).map(({ user }) => user)).toEqual(["owners-user", "seconds-user"]);

  const after = await usedOf(owner);
  await expose(system, [{ user: "late-user", timestamp: hourMs }]);
  expect(await owner.sync()).toBe("failed");
  expect(await usedOf(owner)).toEqual(after);
  const lost = await senderOf(system.apiKey)("GET", owner.path);
  expect(lost.body).toMatchObject({ ownership: { status: "elsewhere" }, export: { error: { kind: "permission" } } });
}, 120_000);

it("a claim outlives the integration that made it", async () => {
  const owner = await connectBigQuery(system, control);
  await system.call("DELETE", owner.path);
  const third = await system.store.workspaces.create("third");
  const before = await usedOf(owner);
  const tested = await senderOf(third.apiKey)("POST", "/v1/integrations/test", bodyOf(owner));
  expect(tested.body).toMatchObject({ ok: false, steps: [{ name: "ownership", ok: false }] });
  expect(await usedOf(owner)).toEqual(before);
  // The workspace that made it may come back.
  const again = await system.call<{ ownership: object }>("POST", "/v1/integrations", bodyOf(owner));
  expect(again.ownership).toMatchObject({ status: "claimed" });
}, 60_000);

it("a proof is seen within a day, although nothing is switched on", async () => {
  const owner = await connectBigQuery(system, control);
  const { send, id } = await connectSecond(owner);
  const code = await codeOf(send, id);
  await control.describeAccount(owner.email, `crosscurrent:${code}`);
  await system.sql.query("update account_claims set read_at_ms = read_at_ms - 86400000 where address = $1", [
    owner.email,
  ]);
  await lookAtAccounts(system, () => {});
  expect((await send("GET", `/v1/integrations/${id}`)).body).toMatchObject({ ownership: { status: "proven" } });
  const lost = await senderOf(system.apiKey)("GET", owner.path);
  expect(lost.body).toMatchObject({ ownership: { status: "elsewhere" } });
}, 60_000);
