// `/import` word for word: every documented answer, every limit at its edge, every form of body and credentials.
import { randomBytes } from "node:crypto";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startMixpanelStandIn } from "../../../dev/mixpanel/server.ts";
import type { MixpanelStandIn } from "../../../dev/mixpanel/server.ts";
import { ACCOUNT, basic, call, event, importBatch, NOON_MS, PROJECT } from "./client.ts";

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
    await standIn.control.putProject(PROJECT, { importBytesPerMinute: 500 });
    expect((await importBatch(standIn, [event(1)])).status).toBe(200);
    expect(
      (
        await importBatch(
          standIn,
          Array.from({ length: 6 }, (_, i) => event(i)),
        )
      ).status,
    ).toBe(429);
  });
});

describe("credentials", () => {
  const post = (authorization: string, query = `strict=1&project_id=${PROJECT}`) =>
    importBatch(standIn, [event(1)], { headers: { authorization }, query });

  it("takes a service account encoded or plain, a token, and a secret with or without its colon", async () => {
    const plain = `Basic sync.${PROJECT}.mp-service-account:sa-secret-${PROJECT}`;
    expect((await post(ACCOUNT)).status).toBe(200);
    expect((await post(plain)).status).toBe(200);
    expect((await post(basic(`token-${PROJECT}:`), "strict=1")).status).toBe(200);
    expect((await post(basic(`secret-${PROJECT}:`), "strict=1")).status).toBe(200);
    expect((await post(basic(`secret-${PROJECT}`), "strict=1")).status).toBe(200);
    expect(await stored()).toBe(5);
  });

  it("says why it refuses others, always with 401", async () => {
    await standIn.control.putProject("2002");
    const cases: [string, string, string][] = [
      [basic("nobody.mp-service-account:x"), `project_id=${PROJECT}`, "Not a valid service account username"],
      [
        basic("sync.2002.mp-service-account:sa-secret-2002"),
        `project_id=${PROJECT}`,
        "Service account is not a project member",
      ],
      [
        basic(`sync.${PROJECT}.mp-service-account:wrong`),
        `project_id=${PROJECT}`,
        "Invalid service account credentials",
      ],
      [
        basic("secret-2002:"),
        `project_id=${PROJECT}`,
        "Mismatch between project secret's project ID and URL project ID",
      ],
      [
        basic("wrong:"),
        "",
        "Unauthorized, invalid project secret. See docs for more information: https://developer.mixpanel.com/reference/authentication#project-secret",
      ],
      ["Bearer x", `project_id=${PROJECT}`, "Invalid credentials"],
    ];
    for (const [authorization, query, error] of cases) {
      const answer = await post(authorization, `strict=1&${query}`);
      expect(answer.json).toEqual({ code: 401, error, status: "Unauthorized" });
      expect(answer.status).toBe(401);
    }
    expect(await stored()).toBe(0);
  });

  it("refuses a low role, an expired account and a secret over plain HTTP where it is set so", async () => {
    const account = { username: "a.mp-service-account", secret: "s" };
    await standIn.control.putProject(PROJECT, { serviceAccounts: [{ ...account, role: "analyst" }] });
    expect((await post(basic("a.mp-service-account:s"))).status).toBe(401);
    await standIn.control.putProject(PROJECT, {
      serviceAccounts: [{ ...account, role: "admin", expiresAtMs: Date.now() + 60_000 }],
    });
    expect((await post(basic("a.mp-service-account:s"))).status).toBe(200);
    await standIn.control.advanceClock(61_000);
    expect((await post(basic("a.mp-service-account:s"))).status).toBe(401);
    await standIn.control.putProject(PROJECT, { invented: { refuseSecretOverHttp: true } });
    expect((await post(basic(`secret-${PROJECT}:`), "strict=1")).status).toBe(401);
  });

  it("knows a project in its own region only", async () => {
    await standIn.control.putProject(PROJECT, { region: "eu" });
    const host = (name: string) => importBatch(standIn, [event(1)], { headers: { host: name } });
    expect((await host("api-eu.mixpanel.com")).status).toBe(200);
    expect((await host("api.mixpanel.com")).json["error"]).toBe("cannot find the project");
    expect((await host("api-in.mixpanel.com")).status).toBe(401);
    await standIn.control.setRegion("us");
    expect((await importBatch(standIn, [event(1)])).status).toBe(401);
    await standIn.control.setRegion(null);
    expect((await importBatch(standIn, [event(1)])).status).toBe(200);
  });
});

