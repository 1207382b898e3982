// Everything is sent again: the cursor goes back, what is to be sent is pending, and a destination made anew is told.
import { expect, test } from "vitest";
import type { ExportDestination } from "../../../../src/domain/destination.ts";
import { exposure } from "./exposures.ts";
import { bigQuery, HOUR_MS, newIntegration, reread, type GetHarness } from "./harness.ts";

const RUN = "run";
const DAY_MS = 24 * HOUR_MS;
const WHOLE = { afterSeq: 0, throughSeq: Number.MAX_SAFE_INTEGER, limit: 1_000 };

function destination(madeAtMs: number): ExportDestination {
  return { name: "The table d.t", madeAtMs, endsAtMs: null, keepsRowsMs: null, remedy: "" };
}

export function resendAllTests(get: GetHarness): void {
  /** Two buckets of three days ago, two of yesterday, all delivered but the last, which was rejected. */
  async function withSent() {
    const { store } = get();
    const integration = await newIntegration(store, undefined, bigQuery());
    const { id, workspaceId } = integration;
    await store.integrations.update(workspaceId, id, { exportEnabled: true });
    const yesterdayMs = Math.floor((await store.nowMs()) / DAY_MS - 1) * DAY_MS;
    for (const [hourMs, users] of [
      [yesterdayMs - 2 * DAY_MS, ["a", "b"]],
      [yesterdayMs, ["c", "d"]],
    ] as const) {
      await store.exposures.ingest(
        workspaceId,
        users.map((user) => exposure(user, hourMs)),
      );
      await store.exposures.seal(workspaceId);
    }
    const buckets = await store.exports.readBuckets({ workspaceId, withRevisions: true, ...WHOLE });
    const directions = [{ direction: "export" as const, outcome: null }];
    const run = { integrationId: id, runId: RUN, startedAtMs: 1, requestIds: [], finished: null, directions };
    await store.runs.record(run);
    const throughMs = await store.nowMs();
    const rejected = buckets.slice(3).map((bucket) => ({ bucket, reason: "no" }));
    await store.exports.commit(id, RUN, 0, { cursorSeq: 4, sent: 3, rejected });
    await store.exports.complete(id, { throughSeq: 4, throughMs });
    const counts = async () => {
      const { export: now } = await reread(store, integration);
      const { sent, rejected: refused, pending, completeThroughMs } = now;
      return { sent, rejected: refused, pending, completeThroughMs };
    };
    const day = (ms: number) => new Date(ms).toISOString().slice(0, 10);
    return { store, integration, id, workspaceId, yesterdayMs, throughMs, counts, day };
  }

  test("all buckets are pending until they are sent again, and nothing counts as complete", async () => {
    const { store, id, workspaceId, throughMs, counts } = await withSent();
    expect(await counts()).toEqual({ sent: 3, rejected: 1, pending: 0, completeThroughMs: throughMs });
    const request = await store.exports.requestResend(workspaceId, id, null);
    if (request === null || typeof request === "string") throw new Error("It was refused.");
    expect(await store.runs.getRequest(workspaceId, id, request.requestId)).toMatchObject({ status: "queued" });
    expect([await store.exports.cursor(id), (await store.exports.options(id)).resends]).toEqual([0, 1]);
    expect(await counts()).toEqual({ sent: 0, rejected: 0, pending: 4, completeThroughMs: null });
    // A batch of before, under way: the cursor is behind it.
    expect(await store.exports.commit(id, RUN, 4, { cursorSeq: 4, sent: 0, rejected: [] })).toBe(false);
    await store.exports.complete(id, { throughSeq: 4, throughMs });
    expect(await counts()).toMatchObject({ completeThroughMs: null });
    expect(await store.exports.commit(id, RUN, 0, { cursorSeq: 4, sent: 4, rejected: [] })).toBe(true);
    await store.exports.complete(id, { throughSeq: 4, throughMs });
    expect(await counts()).toEqual({ sent: 4, rejected: 0, pending: 0, completeThroughMs: throughMs });
  });

  test("from a day on, the buckets of earlier days stay sent", async () => {
    const { store, id, workspaceId, yesterdayMs, throughMs, counts, day } = await withSent();
    await store.exports.requestResend(workspaceId, id, day(yesterdayMs));
    expect(await counts()).toEqual({ sent: 2, rejected: 0, pending: 2, completeThroughMs: yesterdayMs });
    await store.exports.commit(id, RUN, 2, { cursorSeq: 4, sent: 2, rejected: [] });
    await store.exports.complete(id, { throughSeq: 4, throughMs });
    expect(await counts()).toEqual({ sent: 4, rejected: 0, pending: 0, completeThroughMs: throughMs });
    // No bucket is of a later day, and none of these days goes before the cursor.
    await store.exports.requestResend(workspaceId, id, day(yesterdayMs + 5 * DAY_MS));
    expect(await store.exports.cursor(id)).toBe(4);
    await store.exports.requestResend(workspaceId, id, day(yesterdayMs - 2 * DAY_MS));
    expect(await store.exports.cursor(id)).toBe(0);
  });

  test("a paused integration, one whose export is off and one of others refuse", async () => {
    const { store, id, workspaceId } = await withSent();
    const other = await newIntegration(store);
    expect(await store.exports.requestResend(other.workspaceId, id, null)).toBeNull();
    expect(await store.exports.requestResend(other.workspaceId, other.id, null)).toBe("off");
    await store.integrations.setPaused(workspaceId, id, true);
    expect(await store.exports.requestResend(workspaceId, id, null)).toBe("paused");
    expect([await store.exports.cursor(id), (await store.exports.options(id)).resends]).toEqual([4, 0]);
  });

  test("a destination that was made anew is told until everything was sent again", async () => {
    const { store, integration, id, workspaceId, throughMs } = await withSent();
    const told = async () => (await reread(store, integration)).export.madeAnew;
    await store.exports.recordDestination(id, destination(1_000));
    await store.exports.recordDestination(id, destination(1_000));
    expect(await told()).toBeNull();
    await store.exports.recordDestination(id, destination(2_000));
    await store.exports.recordDestination(id, destination(2_000));
    expect(await told()).toEqual({ atMs: 2_000, sent: 3, isResending: false });
    expect((await reread(store, integration)).export.destination).toEqual(destination(2_000));
    // A run that sends nothing of it does not end the warning.
    await store.exports.complete(id, { throughSeq: 4, throughMs });
    expect(await told()).toMatchObject({ isResending: false });
    await store.exports.requestResend(workspaceId, id, null);
    expect(await told()).toEqual({ atMs: 2_000, sent: 3, isResending: true });
    await store.exports.complete(id, { throughSeq: 4, throughMs });
    expect(await told()).toMatchObject({ isResending: true });
    await store.exports.commit(id, RUN, 0, { cursorSeq: 4, sent: 4, rejected: [] });
    await store.exports.complete(id, { throughSeq: 4, throughMs });
    expect(await told()).toBeNull();
  });

  test("sending the later days again does not end the warning of a destination that was made anew", async () => {
    const { store, integration, id, workspaceId, yesterdayMs, throughMs, day } = await withSent();
    const told = async () => (await reread(store, integration)).export.madeAnew;
    await store.exports.recordDestination(id, destination(1_000));
    await store.exports.recordDestination(id, destination(2_000));
    // Nothing is of that day.
    await store.exports.requestResend(workspaceId, id, day(yesterdayMs + 5 * DAY_MS));
    expect(await told()).toEqual({ atMs: 2_000, sent: 3, isResending: false });
    await store.exports.requestResend(workspaceId, id, day(yesterdayMs));
    expect(await told()).toEqual({ atMs: 2_000, sent: 2, isResending: false });
    await store.exports.commit(id, RUN, 2, { cursorSeq: 4, sent: 2, rejected: [] });
    await store.exports.complete(id, { throughSeq: 4, throughMs });
    expect(await told()).toEqual({ atMs: 2_000, sent: 2, isResending: false });
    // From the first day on is all.
    await store.exports.requestResend(workspaceId, id, day(yesterdayMs - 2 * DAY_MS));
    expect(await told()).toMatchObject({ isResending: true });
  });

  test("made anew before the first bucket was sent is no loss; the project stays fixed while all are sent again", async () => {
    const { store, integration, id, workspaceId } = await withSent();
    await store.exports.recordDestination(id, destination(1_000));
    await store.exports.requestResend(workspaceId, id, null);
    await store.exports.recordDestination(id, destination(2_000));
    const now = await reread(store, integration);
    expect([now.export.madeAnew, now.projectFixed]).toEqual([null, true]);
  });
}
