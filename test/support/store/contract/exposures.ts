// Exposures, sealing, and the export's cursor.
import type { Bucket } from "../../../../src/domain/bucket.ts";
import type { Exposure } from "../../../../src/domain/exposure.ts";
import { expect, test } from "vitest";
import { InvalidFieldError } from "../../../../src/store/store.ts";
import {
  HOUR_MS,
  MAX_AGE_DAYS,
  SEAL_GRACE_MS,
  newIntegration,
  newWorkspace,
  readAll,
  reread,
  type GetHarness,
} from "./harness.ts";

export function exposure(userId: string, exposedAtMs: number | null, ids: Partial<Exposure> = {}): Exposure {
  return { aliasId: "alias", routeId: "route", variantId: "variant", userId, exposedAtMs, ...ids };
}

export function exposureTests(get: GetHarness): void {
  const hourAgo = async (hours: number) => Math.floor((await get().store.nowMs()) / HOUR_MS - hours) * HOUR_MS;
  const read = (workspaceId: string, withRevisions: boolean, after = 0) =>
    get().store.exports.readBuckets({
      workspaceId,
      withRevisions,
      afterSeq: after,
      throughSeq: Number.MAX_SAFE_INTEGER,
      limit: 1_000,
    });

  test("a bucket goes out with its latest; text survives as it is", async () => {
    const { store } = get();
    const workspaceId = await newWorkspace(store);
    const hourMs = await hourAgo(5);
    const odd = "tab\t new\n\\N \\. \r é 🙂";
    await store.exposures.ingest(workspaceId, [exposure(odd, hourMs + 5), exposure(odd, hourMs + HOUR_MS - 1)]);
    await store.exposures.ingest(workspaceId, [
      exposure(odd, hourMs),
      exposure(odd, hourMs - 1),
      exposure("b", hourMs, { routeId: odd }),
    ]);
    const { throughSeq } = await store.exposures.seal(workspaceId);
    expect(throughSeq).toBe(3);
    const buckets = await read(workspaceId, false);
    expect(buckets.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    expect(buckets).toContainEqual({
      seq: expect.any(Number) as number,
      aliasId: "alias",
      routeId: "route",
      variantId: "variant",
      userId: odd,
      hourMs,
      sealedTimeMs: hourMs + HOUR_MS - 1,
      timeMs: hourMs + HOUR_MS - 1,
    });
    expect(buckets).toContainEqual(expect.objectContaining({ userId: odd, hourMs: hourMs - HOUR_MS }));
    expect(buckets).toContainEqual(expect.objectContaining({ userId: "b", routeId: odd }));
  });

  test("an hour is sealed once it and the grace are over, not before", async () => {
    const { store, advance } = get();
    const workspaceId = await newWorkspace(store);
    await store.exposures.ingest(workspaceId, [exposure("a", null)]);
    const nowMs = await store.nowMs();
    const endMs = Math.floor(nowMs / HOUR_MS) * HOUR_MS + HOUR_MS;
    await advance(endMs + SEAL_GRACE_MS - nowMs - 5_000);
    const before = await store.exposures.seal(workspaceId);
    expect(before).toEqual({ throughSeq: 0, throughMs: endMs - HOUR_MS });
    await advance(5_000);
    expect(await store.exposures.seal(workspaceId)).toEqual({ throughSeq: 1, throughMs: endMs });
  });

  test("times too far ahead or too old are refused with their index, and nothing is stored", async () => {
    const { store } = get();
    const workspaceId = await newWorkspace(store);
    const nowMs = await store.nowMs();
    const good = exposure("good", nowMs - HOUR_MS * 3);
    for (const wrong of [nowMs + 6 * 60_000, nowMs - MAX_AGE_DAYS * 24 * HOUR_MS - 60_000]) {
      const failure = await store.exposures
        .ingest(workspaceId, [good, good, exposure("bad", wrong)])
        .catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(InvalidFieldError);
      expect(failure).toMatchObject({ path: "exposures[2].timestamp" });
    }
    await store.exposures.ingest(workspaceId, [
      exposure("a", nowMs + 4 * 60_000),
      exposure("a", nowMs - (MAX_AGE_DAYS * 24 - 1) * HOUR_MS),
    ]);
    expect(await store.exposures.seal(workspaceId)).toMatchObject({ throughSeq: 1 });
  });

  test("a late exposure revises its bucket: same sealed time, a new place in `latest` alone, counted once", async () => {
    const { store } = get();
    const { workspaceId, ...integration } = await newIntegration(store);
    const hourMs = await hourAgo(5);
    await store.exposures.ingest(workspaceId, [exposure("a", hourMs + 100), exposure("b", hourMs + 100)]);
    await store.exposures.seal(workspaceId);
    const [a] = await read(workspaceId, false);
    // Earlier than the latest: no revision.
    await store.exposures.ingest(workspaceId, [exposure("a", hourMs + 50)]);
    expect(await store.exposures.seal(workspaceId)).toMatchObject({ throughSeq: 2 });
    expect(await read(workspaceId, false)).toContainEqual(a);
    // Later: a revision. A bucket created late is sealed at once, and not late.
    await store.exposures.ingest(workspaceId, [
      exposure("a", hourMs + 200),
      exposure("a", hourMs + 150),
      exposure("new", hourMs),
    ]);
    expect(await store.exposures.seal(workspaceId)).toMatchObject({ throughSeq: 4 });
    const revised = { ...a, timeMs: hourMs + 200 };
    expect(await read(workspaceId, false)).toEqual([
      revised,
      expect.objectContaining({ seq: 2 }),
      expect.objectContaining({ seq: 4 }),
    ]);
    expect(await read(workspaceId, true)).toEqual([
      expect.objectContaining({ userId: "b", seq: 2 }),
      { ...revised, seq: 3 },
      expect.objectContaining({ userId: "new", seq: 4 }),
    ]);
    const { export: counts } = await reread(store, { workspaceId, ...integration });
    expect(counts).toMatchObject({ late: 1, pending: 3 });
  });

  test("workspaces are sealed apart", async () => {
    const { store } = get();
    const [mine, theirs] = [await newWorkspace(store), await newWorkspace(store)];
    const hourMs = await hourAgo(5);
    await store.exposures.ingest(mine, [exposure("me", hourMs)]);
    await store.exposures.ingest(theirs, [exposure("them", hourMs)]);
    expect(await store.exposures.seal(mine)).toMatchObject({ throughSeq: 1 });
    expect(await read(theirs, false)).toEqual([]);
    expect(await store.exposures.seal(theirs)).toMatchObject({ throughSeq: 1 });
    expect((await read(mine, false)).map(({ userId }) => userId)).toEqual(["me"]);
  });

  /** An integration over five sealed buckets. */
  async function withBuckets() {
    const { store } = get();
    const integration = await newIntegration(store);
    const hourMs = await hourAgo(5);
    await store.exposures.ingest(
      integration.workspaceId,
      ["a", "b", "c", "d", "e"].map((user) => exposure(user, hourMs)),
    );
    const { throughMs } = await store.exposures.seal(integration.workspaceId);
    const buckets = await read(integration.workspaceId, false);
    const reject = (index: number) => ({ bucket: buckets[index] as Bucket, reason: "blocked" });
    return { store, integration, id: integration.id, reject, throughMs };
  }

  test("the cursor moves by compare-and-set and counts once", async () => {
    const { store, integration, id, reject, throughMs } = await withBuckets();
    const first = { cursorSeq: 2, sent: 1, rejected: [reject(1)] };
    await store.runs.record({
      integrationId: id,
      runId: "run",
      startedAtMs: 1,
      requestIds: [],
      finished: null,
      directions: [{ direction: "export", outcome: null }],
    });
    expect(await store.exports.commit(id, "run", 0, first)).toBe(true);
    expect(await store.exports.commit(id, "run", 0, first)).toBe(true);
    expect(await store.exports.commit(id, "run", 3, { cursorSeq: 5, sent: 2, rejected: [] })).toBe(false);
    // A piece that begins before the cursor and ends behind it counts only what is new.
    expect(await store.exports.commit(id, "run", 0, { cursorSeq: 3, sent: 2, rejected: [reject(1)] })).toBe(true);
    expect((await reread(store, integration)).export).toMatchObject({ sent: 2, rejected: 1, pending: 2 });
    expect(await store.exports.commit(id, "run", 3, { cursorSeq: 6, sent: 3, rejected: [] })).toBe(false);
    expect(await store.exports.cursor(id)).toBe(3);
    expect(await store.exports.commit(id, "run", 3, { cursorSeq: 5, sent: 2, rejected: [] })).toBe(true);
    await store.exports.complete(id, { throughSeq: 5, throughMs });
    await store.exports.complete(id, { throughSeq: 5, throughMs: throughMs - HOUR_MS });
    // The cursor was set back since the last batch: nothing is complete.
    await store.exports.complete(id, { throughSeq: 6, throughMs: throughMs + HOUR_MS });
    const now = await reread(store, integration);
    expect(now.export).toMatchObject({ sent: 4, rejected: 1, pending: 0, completeThroughMs: throughMs });
    expect(now.lastRun?.directions).toEqual([{ direction: "export", outcome: null, records: 4, rejected: 1 }]);
    const rejected = await readAll((page) => store.runs.rejected(integration.workspaceId, id, page), 1);
    expect(rejected).toEqual([expect.objectContaining({ direction: "export", event: null, reason: "blocked" })]);
    expect(JSON.parse(rejected[0]?.record ?? "")).toEqual(reject(1).bucket);
  });

  test("a rewound cursor counts anew, and what is refused again is listed once", async () => {
    const { store, integration, id, reject } = await withBuckets();
    await store.exports.commit(id, "run", 0, { cursorSeq: 5, sent: 3, rejected: [reject(0), reject(3)] });
    await store.exports.rewind(id, 9);
    expect(await store.exports.cursor(id)).toBe(5);
    await store.exports.rewind(id, 2);
    expect(await store.exports.cursor(id)).toBe(2);
    expect((await reread(store, integration)).export).toMatchObject({ sent: 1, rejected: 1, pending: 3 });
    await store.exports.commit(id, "run", 2, { cursorSeq: 5, sent: 2, rejected: [reject(3)] });
    expect((await reread(store, integration)).export).toMatchObject({ sent: 3, rejected: 2, pending: 0 });
    expect(await readAll((page) => store.runs.rejected(integration.workspaceId, id, page), 1)).toHaveLength(2);
  });
}
