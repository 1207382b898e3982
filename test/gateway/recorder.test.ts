// The recorder during an outage: it ends for all workspaces at once, and one workspace alone makes none.
import { expect, test } from "vitest";
import { createRecorder } from "../../src/gateway/recorder.ts";
import { UnavailableError } from "../../src/store/store.ts";
import { eventually } from "../support/eventually.ts";

const EXPOSURE = { aliasId: "one", routeId: "r", variantId: "v", userId: "ann", exposedAtMs: null };

/** Commits and pings fail while there is an error. */
function recorderOf(state: { error: Error | null }) {
  const answer = () => (state.error === null ? Promise.resolve() : Promise.reject(state.error));
  const exposures = { ingest: answer, seal: () => Promise.reject(new Error("not asked")) };
  return createRecorder({ exposures, ping: answer, onCommit: () => undefined });
}

const isRefused = (recorder: ReturnType<typeof recorderOf>) => {
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

test("a commit that takes too long fails alone", async () => {
  const recorder = recorderOf({ error: new UnavailableError("57014", null) });
  await expect(recorder.record("b", EXPOSURE)).rejects.toThrow("57014");
  expect(isRefused(recorder)).toBe(false);
});
