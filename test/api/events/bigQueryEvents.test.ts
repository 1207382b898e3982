// Events of BigQuery: every name that goes into a query, and no mixture with Mixpanel's.
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  BIGQUERY_EVENT as EVENT,
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
const integration = async () => {
  const json = { ...SETTINGS, projectId: `my-project-${nextProject++}` };
  return (await api.call(LIST, { json })).body.id as string;
};
const addEvent = (id: string, fields: object) => api.call(`${LIST}/${id}/events`, { json: { ...EVENT, ...fields } });

/** What no name may hold, whatever stands around it. */
const FORBIDDEN = ["'", '"', "`", "\\", "\n", "\0", "\u007f", "\u202e", ";", "/", "*", "$", "@", ".", "\ud800"];

describe("events", () => {
  test("add, list, describe, delete by name", async () => {
    const id = await integration();
    const view = {
      ...EVENT,
      description: "Fires when\na user gives",
      createdAt: expect.stringMatching(/Z$/) as string,
      imported: 0,
      rejected: 0,
      completeThrough: null,
      gaps: [],
      warnings: [],
    };
    expect(await addEvent(id, { description: view.description })).toMatchObject({ status: 201, body: view });
    expect((await api.call(`${LIST}/${id}/events`)).body).toEqual({ events: [view], next: null });
    const one = `${LIST}/${id}/events/user_donation`;
    expect(await api.call(one, { method: "PATCH", json: { description: null } })).toMatchObject({
      status: 200,
      body: { ...view, description: null },
    });
    expect(pathsOf(await api.call(one, { method: "PATCH", json: { dataset: "x" } }))).toEqual(["dataset"]);
    expect((await api.call(`${one}/records`)).body).toEqual({ records: [], next: null });
    expect((await addEvent(id, { tableName: "other" })).status).toBe(409);
    expect((await api.call(one, { method: "DELETE" })).status).toBe(204);
    expect((await addEvent(id, { tableName: "other" })).status).toBe(201);
  });

  test("columns to copy: a list, or the text of a form with commas; names only", async () => {
    const id = await integration();
    const columns = ["amount", "währung"];
    expect(await addEvent(id, { columns })).toMatchObject({ status: 201, body: { columns } });
    const text = await addEvent(id, { eventName: "b", columns: " amount, währung " });
    expect(text).toMatchObject({ status: 201, body: { columns } });
    expect((await api.call(`${LIST}/${id}/events`)).body).toMatchObject({ events: [{ columns }, { columns }] });
    for (const wrong of [[], ["a.b"], ["a`b"], "a,,b", 7]) {
      const answer = await addEvent(id, { eventName: "c", columns: wrong });
      expect([answer.status, pathsOf(answer)[0]?.startsWith("columns")]).toEqual([400, true]);
    }
  });

  test("bodies of the other provider are refused field by field", async () => {
    const id = await integration();
    const mixed = await api.call(`${LIST}/${id}/events`, { json: { eventId: "purchase", description: "x" } });
    expect([mixed.status, pathsOf(mixed).toSorted()]).toEqual([400, ["eventId", ...Object.keys(EVENT)].toSorted()]);
    expect(errorsOf(mixed).find(({ path }) => path === "eventId")?.message).toContain("BigQuery");
    const mixpanel = await createIntegration(api.call, "777002");
    const other = await addEvent(mixpanel, {});
    expect([other.status, pathsOf(other).toSorted()]).toEqual([400, ["eventId", ...Object.keys(EVENT)].toSorted()]);
    expect(errorsOf(other).find(({ path }) => path === "dataset")?.message).toContain("Mixpanel");
    expect((await api.callOther(`${LIST}/${id}/events`, { json: EVENT })).status).toBe(404);
    expect((await api.callOther(`${LIST}/${id}/events`, { json: {} })).status).toBe(404);
    const events = await api.call(`${LIST}/${id}/events`);
    expect(events.body).toEqual({ events: [], next: null });
  });

  test("all that is wrong is said at once", async () => {
    const answer = await api.call(`${LIST}/${await integration()}/events`, {
      json: { ...Object.fromEntries(Object.keys(EVENT).map((field) => [field, "a`b"])), description: 1, extra: 1 },
    });
    expect(pathsOf(answer).toSorted()).toEqual([...Object.keys(EVENT), "description", "extra"].toSorted());
  });

  test("names of other scripts, with dashes and spaces where BigQuery has them", async () => {
    const id = await integration();
    const fields = {
      tableName: "Großhandel – 2026 注文",
      eventFieldName: "ereignis-art",
      userIdFieldName: "ユーザー",
      timestampFieldName: "_PARTITIONTIME",
      eventUuidFieldName: "a b",
    };
    expect(await addEvent(id, fields)).toMatchObject({ status: 201, body: fields });
    expect((await addEvent(id, { eventName: "b", tableName: "ü".repeat(512) })).status).toBe(201);
    expect(pathsOf(await addEvent(id, { eventName: "c", tableName: "ü".repeat(513) }))).toEqual(["tableName"]);
    expect(pathsOf(await addEvent(id, { eventName: "c", userIdFieldName: "u".repeat(301) }))).toEqual([
      "userIdFieldName",
    ]);
  });

  test("no name gets through that could end a quoted one, whatever is around it", async () => {
    const id = await integration();
    const fields = Object.keys(EVENT).filter((field) => field !== "eventName");
    const around = fc.string({ unit: "binary", maxLength: 20 });
    const name = fc.tuple(around, fc.constantFrom(...FORBIDDEN), around).map((parts) => parts.join(""));
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...fields), name, async (field, value) => {
        const answer = await addEvent(id, { [field]: value });
        expect([answer.status, pathsOf(answer)]).toEqual([400, [field]]);
        expect(errorsOf(answer)[0]?.message).toMatch(/^must be /);
      }),
      { numRuns: 150 },
    );
  });

  test("whatever a body holds, it is stored as it came or refused by its fields", async () => {
    const id = await integration();
    const seen = new Set<number>();
    let names = 0;
    const text = fc.oneof(
      { weight: 1, arbitrary: fc.string({ unit: "binary" }) },
      { weight: 9, arbitrary: fc.stringMatching(/^\w{1,30}$/) },
    );
    const body = fc.record(Object.fromEntries(Object.keys(EVENT).map((field) => [field, text])));
    await fc.assert(
      fc.asyncProperty(body, async (given) => {
        const json = { ...EVENT, ...given, eventName: `event_${names++}` };
        const answer = await api.call(`${LIST}/${id}/events`, { json });
        expect([201, 400]).toContain(answer.status);
        const isMade = answer.status === 201;
        expect(isMade ? answer.body : {}).toMatchObject(isMade ? json : {});
        expect(isMade ? [] : pathsOf(answer).filter((path) => !(path in EVENT))).toEqual([]);
        seen.add(answer.status);
      }),
      { numRuns: 100 },
    );
    expect(seen).toEqual(new Set([201, 400]));
  });
});

test("the connection test gets every event with its source, and a connection without a secret", async () => {
  const id = await integration();
  await addEvent(id, {});
  api.bigQuery.answer = async () => [{ name: "impersonation", ok: true }];
  const { eventName: name, ...source } = EVENT;
  const { provider, ...settings } = SETTINGS;
  expect(await api.call(`${LIST}/${id}/test`, { method: "POST" })).toMatchObject({ status: 202, body: { ok: true } });
  expect(api.bigQuery.tested).toMatchObject([
    { connection: { integrationId: id, secret: "", provider, settings }, events: [{ name, source }] },
  ]);
  expect((await api.callOther(`${LIST}/${id}/test`, { method: "POST" })).status).toBe(404);
});
