// The upgrade from version 1: nothing of what its continue-as-new carried over is lost, and its executions move to the
// new build.
import { beforeAll, describe, expect, it } from "vitest";
import { resumeSignal } from "../../src/workflows/messages.ts";
import { initialState } from "../../src/workflows/state.ts";
import { type StateV1, upgradeState } from "../../src/workflows/upgradeState.ts";
import { arrangeStoreOfV1, continuedFromV1 } from "../replay/fixtures/continuedFromV1.ts";
import { passTimeUntil, idle, quietRuntime, scenario, statusOf } from "../support/workflows/scenario.ts";

beforeAll(quietRuntime);

describe("the state of version 1", () => {
  const { state } = continuedFromV1().input;

  it("keeps everything under its new name", () => {
    expect(upgradeState(state)).toEqual({
      version: 2,
      paused: true,
      servedSyncVersion: state.servedSyncVersion,
      lastRunStartedAtMs: state.lastCycleStartedAtMs,
      retryAtMs: null,
      failedRuns: 0,
      requests: ["asked while paused", "asked again"],
      run: {
        id: state.cycle!.id,
        startedAtMs: state.cycle!.startedAtMs,
        requests: [],
        export: { highWatermark: state.cycle!.export!.bound, result: null },
        import: {
          highWatermarkMs: state.cycle!.import!.boundMs,
          pages: 7,
          failedEvents: ["refund"],
          result: null,
        },
      },
      exportCursorSeq: 140,
      exportAttemptedSeq: 140,
      events: state.events,
      pageHalvings: 3,
      errors: state.errors,
    });
  });

  it("keeps the results of directions that ended before, and a state between two runs", () => {
    const error = { kind: "auth" as const, message: "refused", sinceMs: 1 };
    const ended: StateV1 = {
      ...state,
      failedCycles: 2,
      retryAtMs: 5,
      cycle: {
        ...state.cycle!,
        export: { bound: null, result: { leg: "export", outcome: "failed", error } },
        import: null,
      },
    };
    expect(upgradeState(ended)).toMatchObject({
      failedRuns: 2,
      retryAtMs: 5,
      run: { export: { highWatermark: null, result: { direction: "export", outcome: "failed", error } }, import: null },
    });
    expect(upgradeState({ ...state, cycle: null }).run).toBeNull();
  });

  it("of version 2 stays as it is", () => {
    expect(upgradeState(initialState())).toEqual(initialState());
  });
});

describe("an execution that version 1 continued as new", () => {
  const { input, store } = continuedFromV1();

  it("stays paused, then ends the same run from its cursors and serves the requests that were left", async () => {
    await scenario(
      async (current) => {
        const { fake, handle } = current;
        await passTimeUntil(current, () => fake.projection?.paused === true, "the pause in the store");
        await current.env.sleep("1 day");
        expect(fake.runs).toEqual([]);
        expect(await statusOf(current)).toMatchObject({
          status: "paused",
          runId: input.state.cycle!.id,
          queuedRequests: 2,
          exportCursorSeq: store.checkpointSeq,
          errors: { events: { refund: { kind: "schema" } } },
        });
        await handle.signal(resumeSignal);
        await passTimeUntil(current, () => fake.finishedRuns.length >= 2, "the unfinished run and the one asked for");
        await idle(current);
        const [unfinished, asked] = fake.finishedRuns;
        expect(unfinished).toMatchObject({
          runId: input.state.cycle!.id,
          startedAtMs: input.state.cycle!.startedAtMs,
          finished: { outcome: "partial" },
          directions: [
            { direction: "export", outcome: "succeeded" },
            { direction: "import", outcome: "partial", failedEvents: ["refund"] },
          ],
        });
        expect(asked!.requestIds).toEqual(["asked while paused", "asked again"]);
        const seqs = [...fake.delivered.keys()].toSorted((a, b) => a - b);
        expect(seqs).toEqual(
          Array.from({ length: fake.sealed - store.checkpointSeq }, (_, i) => store.checkpointSeq + 1 + i),
        );
        expect([...fake.delivered.values()].every((times) => times === 1)).toBe(true);
        // The first page read is the one at which version 1 stopped, as small as it had become.
        const firstPage = fake.calls.find(({ name }) => name === "importPage")!;
        expect(firstPage.input).toMatchObject({
          runId: input.state.cycle!.id,
          task: { events: ["purchase"], progress: { unfinished: { position: 7 } } },
          pageHalvings: 3,
        });
        await handle.cancel();
      },
      { state: input.state, arrange: arrangeStoreOfV1 },
    );
  });
});
