// Events to import, what was imported for them (every digit), and the properties found.
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { MAX_EVENT_DEFINITIONS } from "../../../src/domain/limits.ts";
import { NO_PROGRESS } from "../../../src/domain/progress.ts";
import { createHarness, createIntegration, pathsOf, type Harness } from "../../support/api/harness.ts";

let api: Harness;
let nextProject = 1;
beforeAll(async () => {
  api = await createHarness();
});
afterAll(() => api.close());

const integration = () => createIntegration(api.call, String(nextProject++));
const eventsOf = (id: string) => `/v1/integrations/${id}/events`;

async function importRows(integrationId: string, event: string, texts: string[]): Promise<void> {
  const rows = texts.map((properties, i) => ({
    event,
    uuid: randomUUID(),
    userIds: [`user-${i}`],
    versionMs: null,
    timestampMs: Date.UTC(2026, 0, 1) + i,
    properties,
    fields: JSON.parse(properties) as Record<string, unknown>,
  }));
  const chunk = {
    integrationId,
    runId: "run",
    events: [event],
    from: NO_PROGRESS,
    rows,
    rejected: [],
    progress: null,
  };
  expect(await api.store.imports.commitChunk(chunk)).toMatchObject({ imported: texts.length, stale: false });
  await api.store.imports.discoverProperties(integrationId, () => []);
}

describe("definitions", () => {
  test("add, list, describe, delete; the workflow is told of what matters to it", async () => {
    const id = await integration();
    api.control.take();
    const added = await api.call(eventsOf(id), {
      json: { eventId: "purchase", description: "Fires when\na user buys" },
    });
    const view = {
      eventId: "purchase",
      description: "Fires when\na user buys",
      createdAt: expect.stringMatching(/Z$/) as string,
      imported: 0,
      rejected: 0,
      completeThrough: null,
      gaps: [],
      arrivalAges: [],
      reading: { lookbackHours: null, runBytes: null, sourceBytes: null },
      warnings: [],
    };
    expect(added).toMatchObject({ status: 201, body: view });
    expect((await api.call(eventsOf(id))).body).toEqual({ events: [view], next: null });
    const patch = (json: object) => api.call(`${eventsOf(id)}/purchase`, { method: "PATCH", json });
    expect(await patch({ description: "other" })).toMatchObject({ status: 200, body: { description: "other" } });
    expect(await patch({})).toMatchObject({ status: 200, body: { description: "other" } });
    expect(await patch({ description: null })).toMatchObject({ status: 200, body: { description: null } });
    expect(await api.call(`${eventsOf(id)}/purchase`, { method: "DELETE" })).toMatchObject({ status: 204 });
    expect(await api.call(`${eventsOf(id)}/purchase`, { method: "DELETE" })).toMatchObject({ status: 404 });
    expect((await api.call(eventsOf(id))).body).toEqual({ events: [], next: null });
    expect(api.control.take().map(([name]) => name)).toEqual(["configChanged", "configChanged"]);
  });

  test("letters, numbers, underscores and hyphens, 1 to 255", async () => {
    const id = await integration();
    for (const eventId of ["a", "A_b-9", "-", "x".repeat(255), "records", "constructor"]) {
      expect([eventId, (await api.call(eventsOf(id), { json: { eventId } })).status]).toEqual([eventId, 201]);
    }
    const bad = [undefined, null, 1, "", "a b", "a.b", "a/b", "ü", "a\n", "$mp_web", "x".repeat(256), "a\u0000"];
    for (const eventId of bad) {
      const answer = await api.call(eventsOf(id), { json: { eventId } });
      expect([eventId, answer.status, pathsOf(answer)]).toEqual([eventId, 400, ["eventId"]]);
    }
  });

  test("a taken name: 409", async () => {
    const id = await integration();
    await api.call(eventsOf(id), { json: { eventId: "purchase" } });
    expect(await api.call(eventsOf(id), { json: { eventId: "purchase" } })).toMatchObject({ status: 409 });
  });

  test.each([1, "x".repeat(2_001), "a\u0000b", "\udfff", {}])("a description of %j", async (description) => {
    const id = await integration();
    expect(pathsOf(await api.call(eventsOf(id), { json: { eventId: "a", description } }))).toEqual(["description"]);
    await api.call(eventsOf(id), { json: { eventId: "a" } });
    const answer = await api.call(`${eventsOf(id)}/a`, { method: "PATCH", json: { description } });
    expect(pathsOf(answer)).toEqual(["description"]);
  });

  test("all that is wrong at once, unknown fields too", async () => {
    const answer = await api.call(eventsOf(await integration()), {
      json: { eventId: "a b", description: 1, eventName: "x" },
    });
    expect(pathsOf(answer).toSorted()).toEqual(["description", "eventId", "eventName"]);
  });

  test("there is a limit", async () => {
    const id = await integration();
    const names = Array.from({ length: MAX_EVENT_DEFINITIONS }, (_, i) => `e${i}`);
    const { workspaceId } = api.workspace;
    await Promise.all(
      names.map((name) => api.store.events.create(workspaceId, id, { name, description: null, source: null })),
    );
    const answer = await api.call(eventsOf(id), { json: { eventId: "one_more" } });
    expect(answer).toMatchObject({ status: 409, body: { detail: expect.stringContaining("200") as string } });
  });
});

