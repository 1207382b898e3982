// Ranges of days: gaps that come, join and go, days that are read again, what connectors learned.
import { expect, test } from "vitest";
import { MAX_REREADS_PER_EVENT } from "../../../../src/domain/limits.ts";
import type { ErrorState } from "../../../../src/domain/errors.ts";
import type { EventProgress } from "../../../../src/domain/progress.ts";
import type { GapCommit } from "../../../../src/store/imports/interface.ts";
import { commitRows, newEvent, newIntegration, NOTHING, row, type GetHarness } from "./harness.ts";

const TRANSIENT: ErrorState = { kind: "transient", message: "Mixpanel failed.", sinceMs: 1_000 };

const at = (position: number): EventProgress => ({
  completeThroughMs: null,
  unfinished: { targetMs: 5_000, position, cursor: { position } },
});
const DONE: EventProgress = { completeThroughMs: 5_000, unfinished: null };

export function rangeTests(get: GetHarness): void {
  const setUp = async (names = ["purchase"]) => {
    const { store } = get();
    const integration = await newIntegration(store);
    for (const name of names) await newEvent(store, integration, name);
    const { id, workspaceId } = integration;
    const gap = (day: string, change: Partial<GapCommit> = {}) =>
      store.imports.leaveGap({
        integrationId: id,
        events: names,
        from: NOTHING,
        progress: at(1),
        fromDay: day,
        toDay: day,
        error: TRANSIENT,
        ...change,
      });
    const gaps = async (name = "purchase") => {
      const page = await store.events.list(workspaceId, id, { cursor: null, limit: 100 });
      return page?.items.find((event) => event.name === name)?.gaps.map(({ fromDay, toDay }) => [fromDay, toDay]);
    };
    return { store, integration, id, workspaceId, gap, gaps };
  };

  test("a gap moves the progress of its events with it, and not back", async () => {
    const { store, id, gap, gaps } = await setUp(["purchase", "refund"]);
    expect(await gap("2026-01-05")).toBe(true);
    expect(await store.imports.progress(id)).toEqual({ purchase: at(1), refund: at(1) });
    expect([await gaps("purchase"), await gaps("refund")]).toEqual([
      [["2026-01-05", "2026-01-05"]],
      [["2026-01-05", "2026-01-05"]],
    ]);
    // The checkpoint was restored from an older copy.
    expect(await gap("2026-01-04", { from: at(2), progress: at(3) })).toBe(false);
    expect(await store.imports.progress(id)).toEqual({ purchase: at(1), refund: at(1) });
  });

  test("days next to each other with the same kind of error are one gap; others are not", async () => {
    const { gap, gaps } = await setUp();
    for (const day of ["2026-03-01", "2026-02-28", "2026-02-27", "2026-02-20"]) await gap(day);
    await gap("2026-03-02", { error: { ...TRANSIENT, kind: "schema" } });
    expect(await gaps()).toEqual([
      ["2026-02-20", "2026-02-20"],
      ["2026-02-27", "2026-03-01"],
      ["2026-03-02", "2026-03-02"],
    ]);
  });

  test("a range is read page by page beside the events' own progress, and goes away at its end", async () => {
    const { store, integration, id, gap, gaps } = await setUp();
    await gap("2026-01-05", { progress: DONE });
    const [range] = await store.imports.ranges(id);
    expect(range).toMatchObject({ event: "purchase", purpose: "gap", unfinished: null, fromDay: "2026-01-05" });
    const ranges = [range!.id];
    await store.imports.beginRanges(ranges, at(0).unfinished);
    // A gap that is found while this one is read does not join it.
    await gap("2026-01-06", { from: DONE, progress: DONE });
    const page = { ranges, from: at(0), progress: at(1) };
    expect(await commitRows(store, integration, [row(1, "{}")], page)).toMatchObject({ imported: 1, stale: false });
    expect((await store.imports.ranges(id))[0]?.unfinished).toEqual(at(1).unfinished);
    expect(await commitRows(store, integration, [row(2, "{}")], { ...page, from: at(2) })).toMatchObject({
      stale: true,
    });
    expect(
      await commitRows(store, integration, [row(3, "{}")], { ...page, from: at(1), progress: DONE }),
    ).toMatchObject({
      imported: 1,
    });
    expect(await gaps()).toEqual([["2026-01-06", "2026-01-06"]]);
    expect(await store.imports.progress(id)).toEqual({ purchase: DONE });
    // Another try of the last page finds nothing to move.
    expect(
      await commitRows(store, integration, [row(3, "{}")], { ...page, from: at(1), progress: DONE }),
    ).toMatchObject({
      imported: 0,
      stale: false,
    });
  });

  test("a gap that still cannot be read keeps the time since when; what else was in its range goes on", async () => {
    const { store, id, workspaceId, gap } = await setUp();
    await gap("2026-01-05", { toDay: "2026-01-06", progress: DONE });
    const [range] = await store.imports.ranges(id);
    const ranges = [range!.id];
    await store.imports.beginRanges(ranges, at(0).unfinished);
    const later = { ...TRANSIENT, message: "Still failing.", sinceMs: 9_000 };
    await gap("2026-01-06", { ranges, from: at(0), progress: at(1), error: later });
    const listed = await store.events.list(workspaceId, id, { cursor: null, limit: 10 });
    const error = { kind: "transient", message: "Still failing.", sinceMs: 1_000 };
    expect(listed?.items[0]?.gaps).toContainEqual({ fromDay: "2026-01-06", toDay: "2026-01-06", error });
    await gap("2026-01-05", { ranges, from: at(1), progress: DONE, error: later });
    const after = await store.events.list(workspaceId, id, { cursor: null, limit: 10 });
    expect(after?.items[0]?.gaps).toEqual([{ fromDay: "2026-01-05", toDay: "2026-01-06", error }]);
  });

  test("days to be read again are a request and a range at once", async () => {
    const { store, id, workspaceId } = await setUp();
    const today = new Date(await store.nowMs()).toISOString().slice(0, 10);
    const ask = (fromDay: string, toDay: string | null = null) =>
      store.imports.requestReread(workspaceId, id, "purchase", { fromDay, toDay });
    expect(await ask(today)).toBe("off");
    await store.integrations.update(workspaceId, id, { importEnabled: true });
    const asked = await ask(today);
    expect(await store.imports.ranges(id)).toMatchObject([{ purpose: "reread", fromDay: today, toDay: today }]);
    expect(await store.runs.getRequest(workspaceId, id, (asked as { requestId: string }).requestId)).toMatchObject({
      status: "queued",
    });
    // Asked again, the days are read from their beginning once more.
    const [range] = await store.imports.ranges(id);
    await store.imports.beginRanges([range!.id], at(1).unfinished);
    await ask(today, today);
    expect(await store.imports.ranges(id)).toMatchObject([{ unfinished: null }]);
    const dayAt = (days: number) => new Date(Date.parse(today) + days * 86_400_000).toISOString().slice(0, 10);
    await expect(ask("2001-01-01")).rejects.toThrow(/must not be before the import's first day/);
    await expect(ask(dayAt(1))).rejects.toThrow(/must not be in the future/);
    await expect(ask(today, dayAt(1))).rejects.toThrow(/must not be in the future/);
    await expect(ask(today, dayAt(-1))).rejects.toThrow(/must not be before `from`/);
    expect(await store.imports.requestReread("another", id, "purchase", { fromDay: today, toDay: null })).toBeNull();
    expect(await store.imports.requestReread(workspaceId, id, "nothing", { fromDay: today, toDay: null })).toBeNull();
    const pairs = Array.from({ length: 11 }, (_, from) => Array.from({ length: from + 1 }, (_x, to) => [from, to]));
    const open = pairs.flat().slice(1, MAX_REREADS_PER_EVENT);
    for (const [from, to] of open) await ask(dayAt(-(from ?? 0)), dayAt(-(to ?? 0)));
    await expect(ask(dayAt(-20))).rejects.toThrow(/waiting already/);
    await store.integrations.setPaused(workspaceId, id, true);
    expect(await ask(today)).toBe("paused");
  });

  test("what a page taught is kept with its rows, and a rereading of all with what it makes right", async () => {
    const { store, integration, id } = await setUp(["purchase", "refund"]);
    await commitRows(store, integration, [row(1, "{}")], { progress: DONE, learned: { times: "utc", datedAs: "UTC" } });
    expect((await store.integrations.connection(id))?.learned).toEqual({ times: "utc", datedAs: "UTC" });
    await store.imports.rereadAll(id, { datedAs: "Europe/Berlin" });
    expect((await store.integrations.connection(id))?.learned).toEqual({ times: "utc", datedAs: "Europe/Berlin" });
    const ranges = await store.imports.ranges(id);
    expect(ranges).toMatchObject([{ event: "purchase", purpose: "reread", fromDay: integration.importFrom }]);
  });
}
