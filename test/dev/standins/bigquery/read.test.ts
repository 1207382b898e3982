// Storage reads as the official client does them: offsets, streams, sessions that end, what cannot be read.
import { status } from "@grpc/grpc-js";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { FaultInput } from "../../../../dev/standins/bigquery/protocol.ts";
import {
  SHARED_START_TIMEOUT_MS,
  startSharedBigQuery,
  type SharedBigQuery,
} from "../../../../dev/standins/bigquery/sharedEmulator.ts";
import { eventually } from "../../../support/eventually.ts";
import {
  clientsOf,
  failure,
  openSession,
  readAll,
  streamOf,
  usualGrants,
  type Clients,
} from "../../../support/dev/bigqueryClients.ts";

const PROJECT = "read-project";
const EMAIL = `sync@${PROJECT}.iam.gserviceaccount.com`;
const ROWS = 1_000;
const TABLE = "datasets/ds/tables/t";

let at: SharedBigQuery;
let clients: Clients;

beforeAll(async () => {
  at = await startSharedBigQuery();
  await at.control.putAccount(EMAIL, usualGrants(PROJECT, "ds"));
  await at.control.deleteDataset(PROJECT, "ds");
  await at.control.createDataset(PROJECT, "ds", { location: "EU" });
  const fields = [
    { name: "id", type: "INTEGER" },
    { name: "name", type: "STRING" },
    { name: "seen_at", type: "TIMESTAMP" },
  ];
  await at.control.createTable(PROJECT, "ds", "t", { schema: { fields } });
  const sql = `INSERT INTO \`${PROJECT}.ds.t\` SELECT i, CONCAT('user-', CAST(i AS STRING)), TIMESTAMP '2026-03-10 12:00:00+00' FROM UNNEST(GENERATE_ARRAY(0, ${ROWS - 1})) AS i`;
  await at.control.query(PROJECT, sql);
  clients = clientsOf(at, PROJECT, EMAIL);
}, SHARED_START_TIMEOUT_MS);

afterAll(() => clients.close());

beforeEach(async () => {
  await at.control.clearFaults(PROJECT);
  await at.control.resetCounters(PROJECT);
  await at.control.settings(PROJECT, { streamsMin: 1 });
});

const fault = (given: Omit<FaultInput, "target">) =>
  at.control.addFault(PROJECT, { times: 1, target: "ReadRows", ...given });

/** The ids in a batch of the one column `id`: 64-bit numbers at its end. */
function idsOf(batches: readonly Buffer[], counts: readonly number[]): bigint[] {
  return batches.flatMap((batch, i) => {
    const rows = counts[i] ?? 0;
    const from = batch.length - rows * 8;
    return Array.from({ length: rows }, (_, row) => batch.readBigInt64LE(from + row * 8));
  });
}

