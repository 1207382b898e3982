// The recorder during an outage: it ends for all workspaces at once, and one workspace alone makes none.
import pg from "pg";
import { expect, test } from "vitest";
import { createRecorder, type ExposureRecorder } from "../../src/gateway/recorder.ts";
import { UnavailableError } from "../../src/store/store.ts";
import { eventually } from "../support/eventually.ts";
import { openTestStore } from "../support/store/storeDatabase.ts";
import { createTestDatabase } from "../support/store/testDatabase.ts";

const EXPOSURE = { aliasId: "one", routeId: "r", variantId: "v", userId: "ann", exposedAtMs: null };

/** Commits fail while there is an error. */
function recorderOf(state: { error: Error | null }) {
  const answer = () => (state.error === null ? Promise.resolve() : Promise.reject(state.error));
  return createRecorder({ exposures: { ingest: answer, tryIngest: answer }, onCommit: () => undefined });
}

const isRefused = (recorder: ExposureRecorder) => {
  try {
    recorder.check();
    return false;
  } catch {
    return true;
  }
};

test("calls are refused during an outage, and served after it though nothing was committed", async () => {
  const state: { error: Error | null } = { error: new UnavailableError("08006", null) };
  const recorder = recorderOf(state);
  expect(isRefused(recorder)).toBe(false);
  await expect(recorder.record("b", EXPOSURE)).rejects.toBe(state.error);
  for (let i = 0; i < 3; i++) expect(isRefused(recorder)).toBe(true);
  state.error = null;
  await eventually(() => !isRefused(recorder), undefined, 5_000);
});

test("a commit that takes too long fails alone, but those of two workspaces are an outage", async () => {
  const state: { error: Error | null } = { error: new UnavailableError("57014", null) };
  const recorder = recorderOf(state);
  const fail = (workspaceId: string) => expect(recorder.record(workspaceId, EXPOSURE)).rejects.toThrow("57014");
  await fail("b");
  await fail("b");
  expect(isRefused(recorder)).toBe(false);
  const { error } = state;
  state.error = null;
  await recorder.record("c", EXPOSURE);
  state.error = error;
  await fail("a");
  expect(isRefused(recorder)).toBe(false);
  await fail("b");
  expect(isRefused(recorder)).toBe(true);
  state.error = null;
  await eventually(() => !isRefused(recorder), undefined, 5_000);
});

test("calls stay refused while PostgreSQL can be read but not written", async () => {
  const database = await createTestDatabase();
  const name = new URL(database.url).pathname.slice(1);
  const admin = new pg.Client({ connectionString: database.url });
  await admin.connect();
  await admin.query(`alter database ${name} set default_transaction_read_only = on`);
  const store = openTestStore(database.url);
  let tries = 0;
  const tryIngest = async () => {
    tries++;
    await store.exposures.tryIngest();
  };
  const exposures = { ingest: store.exposures.ingest, tryIngest };
  const recorder = createRecorder({ exposures, onCommit: () => undefined });
  await expect(recorder.record("b", EXPOSURE)).rejects.toMatchObject({ code: "25006" });
  await store.ping();
  await eventually(() => tries > 1, undefined, 20_000);
  expect(isRefused(recorder)).toBe(true);
  await admin.query(`alter database ${name} reset default_transaction_read_only`);
  await eventually(() => !isRefused(recorder), undefined, 20_000);
  await recorder.record("b", EXPOSURE);
  const { rows } = await admin.query("select workspace_id from exposures");
  expect(rows).toEqual([{ workspace_id: "b" }]);
  await Promise.all([store.close(), admin.end()]);
  await database.drop();
}, 60_000);