describe("forms of the body", () => {
  const path = `/import?strict=1&project_id=${PROJECT}`;

  it("takes NDJSON, plain and gzipped", async () => {
    const text = [event(1), event(2)].map((one) => JSON.stringify(one)).join("\n");
    const headers = { "content-type": "application/x-ndjson" };
    expect((await call(standIn, path, { body: text, headers })).json["num_records_imported"]).toBe(2);
    const gzipped = { body: gzipSync(text), headers: { ...headers, "content-encoding": "gzip" } };
    expect((await call(standIn, path, gzipped)).json["num_records_imported"]).toBe(2);
  });

  it("takes legacy forms: base64 not escaped, JSON escaped, and data in a GET", async () => {
    // The plus signs of this text's base64 arrive as blanks.
    const events = JSON.stringify([event(1, { note: "»¾~~~>>>???ûûû" })]);
    const base64 = Buffer.from(events).toString("base64");
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    expect(base64).toContain("+");
    expect((await call(standIn, `/import?project_id=${PROJECT}`, { body: `data=${base64}`, headers })).text).toBe("1");
    const form = new URLSearchParams({ data: events, verbose: "1" }).toString();
    expect((await call(standIn, `/import?project_id=${PROJECT}`, { body: form, headers })).text).toBe(
      '{"error":null,"status":1}',
    );
    expect((await call(standIn, `/import?project_id=${PROJECT}&data=${encodeURIComponent(base64)}`)).text).toBe("1");
    const rows = await standIn.control.rows(PROJECT);
    expect(rows.map(({ properties }) => properties["note"])).toEqual(Array(3).fill("»¾~~~>>>???ûûû"));
  });

  it("answers legacy requests by 0 and 1, or verbosely; [{}] is the credential check", async () => {
    const legacy = (events: unknown, query: string) =>
      importBatch(standIn, events, { query: `project_id=${PROJECT}&${query}` });
    expect((await legacy([event(1)], "strict=0")).text).toBe("1");
    expect((await legacy([{}], "strict=0")).text).toBe("0");
    expect((await legacy([{}], "strict=0&verbose=1")).text).toBe('{"error":"data, missing or empty","status":0}');
    expect((await legacy([event(2, { $insert_id: undefined }), {}], "verbose=1")).text).toBe(
      '{"error":null,"status":1}',
    );
    const [row] = await standIn.control.rows(PROJECT, { distinctId: "user-2" });
    expect(row?.properties["$insert_id"]).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe("what is stored", () => {
  it("adds Mixpanel's properties, cuts strings, drops ip and token, keeps every digit", async () => {
    const text = JSON.stringify([
      event(1, {
        ip: "1.2.3.4",
        token: "t",
        long: "x".repeat(300),
        nested: { long: "y".repeat(300) },
        big: "BIG",
        small: "SMALL",
      }),
    ])
      .replace('"BIG"', "123456789012345678901234567890.123456789")
      .replace('"SMALL"', "-1.5e-400");
    const headers = { "content-type": "application/json", host: "api.mixpanel.com" };
    expect((await call(standIn, `/import?strict=1&project_id=${PROJECT}`, { body: text, headers })).status).toBe(200);
    const { text: exported } = await call(
      standIn,
      `/api/2.0/export?project_id=${PROJECT}&from_date=2026-03-10&to_date=2026-03-10&time_in_ms=true`,
    );
    expect(exported).toContain('"big":123456789012345678901234567890.123456789');
    expect(exported).toContain('"small":-1.5e-400');
    const { properties } = JSON.parse(exported) as { properties: Record<string, unknown> };
    expect(properties).toMatchObject({
      time: NOON_MS + 1,
      $import: true,
      $user_id: "user-1",
      $mp_api_endpoint: "api.mixpanel.com",
    });
    expect(properties).not.toHaveProperty("ip");
    expect(properties).not.toHaveProperty("token");
    expect(properties["long"]).toBe("x".repeat(255));
    expect(properties["nested"]).toEqual({ long: "y".repeat(255) });
    expect(properties["mp_processing_time_ms"]).toBeGreaterThan(properties["$mp_api_timestamp_ms"] as number);
    expect(properties["$mp_event_size"]).toBeGreaterThan(500);
  });

  it("moves a time within the next hour to now, and drops $ignore and blocked events with 200", async () => {
    await standIn.control.putProject(PROJECT, { blockedEvents: ["blocked"] });
    const nowMs = await standIn.control.setClock(NOON_MS, { frozen: true });
    const events = [
      event(1, { time: nowMs + 3_000_000 }),
      event(2, { $ignore: true, time: nowMs }),
      { ...event(3, { time: nowMs }), event: "blocked" },
    ];
    expect((await importBatch(standIn, events)).json).toEqual({ code: 200, num_records_imported: 3, status: "OK" });
    const rows = await standIn.control.rows(PROJECT);
    expect(rows.map(({ properties }) => properties["time"])).toEqual([nowMs]);
    expect(await standIn.control.requests(PROJECT)).toMatchObject({ eventsStored: 1, eventsDropped: 2 });
  });

  it("computes a Simplified project's distinct_id", async () => {
    const ids = [
      { $user_id: "U", $device_id: "D" },
      { $device_id: "D" },
      { $device_id: "$device:D" },
      { distinct_id: "$device:E" },
      {},
    ];
    await importBatch(
      standIn,
      ids.map((given, i) => event(i, given)),
    );
    const rows = await standIn.control.rows(PROJECT);
    expect(rows.map(({ properties }) => properties["distinct_id"])).toEqual([
      "U",
      "$device:D",
      "$device:D",
      "$device:E",
      "user-4",
    ]);
    expect(rows.map(({ properties }) => properties["$device_id"])).toEqual(["D", "D", "D", "E", undefined]);
  });
});
