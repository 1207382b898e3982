// The suite that every connector must pass, against a real server or a stand-in of its provider.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type ErrorKind, SyncError } from "../../../src/domain/errors.ts";
import { type EventProgress, NO_PROGRESS } from "../../../src/domain/progress.ts";
import {
  type ConnectorHarness,
  DAY_MS,
  expectClean,
  expectedTexts,
  type HarnessFault,
  HOUR_MS,
  idOf,
  lastSeq,
  makeBuckets,
  makeRows,
  plan,
  readPage,
  runExport,
  runImport,
  runUntilDone,
  total,
} from "./contractSupport.ts";
import type { ImportChunk } from "../../../src/providers/connector.ts";

const EXPORTED = 9_000;

export function connectorContract(name: string, start: () => Promise<ConnectorHarness>): void {
  describe(`${name} as a connector`, () => {
    let harness: ConnectorHarness;
    beforeEach(async () => {
      harness = await start();
    });
    afterEach(async () => {
      await harness.close();
    });
    exportTests(() => harness);
    importTests(() => harness);
    errorTests(() => harness);
  });
}

function exportTests(harness: () => ConnectorHarness): void {
  test("export: every bucket arrives once, and progress has no gap", async () => {
    const buckets = makeBuckets(EXPORTED);
    const { progress, error } = await runExport(harness(), buckets);
    expect(error).toBeUndefined();
    const cursors = progress.map((item) => item.cursorSeq);
    expect(cursors).toEqual(cursors.toSorted((a, b) => a - b));
    expect(cursors.at(-1)).toBe(lastSeq(buckets) + 5);
    expect(total(progress)).toEqual({ sent: EXPORTED, rejected: 0 });
    expect(await harness().delivered()).toEqual(expectedTexts(harness(), buckets));
  });

  test("export: sending everything again changes nothing at the destination", async () => {
    const buckets = makeBuckets(3_000);
    await runExport(harness(), buckets);
    await runExport(harness(), buckets);
    expect(await harness().delivered()).toEqual(expectedTexts(harness(), buckets));
  });

  test("export: answers that are lost after the far side has stored leave one of each", async () => {
    const buckets = makeBuckets(EXPORTED);
    await harness().fault("export_lost_answer", { times: 3, afterRequests: 1 });
    await runUntilDone(harness(), buckets);
    expect(await harness().delivered()).toEqual(expectedTexts(harness(), buckets));
  });

  test("export: an error is thrown after the progress of what was delivered, and the next attempt completes the rest", async () => {
    const buckets = makeBuckets(EXPORTED);
    await harness().fault("export_down", { times: null, afterRequests: 2 });
    const first = await runExport(harness(), buckets);
    expect(first.error).toMatchObject({ kind: "transient" });
    const cursorSeq = first.progress.at(-1)?.cursorSeq ?? 0;
    expect(cursorSeq).toBeLessThan(lastSeq(buckets));
    const there = new Set(await harness().delivered());
    const covered = buckets.filter((bucket) => bucket.seq <= cursorSeq);
    expect(expectedTexts(harness(), covered).every((text) => there.has(text))).toBe(true);
    expect(total(first.progress).sent).toBe(covered.length);
    await harness().clearFaults();
    const second = await runExport(harness(), buckets, { afterSeq: cursorSeq });
    expect(second.error).toBeUndefined();
    expect(total(first.progress).sent + total(second.progress).sent).toBe(EXPORTED);
    expect(await harness().delivered()).toEqual(expectedTexts(harness(), buckets));
  });

  test("export: a bucket that the destination refuses is listed, the others arrive", async ({ skip }) => {
    const { refusedUser } = harness();
    if (refusedUser === null) return skip();
    const buckets = makeBuckets(50).map((bucket, i) => (i % 9 === 1 ? { ...bucket, userId: refusedUser } : bucket));
    const { progress } = await runExport(harness(), buckets);
    const refused = buckets.filter((bucket) => bucket.userId === refusedUser);
    expect(refused.length).toBeGreaterThan(1);
    expect(progress.flatMap((item) => item.rejected).map((item) => item.bucket)).toEqual(refused);
    for (const { reason } of progress.flatMap((item) => item.rejected)) expect(reason).not.toBe("");
    const fine = buckets.filter((bucket) => bucket.userId !== refusedUser);
    expect(await harness().delivered()).toEqual(expectedTexts(harness(), fine));
  });

  test("export: nothing to send is complete at once", async () => {
    const { progress } = await runExport(harness(), [], { throughSeq: 70 });
    expect(progress).toEqual([{ cursorSeq: 70, sent: 0, rejected: [] }]);
  });

  test("export: an abort stops it with the signal's reason", async () => {
    const reason = new Error("stop");
    const stop = new AbortController();
    const buckets = makeBuckets(EXPORTED * 5);
    const { progress, error } = await runExport(harness(), buckets, {
      signal: stop.signal,
      onProgress: () => stop.abort(reason),
    });
    expect(error).toBe(reason);
    expect(progress.at(-1)?.cursorSeq).toBeLessThan(lastSeq(buckets));
  });

  test("export: an error of reading buckets is thrown after what was sent", async () => {
    const buckets = makeBuckets(EXPORTED * 2);
    const { progress, error } = await runExport(harness(), buckets, { failReadAfterSeq: EXPORTED });
    expect(error).toMatchObject({ message: "no buckets" });
    const cursorSeq = progress.at(-1)?.cursorSeq ?? 0;
    const there = new Set(await harness().delivered());
    const covered = buckets.filter((bucket) => bucket.seq <= cursorSeq);
    expect(expectedTexts(harness(), covered).every((text) => there.has(text))).toBe(true);
    expect(cursorSeq).toBeGreaterThan(0);
  });
}