describe("what was imported", () => {
  const DIGITS =
    '{"big": 12345678901234567890123456789, "exact": 0.1000000000000000055511151231257827, "text": "a\\"b", "nested": {"a": [1, null]}}';

  test("records come with all digits of their numbers, page by page", async () => {
    const id = await integration();
    await api.call(eventsOf(id), { json: { eventId: "purchase" } });
    await importRows(id, "purchase", [DIGITS, '{"n": 1}', '{"n": 2}']);
    const records = `${eventsOf(id)}/purchase/records`;
    const all = await api.call(records);
    expect(all.headers.get("content-type")).toBe("application/json");
    expect(all.text).toContain("12345678901234567890123456789");
    expect(all.text).toContain("0.1000000000000000055511151231257827");
    const rows = all.body.records as { uuid: string; user_id: string; timestamp: string; properties: unknown }[];
    expect(rows).toHaveLength(3);
    expect(rows.find((row) => row.user_id === "user-1")).toEqual({
      uuid: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      user_id: "user-1",
      user_ids: ["user-1"],
      timestamp: "2026-01-01T00:00:00.001Z",
      properties: { n: 1 },
    });
    const first = await api.call(`${records}?limit=2`);
    const second = await api.call(`${records}?limit=2&cursor=${encodeURIComponent(String(first.body.next))}`);
    expect([...(first.body.records as object[]), ...(second.body.records as object[])]).toEqual(rows);
    expect(second.body.next).toBeNull();
    const ofUser = await api.call(`${records}?user=user-1`);
    expect(ofUser.body).toEqual({ records: [rows.find((row) => row.user_id === "user-1")], next: null });
    expect((await api.call(`${records}?user=nobody`)).body).toEqual({ records: [], next: null });
    const other = await api.call(`${records}?user=user-1&cursor=${encodeURIComponent(String(first.body.next))}`);
    expect(pathsOf(other)).toEqual(["cursor"]);
    expect((await api.call(`${records}?user=`)).body.records).toHaveLength(3);
    expect((await api.call(eventsOf(id))).body).toMatchObject({ events: [{ imported: 3 }] });
  });

  test("properties with types, counts and an example that keeps its digits", async () => {
    const id = await integration();
    await api.call(eventsOf(id), { json: { eventId: "purchase" } });
    await importRows(id, "purchase", ['{"amount": 12.5, "note": "x"}', '{"amount": null}', '{"amount": 3, "note": 1}']);
    const answer = await api.call(`${eventsOf(id)}/purchase/properties`);
    const found = answer.body.properties as { name: string; types: string[] }[];
    const byName = Object.fromEntries(found.map((one) => [one.name, { ...one, types: one.types.toSorted() }]));
    expect(byName.amount).toMatchObject({ types: ["null", "number"], numeric: true, count: 3, nonNumeric: 0 });
    expect(byName.note).toMatchObject({ types: ["number", "string"], numeric: false, count: 2, nonNumeric: 1 });
    expect(found.every((one) => "example" in one)).toBe(true);
  });

  test("nothing imported yet is an empty list, an unknown event 404", async () => {
    const id = await integration();
    await api.call(eventsOf(id), { json: { eventId: "purchase" } });
    expect((await api.call(`${eventsOf(id)}/purchase/records`)).body).toEqual({ records: [], next: null });
    expect((await api.call(`${eventsOf(id)}/purchase/properties`)).body).toEqual({
      properties: [],
      truncated: false,
    });
    expect(await api.call(`${eventsOf(id)}/other/records`)).toMatchObject({ status: 404 });
    expect(await api.call(`${eventsOf(id)}/other/properties`)).toMatchObject({ status: 404 });
    expect(await api.call(`${eventsOf(id)}/a%20b/records`)).toMatchObject({ status: 404 });
  });
});
