// `/import` word for word: every documented answer, every limit at its edge, every form of body and credentials.
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type MixpanelStandIn, startMixpanelStandIn } from "../../../../dev/standins/mixpanel/server.ts";
import { call, event, importBatch, PROJECT } from "../../../support/dev/mixpanelClient.ts";

let standIn: MixpanelStandIn;
beforeAll(async () => {
  standIn = await startMixpanelStandIn();
});
afterAll(() => standIn.stop());
beforeEach(async () => {
  await standIn.control.deleteProject(PROJECT);
  await standIn.control.putProject(PROJECT);
  await standIn.control.realClock();
});

const stored = async (): Promise<number> => (await standIn.control.count(PROJECT)).stored;

describe("strict answers", () => {
  it("takes a good batch with 200 and exactly the documented body", async () => {
    const answer = await importBatch(standIn, [event(1), event(2)]);
    expect(answer.text).toBe('{"code":200,"num_records_imported":2,"status":"OK"}');
    expect(answer.status).toBe(200);
  });

  it("takes the good ones of a partly bad batch and lists the bad by index", async () => {
    const answer = await importBatch(standIn, [event(1), event(2, { time: "yesterday" }), event(3)]);
    expect(answer.status).toBe(400);
    expect(answer.text).toBe(
      '{"code":400,"error":"some data points in the request failed validation","failed_records":[{"index":1,"insert_id":"id-2",' +
        `"field":"properties.time","message":"'properties.time' is invalid: must be specified as seconds since epoch"}],` +
        '"num_records_imported":2,"status":"Bad Request"}',
    );
    expect(await stored()).toBe(2);
  });

  const hourAhead = Date.now() + 3_700_000;
  it.each([
    ["a blank event", { ...event(1), event: " " }, "event", "'event' must not be missing or blank"],
    ["no time", event(1, { time: undefined }), "properties.time", "'properties.time' is invalid: must not be missing"],
    [
      "a time before 1971",
      event(1, { time: 31_535_999 }),
      "properties.time",
      "'properties.time' is invalid: must be specified as seconds since epoch",
    ],
    [
      "a fraction",
      event(1, { time: 1_700_000_000.5 }),
      "properties.time",
      "'properties.time' is invalid: must be specified as seconds since epoch",
    ],
    [
      "a future time in ms",
      event(1, { time: hourAhead }),
      "properties.time",
      "'properties.time' is invalid: must not be in the future",
    ],
    [
      "a future time in s",
      event(1, { time: Math.floor(hourAhead / 1000) }),
      "properties.time",
      "'properties.time' is invalid: must not be in the future",
    ],
    [
      "a colon in $insert_id",
      event(1, { $insert_id: "a:b" }),
      "$insert_id",
      "'$insert_id' is invalid: must only contain alphanumeric or hyphen '-' characters",
    ],
    [
      "no $insert_id",
      event(1, { $insert_id: undefined }),
      "$insert_id",
      "'$insert_id' is invalid: must not be missing",
    ],
    [
      "37 bytes of $insert_id",
      event(1, { $insert_id: "a".repeat(37) }),
      "$insert_id",
      "'$insert_id' is invalid: must not be longer than 36 bytes",
    ],
    [
      "a blocked $insert_id",
      event(1, { $insert_id: "undefined" }),
      "$insert_id",
      "'$insert_id' is invalid: must not be a disallowed value",
    ],
    [
      "a blocked distinct_id",
      event(1, { distinct_id: "anonymous" }),
      "properties.distinct_id",
      "'properties.distinct_id' is invalid: must not be a disallowed value",
    ],
    [
      "an array of 255",
      event(1, { list: Array(255).fill(1) }),
      "properties.list",
      "'properties.list' is invalid: array must have fewer than 255 elements",
    ],
    [
      "depth 4",
      event(1, { deep: { a: { b: { c: {} } } } }),
      "properties.deep",
      "'properties.deep' is invalid: must not be nested deeper than 3 levels",
    ],
    [
      "255 properties",
      event(1, Object.fromEntries(Array.from({ length: 252 }, (_, i) => [`p${i}`, i]))),
      "properties",
      "'properties' is invalid: must have fewer than 255 keys",
    ],
    [
      "another top-level key",
      { ...event(1), extra: 1 },
      "extra",
      "event is invalid: only 'event' and 'properties' are allowed",
    ],
    [
      "1 MB",
      event(1, { list: Array(100).fill("x".repeat(10_500)) }),
      "event",
      "event is invalid: must be smaller than 1 MB",
    ],
  ])("refuses %s", async (_what, bad, field, message) => {
    const { status, json } = await importBatch(standIn, [bad, event(9)]);
    expect(status).toBe(400);
    expect(json["num_records_imported"]).toBe(1);
    expect(json["failed_records"]).toEqual([expect.objectContaining({ index: 0, field, message })]);
  });

  it("takes what is just within those limits", async () => {
    const properties = Object.fromEntries(Array.from({ length: 251 }, (_, i) => [`p${i}`, i]));
    const good = [
      event(1, properties),
      event(2, { time: 31_536_000 }),
      event(3, { time: 31_536_000_000 }),
      event(4, { $insert_id: "a".repeat(36), list: Array(254).fill(1), deep: { a: { b: {} } } }),
      event(5, { distinct_id: "" }),
      event(6, { distinct_id: "Anonymous" }),
    ];
    expect((await importBatch(standIn, good)).json).toMatchObject({ code: 200, num_records_imported: 6 });
  });

  it("refuses an event without distinct_id in an Original project only", async () => {
    const nobody = event(1, { distinct_id: undefined });
    expect((await importBatch(standIn, [nobody])).status).toBe(200);
    await standIn.control.putProject(PROJECT, { idMerge: "original" });
    const { json } = await importBatch(standIn, [nobody]);
    expect(json["failed_records"]).toEqual([
      {
        index: 0,
        insert_id: "id-1",
        field: "properties.distinct_id",
        message: "'properties.distinct_id' is invalid: must not be missing",
      },
    ]);
  });

  it.each(["$identify", "$create_alias", "$merge"])(
    "loses the whole batch for %s in a Simplified project, with a string entry",
    async (name) => {
      const answer = await importBatch(standIn, [event(1), { ...event(2), event: name }]);
      expect(answer.status).toBe(400);
      expect(answer.json).toMatchObject({
        num_records_imported: 0,
        failed_records: ["identity events are not allowed when project is using simplified identity management"],
      });
      expect(await stored()).toBe(0);
      await standIn.control.putProject(PROJECT, { idMerge: "original" });
      expect((await importBatch(standIn, [event(1), { ...event(2), event: name }])).status).toBe(200);
    },
  );

  it("names the property whose bytes are no UTF-8", async () => {
    const text = JSON.stringify([event(1, { note: "#" })]);
    const [head, tail] = text.split("#") as [string, string];
    const body = Buffer.concat([Buffer.from(head), Buffer.from([0xff]), Buffer.from(tail)]);
    const { json } = await call(standIn, `/import?strict=1&project_id=${PROJECT}`, {
      body,
      headers: { "content-type": "application/json" },
    });
    expect(json["failed_records"]).toEqual([
      {
        index: 0,
        insert_id: "id-1",
        field: "properties.note",
        message: "properties.note is invalid: string should be valid utf8",
      },
    ]);
  });

  it("refuses what is no JSON, without failed records", async () => {
    const { status, json } = await call(standIn, `/import?strict=1&project_id=${PROJECT}`, {
      body: "[{",
      headers: { "content-type": "application/json" },
    });
    expect(status).toBe(400);
    expect(json).not.toHaveProperty("failed_records");
  });
});

