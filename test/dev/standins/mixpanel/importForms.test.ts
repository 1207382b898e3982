// `/import`: forms of credentials and of the body, and what becomes of an accepted event.
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type MixpanelStandIn, startMixpanelStandIn } from "../../../../dev/standins/mixpanel/server.ts";
import { ACCOUNT, basic, call, event, importBatch, NOON_MS, PROJECT } from "../../../support/dev/mixpanelClient.ts";

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
      { $user_id: "U", $device_id: "F" },
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
    expect(rows.map(({ properties }) => properties["$device_id"])).toEqual(["F", "D", "D", "E", undefined]);
  });
});
