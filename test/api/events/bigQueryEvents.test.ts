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
      arrivalAges: [],
      reading: { lookbackHours: null, runBytes: null, sourceBytes: null },
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

describe("how rows are read", () => {
  const READ = { lookbackHours: 96, timeZone: "Europe/Berlin", arrivalFieldName: "_PARTITIONTIME" };

  test("is absent unless it is given, and then as it was given; forms send numbers as texts", async () => {
    const id = await integration();
    expect(Object.keys((await addEvent(id, {})).body)).not.toEqual(expect.arrayContaining(Object.keys(READ)));
    expect(await addEvent(id, { ...READ, eventName: "b" })).toMatchObject({ status: 201, body: READ });
    const asText = await addEvent(id, { eventName: "c", lookbackHours: "48" });
    expect(asText).toMatchObject({ status: 201, body: { lookbackHours: 48 } });
    const wrong: [string, unknown][] = [
      ["lookbackHours", 0],
      ["lookbackHours", 1.5],
      ["lookbackHours", 8_785],
      ["lookbackHours", "-1"],
      ["timeZone", "Mars/Olympus"],
      ["timeZone", "+02:00"],
      ["arrivalFieldName", "a`b"],
    ];
    for (const [field, value] of wrong) {
      const answer = await addEvent(id, { eventName: "d", [field]: value });
      expect([field, value, answer.status, pathsOf(answer)]).toEqual([field, value, 400, [field]]);
      expect(errorsOf(answer)[0]?.message).toMatch(/^must be /);
    }
  });

  test("can be changed and taken away, with a run at once; a time zone has all rows read again", async () => {
    const id = await integration();
    await addEvent(id, {});
    const one = `${LIST}/${id}/events/user_donation`;
    const patch = (json: object) => api.call(one, { method: "PATCH", json });
    api.control.take();
    expect(await patch(READ)).toMatchObject({ status: 200, body: { ...EVENT, ...READ } });
    expect(api.control.take().map(([signal]) => signal)).toEqual(["configChanged"]);
    const progress = { user_donation: { completeThroughMs: 5_000, unfinished: null } };
    await api.store.imports.setProgress(id, progress);
    const left = await patch({ lookbackHours: null, arrivalFieldName: null });
    expect(left.body).toMatchObject({ timeZone: READ.timeZone });
    expect(left.body).not.toHaveProperty("lookbackHours");
    expect(await api.store.imports.ranges(id)).toEqual([]);
    await patch({ timeZone: "Asia/Tokyo" });
    expect(await api.store.imports.ranges(id)).toMatchObject([{ event: "user_donation", purpose: "reread" }]);
    api.control.take();
    await patch({ description: "x" });
    expect(api.control.take()).toEqual([]);
    const wrongHours = await patch({ lookbackHours: "0" });
    expect(errorsOf(wrongHours)).toMatchObject([
      { path: "lookbackHours", message: expect.stringMatching(/^must be a w/) },
    ]);
    expect(pathsOf(await patch({ tableName: "other" }))).toEqual(["tableName"]);
    const mixpanel = await createIntegration(api.call, "777003");
    await api.call(`${LIST}/${mixpanel}/events`, { json: { eventId: "purchase" } });
    const wrong = await api.call(`${LIST}/${mixpanel}/events/purchase`, { method: "PATCH", json: READ });
    expect([wrong.status, pathsOf(wrong).toSorted()]).toEqual([400, Object.keys(READ).toSorted()]);
    expect((await api.callOther(one, { method: "PATCH", json: READ })).status).toBe(404);
  });

  test("is told: ages of new rows by group, the lookback, and sizes", async () => {
    const id = await integration();
    await addEvent(id, {});
    const hour = 3_600_000;
    const row = {
      event: "user_donation",
      uuid: "00000000-0000-4000-8000-000000000001",
      userIds: ["u"],
      timestampMs: 98 * hour,
      versionMs: null,
      properties: "{}",
      fields: {},
    };
    const from = { completeThroughMs: 90 * hour, unfinished: { targetMs: 100 * hour, position: 0, cursor: {} } };
    await api.store.imports.setProgress(id, { user_donation: from });
    await api.store.imports.commitChunk({
      integrationId: id,
      runId: "run",
      events: ["user_donation"],
      from,
      rows: [row],
      rejected: [],
      progress: null,
      opened: { estimatedBytes: 5, sourceBytes: 50, lookbackMs: 72 * hour, isLocalTime: false },
    });
    const { body } = await api.call(`${LIST}/${id}/events`);
    expect(body.events).toMatchObject([
      {
        arrivalAges: [1, 6, 24, 48, 72, 168, 720, null].map((belowHours) => ({
          belowHours,
          count: belowHours === 6 ? 1 : 0,
        })),
        reading: { lookbackHours: 72, runBytes: 5, sourceBytes: 50 },
      },
    ]);
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
