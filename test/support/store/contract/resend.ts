// Rejected buckets that are sent again: marks, what is read of them, and counts that stay exact.
import { expect, test } from "vitest";
import type { NewIntegration } from "../../../../src/domain/integration.ts";
import { exposure } from "./exposures.ts";
import {
  bigQuery,
  commitRows,
  HOUR_MS,
  mixpanel,
  newEvent,
  newIntegration,
  reread,
  type GetHarness,
} from "./harness.ts";

const RUN = "run";
const WHOLE = { afterSeq: 0, throughSeq: Number.MAX_SAFE_INTEGER, limit: 1_000 };

export function resendTests(get: GetHarness): void {
  /** An integration that has exported five buckets, of which b, c and d were rejected. */
  async function withRejected(input: NewIntegration = mixpanel()) {
    const { store } = get();
    const integration = await newIntegration(store, undefined, input);
    const { id, workspaceId } = integration;
    await store.integrations.update(workspaceId, id, { exportEnabled: true });
    const hourMs = Math.floor((await store.nowMs()) / HOUR_MS - 5) * HOUR_MS;
    await store.exposures.ingest(
      workspaceId,
      ["a", "b", "c", "d", "e"].map((user) => exposure(user, hourMs)),
    );
    await store.exposures.seal(workspaceId);
    const buckets = await store.exports.readBuckets({ workspaceId, withRevisions: false, ...WHOLE });
    const rejected = buckets
      .filter(({ userId }) => "bcd".includes(userId))
      .map((bucket) => ({ bucket, reason: bucket.userId === "d" ? "no d" : "no" }));
    const directions = [{ direction: "export" as const, outcome: null }];
    await store.runs.record({
      integrationId: id,
      runId: RUN,
      startedAtMs: 1,
      requestIds: [],
      finished: null,
      directions,
    });
    await store.exports.commit(id, RUN, 0, { cursorSeq: 5, sent: 2, rejected });
    const list = async () => {
      const page = await store.runs.rejected(workspaceId, id, { cursor: null, limit: 100 });
      if (page === null) throw new Error("There is no such list.");
      return page;
    };
    const idOf = async (userId: string) =>
      (await list()).items.find(({ record }) => record.includes(`"userId":"${userId}"`))?.id ?? "";
    const mark = (ids: string[] | null) => store.runs.requestResend(workspaceId, id, ids);
    const marked = async () =>
      (await store.exports.readMarked(id, WHOLE)).map(({ bucket }) => bucket.userId).toSorted();
    const counts = async () => {
      const now = await reread(store, integration);
      const [run] = now.lastRun?.directions ?? [];
      return { sent: now.export.sent, rejected: now.export.rejected, records: run?.records };
    };
    return { store, integration, id, workspaceId, hourMs, list, idOf, mark, marked, counts };
  }

  test("all rejected buckets, or some, are marked by a request that is queued with them", async () => {
    const { store, id, workspaceId, idOf, mark, marked } = await withRejected();
    expect(await store.exports.hasMarked(id)).toBe(false);
    expect(await store.exports.markedThrough(id)).toBeNull();
    const some = await mark([await idOf("c"), await idOf("c")]);
    expect(some).toMatchObject({ kind: "requested" });
    if (some?.kind !== "requested") return;
    expect(await store.runs.getRequest(workspaceId, id, some.requestId)).toMatchObject({ status: "queued" });
    expect(await store.exports.hasMarked(id)).toBe(true);
    expect(await marked()).toEqual(["c"]);
    await mark(null);
    expect(await marked()).toEqual(["b", "c", "d"]);
  });

  test("nothing is marked for ids that are unknown, another's or imported, while paused, or without an export", async () => {
    const { store, integration, id, workspaceId, idOf, mark, marked } = await withRejected();
    const other = await withRejected();
    await newEvent(store, integration);
    const row = { event: "purchase", key: "k", reason: "broken", record: "{" };
    await commitRows(store, integration, [], { rejected: [row] });
    const page = await store.runs.rejected(workspaceId, id, { cursor: null, limit: 100 });
    const imported = page?.items.find(({ direction }) => direction === "import")?.id ?? "";
    const ids = [await idOf("b"), "999999999999", await other.idOf("b"), imported];
    expect(await mark(ids)).toEqual({
      kind: "invalid",
      ids: [
        { index: 1, problem: "unknown" },
        { index: 2, problem: "unknown" },
        { index: 3, problem: "imported" },
      ],
    });
    expect(await store.runs.requestResend(other.workspaceId, id, null)).toBeNull();
    await store.integrations.update(workspaceId, id, { exportEnabled: false });
    expect(await mark(null)).toEqual({ kind: "export_off" });
    await store.integrations.setPaused(workspaceId, id, true);
    expect(await mark(null)).toEqual({ kind: "paused" });
    expect(await marked()).toEqual([]);
    expect(await other.marked()).toEqual([]);
  });

  test("delivered buckets leave the list and count as sent once; refused ones stay, unmarked, with the new reason", async () => {
    const { store, id, list, idOf, mark, marked, counts } = await withRejected();
    await mark(null);
    const resent = {
      delivered: [await idOf("b"), await idOf("c")],
      refused: [{ recordId: await idOf("d"), reason: "still no" }],
    };
    await store.exports.commitResent(id, RUN, resent);
    await store.exports.commitResent(id, RUN, resent);
    expect(await counts()).toEqual({ sent: 4, rejected: 1, records: 4 });
    expect((await list()).items).toMatchObject([{ reason: "still no" }]);
    expect(await marked()).toEqual([]);
    // What is marked while a page is under way is not taken for delivered.
    await mark(null);
    await store.exports.commitResent(id, RUN, { delivered: [], refused: [] });
    expect(await marked()).toEqual(["d"]);
  });

  test("a bucket that a revision delivers is rejected no longer; one that is refused again stays", async () => {
    const { store, id, workspaceId, hourMs, list, counts } = await withRejected(bigQuery());
    for (const user of ["b", "c"]) {
      await store.exposures.ingest(workspaceId, [exposure(user, hourMs + 60_000)]);
      await store.exposures.seal(workspaceId);
    }
    const range = { workspaceId, withRevisions: true, afterSeq: 5, throughSeq: 7, limit: 10 };
    const [, c] = await store.exports.readBuckets(range);
    const rejected = c === undefined ? [] : [{ bucket: c, reason: "no" }];
    await store.exports.commit(id, RUN, 5, { cursorSeq: 7, sent: 1, rejected });
    expect((await list()).items.map(({ record }) => /"userId":"(.)"/.exec(record)?.[1])).toEqual(["c", "d"]);
    expect(await counts()).toEqual({ sent: 3, rejected: 2, records: 3 });
  });

  test("a bucket is read as it is now, revisions included, in pages", async () => {
    const { store, id, workspaceId, hourMs, mark } = await withRejected(bigQuery());
    await store.exposures.ingest(workspaceId, [exposure("c", hourMs + 7_000)]);
    await store.exposures.seal(workspaceId);
    await mark(null);
    const throughSeq = (await store.exports.markedThrough(id)) ?? 0;
    const first = await store.exports.readMarked(id, { afterSeq: 0, throughSeq, limit: 2 });
    const rest = await store.exports.readMarked(id, { afterSeq: first[1]?.bucket.seq ?? 0, throughSeq, limit: 2 });
    const read = [...first, ...rest].map(({ bucket }) => bucket);
    expect(first).toHaveLength(2);
    expect(read.map(({ seq }) => seq)).toEqual(read.map(({ seq }) => seq).toSorted((a, b) => a - b));
    const times = Object.fromEntries(read.map(({ userId, timeMs, sealedTimeMs }) => [userId, [timeMs, sealedTimeMs]]));
    expect(times).toEqual({ b: [hourMs, hourMs], c: [hourMs + 7_000, hourMs], d: [hourMs, hourMs] });
  });

  test("a restore in between counts each bucket once", async () => {
    const { store, id, idOf, mark, counts } = await withRejected();
    await mark(null);
    const delivered = [await idOf("b"), await idOf("c"), await idOf("d")];
    await store.exports.rewind(id, 0);
    await store.exports.commitResent(id, RUN, { delivered, refused: [] });
    await store.exports.commit(id, RUN, 0, { cursorSeq: 5, sent: 5, rejected: [] });
    expect(await counts()).toMatchObject({ sent: 5, rejected: 0 });
  });

  test("reasons are counted exactly, whatever the page", async () => {
    const { store, integration, id, workspaceId, list } = await withRejected();
    await newEvent(store, integration);
    const rejected = [1, 2, 3].map((n) => ({ event: "purchase", key: `k${n}`, reason: "broken", record: "{" }));
    await commitRows(store, integration, [], { rejected });
    const counts = [
      { direction: "import", event: "purchase", reason: "broken", count: 3 },
      { direction: "export", event: null, reason: "no", count: 2 },
      { direction: "export", event: null, reason: "no d", count: 1 },
    ];
    expect((await list()).counts).toEqual(counts);
    expect(await store.runs.rejected(workspaceId, id, { cursor: null, limit: 1 })).toMatchObject({ counts });
    await store.events.remove(workspaceId, id, "purchase");
    expect((await list()).counts).toHaveLength(2);
  });
}