function importTests(harness: () => ConnectorHarness): void {
  test("import: all pages together hold every row exactly once, and then nothing is left", async () => {
    const rows = makeRows(harness(), 12_000, 200);
    await harness().seed(rows);
    const imported = await runImport(harness(), NO_PROGRESS, Date.now());
    expect(imported.ids.toSorted()).toEqual(rows.map((row) => row.id).toSorted());
    expect(imported.uuids.size).toBe(rows.length);
    expect(imported.pages).toBeGreaterThan(1);
    expect(imported.progress.unfinished).toBeNull();
    const user = new Map(rows.map((row) => [row.id, row]));
    for (const row of imported.rows) {
      const source = user.get(idOf(row));
      expect([row.userIds[0], row.timestampMs, row.event]).toEqual([
        source?.user,
        source?.timeMs,
        harness().event.name,
      ]);
    }
    const left = await plan(harness(), imported.progress, imported.progress.completeThroughMs ?? 0);
    expect(left).toEqual([]);
  });

  const cuts: HarnessFault[] = ["import_cut", "import_reset"];
  test.each(cuts)("import: a page that ends early (%s) never gives progress, and is read again", async (fault) => {
    const rows = makeRows(harness(), 12_000, 5);
    await harness().seed(rows);
    await harness().fault(fault, { times: 1, afterRows: 11_000 });
    const [pass] = await plan(harness(), NO_PROGRESS, Date.now());
    const chunks: ImportChunk[] = [];
    const page = readPage(harness(), pass?.progress ?? NO_PROGRESS, { onChunk: (chunk) => chunks.push(chunk) });
    await expect(page).rejects.toMatchObject({ kind: "transient" });
    expect(chunks.filter((chunk) => chunk.progress !== null)).toEqual([]);
    const again = await runImport(harness(), NO_PROGRESS, Date.now());
    expect(again.ids.toSorted()).toEqual(rows.map((row) => row.id).toSorted());
  });

  test("import: rows that arrive late, in days that were read, come with the next pass", async () => {
    const rows = makeRows(harness(), 500, 100);
    await harness().seed(rows);
    const first = await runImport(harness(), NO_PROGRESS, Date.now());
    const latestMs = Math.min(harness().overlapMs ?? Infinity, 80 * DAY_MS);
    const late = [
      { id: "late-1", user: "u", timeMs: Date.now() - latestMs + HOUR_MS, arrivedAtMs: Date.now() - 1_000 },
      { id: "late-2", user: "u", timeMs: Date.now() - 2 * HOUR_MS, arrivedAtMs: Date.now() - 1_000 },
    ];
    await harness().seed(late);
    const second = await runImport(harness(), first.progress, Date.now() + 8 * HOUR_MS);
    expect(second.ids).toEqual(expect.arrayContaining(["late-1", "late-2"]));
    expect(second.progress.completeThroughMs ?? 0).toBeGreaterThan(first.progress.completeThroughMs ?? 0);
  });

  test("import: an interrupted pass goes on with its own target and its own next page", async () => {
    const rows = makeRows(harness(), 2_000, 150);
    await harness().seed(rows);
    const highWatermarkMs = Date.now();
    const [pass] = await plan(harness(), NO_PROGRESS, highWatermarkMs);
    const { progress: halfway, ids } = await readPage(harness(), pass?.progress ?? NO_PROGRESS);
    expect(halfway?.unfinished).not.toBeNull();
    // Hours later, from nothing but the progress as JSON.
    const kept = JSON.parse(JSON.stringify(halfway)) as EventProgress;
    const [again] = await plan(harness(), kept, highWatermarkMs + HOUR_MS);
    expect(again?.progress).toEqual(kept);
    const rest = await runImport(harness(), kept, highWatermarkMs);
    expect([...ids, ...rest.ids].toSorted()).toEqual(rows.map((row) => row.id).toSorted());
  });

  test("import: a range reads its days whole, page by page, and ends", async () => {
    const rows = makeRows(harness(), 400, 8);
    await harness().seed(rows);
    const { connector, connection, event } = harness();
    const startMs = Date.parse(`${connection.importFrom}T00:00:00Z`);
    const [fromDay, toDay] = [1, 3].map((days) => new Date(startMs + days * DAY_MS).toISOString().slice(0, 10));
    const days = { fromDay: String(fromDay), toDay: String(toDay) };
    const range = { id: 7, event: event.name, ...days, purpose: "reread" as const, unfinished: null };
    const planning = { ranges: [{ definition: event, range }], highWatermarkMs: Date.now() };
    const [pass] = connector.planRanges(connection, planning);
    expect(pass).toMatchObject({ events: [event.name], ranges: [7], progress: { completeThroughMs: null } });
    const ids: string[] = [];
    for (let progress = pass?.progress ?? NO_PROGRESS; progress.unfinished !== null;) {
      const page = await readPage(harness(), progress);
      ids.push(...page.ids);
      progress = page.progress ?? NO_PROGRESS;
    }
    const wanted = rows.filter(({ timeMs }) => timeMs >= startMs + DAY_MS && timeMs < startMs + 4 * DAY_MS);
    expect(wanted.length).toBeGreaterThan(0);
    expect(ids.toSorted()).toEqual(wanted.map(({ id }) => id).toSorted());
  });

  test("import: an abort stops it with the signal's reason", async () => {
    await harness().seed(makeRows(harness(), 12_000, 5));
    const boundMs = Date.now();
    const reason = new Error("stop");
    const stop = new AbortController();
    const onChunk = ({ rows }: ImportChunk) => void (rows.length > 0 && stop.abort(reason));
    const readAll = async (): Promise<void> => {
      for (let progress: EventProgress = NO_PROGRESS; ;) {
        const [pass] = await plan(harness(), progress, boundMs);
        if (pass === undefined) return;
        progress = (await readPage(harness(), pass.progress, { signal: stop.signal, onChunk })).progress ?? progress;
      }
    };
    await expect(readAll()).rejects.toBe(reason);
  });

  test("import: acquires a request before every call, and makes no call without one", async () => {
    await harness().seed(makeRows(harness(), 10, 5));
    const [pass] = await plan(harness(), NO_PROGRESS, Date.now());
    const refused = new SyncError("rate_limited", "no request left", { retryAtMs: 5 });
    const page = readPage(harness(), pass?.progress ?? NO_PROGRESS, { acquireRequest: () => Promise.reject(refused) });
    await expect(page).rejects.toBe(refused);
  });
}

