// POST /v1/exposures over the real store: what is accepted is committed, what is refused leaves nothing.
import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { MAX_EXPOSURE_BODY_BYTES, MAX_EXPOSURES_PER_CALL } from "../../../src/domain/limits.ts";
import { createHarness, MAX_AGE_DAYS, type Answer, type Harness } from "../../support/api/harness.ts";

const DAY_MS = 86_400_000;
const GOOD = { alias_id: "router", route_id: "route", variant_id: "b", user: "u-1" };
const NDJSON = { "content-type": "application/x-ndjson" };

let api: Harness;
let sql: pg.Client;
beforeAll(async () => {
  api = await createHarness();
  sql = new pg.Client({ connectionString: api.database.url });
  await sql.connect();
});
afterAll(async () => {
  await sql.end();
  await api.close();
});
beforeEach(async () => {
  await sql.query("delete from exposures");
});

const post = (exposures: unknown) => api.call("/v1/exposures", { json: { exposures } });
const postLines = (raw: string) => api.call("/v1/exposures", { raw, headers: NDJSON });
const errorsOf = (answer: Answer) => answer.body.errors as { path: string; message: string }[];
const pathsOf = (answer: Answer) => errorsOf(answer).map(({ path }) => path);

async function stored(): Promise<number> {
  const result = await sql.query<{ count: number }>("select count(*)::int as count from exposures");
  return result.rows[0]?.count ?? -1;
}

async function storedRows(): Promise<Record<string, unknown>[]> {
  const result = await sql.query<{ row: Record<string, unknown> }>(
    "select to_jsonb(e) as row from exposures e order by id",
  );
  return result.rows.map(({ row }) => row);
}

/** What a call led to: its answer and what is in the store. */
const outcomeOf = async (answer: Answer) => ({
  status: answer.status,
  type: answer.headers.get("content-type"),
  paths: pathsOf(answer),
  stored: await stored(),
});
const refusal = (paths: string[]) => ({ status: 400, type: "application/problem+json", paths, stored: 0 });

describe("accepted", () => {
  test("all records are committed when the answer comes", async () => {
    const answer = await post([GOOD, { ...GOOD, user: "u-2", timestamp: Date.now() }]);
    expect(answer).toMatchObject({ status: 202, body: { accepted: 2 } });
    expect(await storedRows()).toMatchObject([
      { alias_id: "router", route_id: "route", variant_id: "b", user_id: "u-1" },
      { user_id: "u-2" },
    ]);
  });

  test("times are kept to the millisecond, whatever their spelling", async () => {
    const hourMs = Math.floor(Date.now() / 3_600_000) * 3_600_000 - 86_400_000;
    const at = new Date(hourMs + 123).toISOString();
    const spellings = [hourMs + 123, at, at.replace("Z", "+00:00"), at.toLowerCase(), at.replace("123Z", "123999Z")];
    expect(await post(spellings.map((timestamp) => ({ ...GOOD, timestamp })))).toMatchObject({ status: 202 });
    const times = (await storedRows()).map((row) => row.exposed_at_ms);
    expect(times).toEqual(spellings.map(() => hourMs + 123));
  });

  test("NDJSON, blank lines and CRLF included, a last line without an end", async () => {
    const line = JSON.stringify(GOOD);
    expect(await postLines(`${line}\n\n  \r\n${line}\r\n${line}`)).toMatchObject({
      status: 202,
      body: { accepted: 3 },
    });
    expect(await stored()).toBe(3);
  });

  test.each([
    "application/ndjson",
    "application/jsonl",
    "application/jsonl; charset=utf-8",
    "application/x-ndjson; charset=UTF-8",
  ])("lines as %s", async (type) => {
    const lines = `${JSON.stringify(GOOD)}\n${JSON.stringify(GOOD)}\n`;
    const answer = await api.call("/v1/exposures", { raw: lines, headers: { "content-type": type } });
    expect(answer.status).toBe(202);
  });

  test("nothing at all is 0 records", async () => {
    expect((await post([])).body).toEqual({ accepted: 0 });
    expect((await postLines("\n\n")).body).toEqual({ accepted: 0 });
  });

  test("ids of every length and script up to 255 bytes", async () => {
    const ids = ["a", "é".repeat(127), "😀".repeat(63), "x".repeat(255), " ", "a\tb"];
    expect(await post(ids.map((user) => ({ ...GOOD, user })))).toMatchObject({
      status: 202,
      body: { accepted: ids.length },
    });
    expect((await storedRows()).map((row) => row.user_id)).toEqual(ids);
  });

  test("the largest call", async () => {
    const answer = await post(Array.from({ length: MAX_EXPOSURES_PER_CALL }, (_, i) => ({ ...GOOD, user: `u-${i}` })));
    expect(answer).toMatchObject({ status: 202, body: { accepted: MAX_EXPOSURES_PER_CALL } });
    expect(await stored()).toBe(MAX_EXPOSURES_PER_CALL);
  });
});