describe("limits", () => {
  it("refuses more than 2,000 events, by a setting with 413 or 400", async () => {
    const events = Array.from({ length: 2001 }, (_, i) => event(i));
    expect((await importBatch(standIn, events)).status).toBe(413);
    await standIn.control.putProject(PROJECT, { invented: { tooManyEventsStatus: 400 } });
    expect((await importBatch(standIn, events)).status).toBe(400);
    expect((await importBatch(standIn, events.slice(1))).json["num_records_imported"]).toBe(2000);
  });

  it("measures 10 MB on the decompressed body", async () => {
    const line = "x".repeat(255);
    const events = Array.from({ length: 1500 }, (_, i) => event(i, { list: Array(26).fill(line) }));
    const answer = await importBatch(standIn, events);
    expect(answer.status).toBe(413);
    expect(answer.text).toBe(
      '{"code":413,"error":"request exceeds max limit of 10000000 bytes","status":"Request Entity Too Large"}',
    );
    const uncompressed = await call(standIn, `/import?strict=1&project_id=${PROJECT}`, {
      body: randomBytes(10_000_001),
      headers: { "content-type": "application/json" },
    });
    expect(uncompressed.status).toBe(413);
    expect(await stored()).toBe(0);
  });

  it("answers 429 beyond the events of a rolling minute, counts 400s as well, and recovers with time", async () => {
    await standIn.control.putProject(PROJECT, { importEventsPerSecond: 10 });
    await standIn.control.setClock(Date.now(), { frozen: true });
    const batch = Array.from({ length: 300 }, (_, i) => event(i));
    expect((await importBatch(standIn, batch)).status).toBe(200);
    expect(
      (
        await importBatch(
          standIn,
          batch.map((one) => ({ ...one, event: "" })),
        )
      ).status,
    ).toBe(400);
    const refused = await importBatch(standIn, [event(1)]);
    expect(refused.status).toBe(429);
    expect(refused.text).toBe(
      '{"code":429,"error":"Project exceeded rate limits. Please retry the request with exponential backoff.","status":"Too Many Requests"}',
    );
    expect(refused.headers["retry-after"]).toBeUndefined();
    await standIn.control.advanceClock(59_000);
    expect((await importBatch(standIn, [event(1)])).status).toBe(429);
    await standIn.control.advanceClock(2000);
    expect((await importBatch(standIn, [event(1)])).status).toBe(200);
    expect((await standIn.control.requests(PROJECT)).byKind["import"]?.byStatus).toEqual({ 200: 2, 400: 1, 429: 2 });
  });

  it("answers 429 beyond the bytes of a rolling minute", async () => {
    await standIn.control.putProject(PROJECT, { importBytesPerMinute: 200 });
    expect((await importBatch(standIn, [event(1)])).status).toBe(200);
    expect((await importBatch(standIn, [event(2)])).status).toBe(429);
  });
});