function errorTests(harness: () => ConnectorHarness): void {
  const exports: [HarnessFault, ErrorKind][] = [
    ["export_down", "transient"],
    ["export_rate_limited", "rate_limited"],
    ["export_auth", "auth"],
  ];
  test.each(exports)("errors: %s is %s, without a secret in the message", async (fault, kind) => {
    await harness().fault(fault, { times: null });
    const { error } = await runExport(harness(), makeBuckets(10));
    expectClean(harness(), error, kind);
    expect(await harness().delivered()).toEqual([]);
  });

  const imports: [HarnessFault, ErrorKind][] = [
    ["import_down", "transient"],
    ["import_rate_limited", "rate_limited"],
    ["import_auth", "auth"],
  ];
  test.each(imports)("errors: %s is %s, without a secret in the message", async (fault, kind) => {
    await harness().seed(makeRows(harness(), 10, 5));
    await harness().fault(fault, { times: null });
    const { errors, blockedUntilMs } = await runImport(harness(), NO_PROGRESS, Date.now(), { maxErrors: 1 });
    expectClean(harness(), errors[0], kind);
    expect(blockedUntilMs > Date.now()).toBe(kind === "rate_limited");
  });

  test("errors: the connection test succeeds if everything is set up, and says what to do if it is not", async () => {
    const { connector, connection, refused, event } = harness();
    const acquireRequest = async () => async () => {};
    const good = await connector.testConnection(connection, [event], acquireRequest);
    expect(good.filter((step) => !step.ok)).toEqual([]);
    expect(good.length).toBeGreaterThan(1);
    const bad = await connector.testConnection(refused, [event], acquireRequest);
    expect(bad.at(-1)?.ok).toBe(false);
    expect(bad.at(-1)?.message?.length).toBeGreaterThan(30);
    const secrets = [refused.secret].filter((secret) => secret !== "");
    expect(secrets.filter((secret) => JSON.stringify(bad).includes(secret))).toEqual([]);
  });
}