describe("one bad record refuses the call and stores nothing", () => {
  const long = "x".repeat(256);
  const badIds = [undefined, null, 1, "", long, "é".repeat(128), "a\u0000b", "\ud800", "a\udc00b", {}, []];
  test.each(["alias_id", "route_id", "variant_id", "user"])("%s", async (field) => {
    for (const value of badIds) {
      expect(await outcomeOf(await post([GOOD, { ...GOOD, [field]: value }]))).toEqual(
        refusal([`exposures[1].${field}`]),
      );
    }
  });

  test("a timestamp", async () => {
    const now = Date.now();
    const outside = [
      now + 6 * 60_000,
      now - (MAX_AGE_DAYS + 1) * DAY_MS,
      new Date(now + 6 * 60_000).toISOString(),
      "1999-01-01T00:00:00Z",
    ];
    const wrong = [
      null,
      true,
      1.5,
      1e300,
      {},
      "",
      "yesterday",
      "2026-01-01",
      "2026-01-01T00:00:00",
      "2026-02-30T00:00:00Z",
      "2026-01-01 00:00:00Z",
    ];
    for (const timestamp of [...outside, ...wrong]) {
      expect(await outcomeOf(await post([{ ...GOOD, timestamp }]))).toEqual(refusal(["exposures[0].timestamp"]));
    }
  });

  test("records that are no objects", async () => {
    expect(await outcomeOf(await post([null, "x", 1, [], GOOD]))).toEqual(
      refusal([0, 1, 2, 3].map((i) => `exposures[${i}]`)),
    );
  });

  test("unknown fields, with their path", async () => {
    expect(await outcomeOf(await post([{ ...GOOD, usr: "x" }]))).toEqual(refusal(["exposures[0].usr"]));
    const answer = await api.call("/v1/exposures", { raw: `{"exposures":[{"__proto__":{"user":"x"}}],"extra":1}` });
    expect(pathsOf(answer)).toContain("exposures[0].__proto__");
    expect(pathsOf(answer)).toContain("extra");
  });

  test("every bad field is listed, blank lines not counted", async () => {
    const lines = [
      JSON.stringify(GOOD),
      "",
      `{"alias_id": "a"}`,
      "{not json",
      JSON.stringify({ ...GOOD, user: 5, timestamp: "x" }),
    ];
    expect(await outcomeOf(await postLines(lines.join("\n")))).toEqual(
      refusal([
        "exposures[1].route_id",
        "exposures[1].variant_id",
        "exposures[1].user",
        "exposures[2]",
        "exposures[3].user",
        "exposures[3].timestamp",
      ]),
    );
  });

  test("the list is bounded and says so", async () => {
    const answer = await post(Array.from({ length: 500 }, () => ({})));
    expect(errorsOf(answer)).toHaveLength(100);
    expect(answer.body.detail).toContain("2000 fields");
  });

  test.each([
    ["[]", ""],
    ["3", ""],
    ["{}", "exposures"],
    [`{"exposures": {}}`, "exposures"],
  ])("a body of %s", async (raw, path) => {
    expect(await outcomeOf(await api.call("/v1/exposures", { raw }))).toEqual(refusal([path]));
  });

  test("text that is no JSON or no UTF-8", async () => {
    expect(await api.call("/v1/exposures", { raw: "{" })).toMatchObject({ status: 400 });
    expect(await api.call("/v1/exposures", { raw: new Uint8Array([0x22, 0xff, 0x22]) })).toMatchObject({ status: 400 });
  });

  test("a time that falls out of the window before the commit is the caller's error too", async () => {
    // The database's clock moves between the API's look at it and the transaction's.
    await sql.query(`create table ticks (n int)`);
    const { rows } = await sql.query<{ def: string }>(`select pg_get_functiondef('crosscurrent_now'::regproc) as def`);
    await sql.query(
      `create or replace function crosscurrent_now() returns timestamptz language plpgsql volatile as $$
       begin insert into ticks values (1); return clock_timestamp() - interval '10 minutes' * ((select count(*) from ticks) - 1); end $$`,
    );
    try {
      const answer = await post([GOOD, { ...GOOD, timestamp: Date.now() + 60_000 }]);
      expect(await outcomeOf(answer)).toEqual(refusal(["exposures[1].timestamp"]));
    } finally {
      await sql.query(rows[0]?.def ?? "");
      await sql.query("drop table ticks");
    }
  });
});

describe("limits", () => {
  test("too many records: 413, even if they are bad", async () => {
    expect(await post(Array.from({ length: MAX_EXPOSURES_PER_CALL + 1 }, () => 1))).toMatchObject({ status: 413 });
    expect(await postLines("x\n".repeat(MAX_EXPOSURES_PER_CALL + 1))).toMatchObject({ status: 413 });
    expect(await stored()).toBe(0);
  });

  test("too many bytes: 413, whatever they are and whatever their length claims to be", async () => {
    const raw = "{".repeat(MAX_EXPOSURE_BODY_BYTES + 1);
    expect(await api.call("/v1/exposures", { raw })).toMatchObject({ status: 413 });
    expect(await api.call("/v1/exposures", { raw, headers: { "content-length": "2" } })).toMatchObject({ status: 413 });
    expect(await api.call("/v1/exposures", { raw, headers: { "content-type": "text/plain" } })).toMatchObject({
      status: 413,
    });
  });

  test.each(["text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin1", ""])(
    "media type %j: 415",
    async (type) => {
      expect(await api.call("/v1/exposures", { raw: "{}", headers: { "content-type": type } })).toMatchObject({
        status: 415,
      });
    },
  );

  test("a compressed body: 415", async () => {
    expect(await api.call("/v1/exposures", { raw: "{}", headers: { "content-encoding": "gzip" } })).toMatchObject({
      status: 415,
    });
  });
});

test("exposures belong to the workspace of the key", async () => {
  await api.callOther("/v1/exposures", { json: { exposures: [GOOD] } });
  const rows = await storedRows();
  expect(JSON.stringify(rows)).toContain(api.other.workspaceId);
  expect(JSON.stringify(rows)).not.toContain(api.workspace.workspaceId);
});