describe("offsets", () => {
  it("skip what was served: the same rows in the same order, once each", async () => {
    const session = await openSession(clients, PROJECT, TABLE, { fields: ["id"] });
    expect(session.name).toMatch(/^projects\/read-project\/locations\/eu\/sessions\//);
    expect(session.estimatedRowCount).toBe("1000");
    const whole = await readAll(clients, streamOf(session));
    const ids = idsOf(whole.batches, [ROWS]);
    expect(new Set(ids).size).toBe(ROWS);
    for (const offset of [1, 333, 999]) {
      const rest = await readAll(clients, streamOf(session), offset);
      expect(rest).toMatchObject({ rows: ROWS - offset, error: null });
      expect(idsOf(rest.batches, [ROWS - offset])).toEqual(ids.slice(offset));
    }
    expect(await readAll(clients, streamOf(session), ROWS)).toMatchObject({ rows: 0, error: null });
    const { error } = await readAll(clients, streamOf(session), ROWS + 1);
    expect(error?.code).toBe(status.FAILED_PRECONDITION);
    expect(error?.message).toContain(`'${streamOf(session)}': offset 1001 has not been allocated yet`);
  });

  it("work in each of several streams, and in halves of one", async () => {
    await at.control.settings(PROJECT, { streamsMin: 3 });
    const session = await openSession(clients, PROJECT, TABLE, { streams: 3, fields: ["id"] });
    const names = (session.streams ?? []).map(({ name }) => name ?? "");
    expect(names).toHaveLength(3);
    const parts = await Promise.all(names.map((name) => readAll(clients, name)));
    expect(parts.reduce((sum, { rows }) => sum + rows, 0)).toBe(ROWS);
    const all = parts.flatMap(({ batches, rows }) => idsOf(batches, [rows]));
    expect(new Set(all).size).toBe(ROWS);
    expect(await readAll(clients, names[1] ?? "", 10)).toMatchObject({ rows: (parts[1]?.rows ?? 0) - 10 });
    const [split] = await clients.read.splitReadStream({ name: names[0], fraction: 0.25 }, await clients.withToken());
    const halves = [split.primaryStream?.name ?? "", split.remainderStream?.name ?? ""];
    const [first, second] = await Promise.all(halves.map((name) => readAll(clients, name)));
    expect((first?.rows ?? 0) + (second?.rows ?? 0)).toBe(parts[0]?.rows);
    expect(await at.control.counters(PROJECT)).toMatchObject({ sessionsCreated: 1, streamsOpened: 6 });
  });
});

describe("sessions", () => {
  it("are a snapshot, project and filter", async () => {
    const rowRestriction = "id >= 10 AND id < 20 AND seen_at >= TIMESTAMP '2026-03-10'";
    const session = await openSession(clients, PROJECT, TABLE, { rowRestriction });
    await at.control.query(PROJECT, `UPDATE \`${PROJECT}.ds.t\` SET name = 'other' WHERE id = 15`);
    const { rows, batches } = await readAll(clients, streamOf(session));
    expect(rows).toBe(10);
    expect(Buffer.concat(batches).includes("user-15")).toBe(true);
  });

  it("expire, by time and on demand, with the words of the service", async () => {
    const session = await openSession(clients, PROJECT, TABLE);
    await at.control.expireSessions(PROJECT);
    const { error } = await readAll(clients, streamOf(session));
    expect(error?.code).toBe(status.FAILED_PRECONDITION);
    expect(error?.message).toMatch(
      /there was an error operating on '.+': session expired at \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00/,
    );
    await at.control.settings(PROJECT, { sessionLifetimeSeconds: 0.3 });
    const brief = await openSession(clients, PROJECT, TABLE);
    await at.control.settings(PROJECT, { sessionLifetimeSeconds: 21_600 });
    await expect
      .poll(async () => (await readAll(clients, streamOf(brief))).error?.code)
      .toBe(status.FAILED_PRECONDITION);
  });

  it("are not opened on what is missing, on views, or with a filter that is none", async () => {
    const opening = async (table: string, rowRestriction = "") =>
      await failure(openSession(clients, PROJECT, table, { rowRestriction }));
    expect(await opening("datasets/ds/tables/none")).toMatchObject({
      code: status.NOT_FOUND,
      message: `5 NOT_FOUND: request failed: Not found: Table ${PROJECT}:ds.none`,
    });
    await at.control.createTable(PROJECT, "ds", "v", { view: { query: `SELECT id FROM \`${PROJECT}.ds.t\`` } });
    expect(await opening("datasets/ds/tables/v")).toMatchObject({
      code: status.INVALID_ARGUMENT,
      message: "3 INVALID_ARGUMENT: request failed: non-table entities cannot be read with the storage API",
    });
    await at.control.replaceTableWithView(PROJECT, "ds", "v", `SELECT name FROM \`${PROJECT}.ds.t\``);
    expect(await clients.bigQuery.query(`SELECT COUNT(*) AS n FROM \`${PROJECT}.ds.v\``)).toMatchObject({
      0: [{ n: ROWS }],
    });
    const bad = await opening(TABLE, "nothing = 1");
    expect(bad.code).toBe(status.INVALID_ARGUMENT);
    expect(bad.message).toContain("Row filter for table t is invalid. Filter is 'nothing = 1'.");
  });
});

describe("faults", () => {
  it.each([
    // A reset may overtake the last rows.
    ["stream_reset", status.UNAVAILABLE, 0, null],
    ["stream_unavailable", status.UNAVAILABLE, 250, null],
    ["stream_ends_early", null, 250, null],
    ["session_expired", status.FAILED_PRECONDITION, 250, status.FAILED_PRECONDITION],
  ] as const)("%s cuts after so many rows", async (kind, code, rowsMin, codeAfterwards) => {
    const session = await openSession(clients, PROJECT, TABLE);
    await fault({ kind, afterRows: 250 });
    const cut = await readAll(clients, streamOf(session), 100);
    expect(cut.error?.code ?? null).toBe(code);
    expect(cut.rows).toBeGreaterThanOrEqual(rowsMin);
    expect(cut.rows).toBeLessThanOrEqual(250);
    const rest = await readAll(clients, streamOf(session), 100 + cut.rows);
    expect(rest.error?.code ?? null).toBe(codeAfterwards);
    expect(rest.rows).toBe(codeAfterwards === null ? ROWS - 100 - cut.rows : 0);
  });

  it("refuse or reset before any row, for one project only", async () => {
    await at.control.addFault("another-project", { kind: "backend_error", target: "any" });
    const session = await openSession(clients, PROJECT, TABLE);
    const codes: (number | null)[] = [];
    for (const kind of ["quota_exceeded", "internal_error", "unauthenticated", "reset"] as const) {
      await fault({ kind });
      codes.push((await readAll(clients, streamOf(session))).error?.code ?? null);
    }
    await fault({ kind: "grpc_status", code: status.ABORTED, message: "so it is" });
    const own = await readAll(clients, streamOf(session));
    expect(own.error).toMatchObject({ code: status.ABORTED });
    expect(codes).toEqual([status.RESOURCE_EXHAUSTED, status.INTERNAL, status.UNAUTHENTICATED, status.UNAVAILABLE]);
    expect(await readAll(clients, streamOf(session))).toMatchObject({ rows: ROWS, error: null });
    expect((await at.control.counters(PROJECT)).requests["ReadRows"]).toMatchObject({ reset: 1 });
    await at.control.clearFaults("another-project");
  });

  it("a stream that hangs goes on when the fault is cleared, or ends when the client leaves", async () => {
    const session = await openSession(clients, PROJECT, TABLE);
    const id = await fault({ kind: "stream_hang", afterRows: 10 });
    const reading = readAll(clients, streamOf(session));
    await eventually(async () => (await at.control.counters(PROJECT)).rowsServed === 10);
    await at.control.clearFaults(PROJECT, id);
    expect(await reading).toMatchObject({ rows: 10, error: null });
  });
});
