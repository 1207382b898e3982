// What breaks in the middle of a page is read again, never taken for the end; what is stored is not read again.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type EventProgress, NO_PROGRESS } from "../../../../src/domain/progress.ts";
import type { ImportChunk } from "../../../../src/domain/importedRow.ts";
import type { FaultInput } from "../../../../dev/standins/bigquery/protocol.ts";
import { SHARED_START_TIMEOUT_MS } from "../../../../dev/standins/bigquery/sharedEmulator.ts";
import {
  createImportCustomer,
  DAY_MS,
  eventOf,
  idsOf,
  type ImportCustomer,
  type PageOptions,
  plan,
  readAll,
  readPage,
  rowOf,
  SMALL_PAGES,
  START_MS,
  USUAL_PAGES,
} from "../../../support/providers/bigqueryImport.ts";

const ROWS = 7_000;
const BOUND = START_MS + 5 * DAY_MS;
const EVENT = eventOf("purchase", "events");
const IDS = Array.from({ length: ROWS }, (_, i) => `id-${i}`).toSorted();

let customer: ImportCustomer;
let start: EventProgress;

beforeAll(async () => {
  customer = await createImportCustomer("import-resume");
  await customer.createTable("events");
  await customer.load(
    "events",
    Array.from({ length: ROWS }, (_, i) => rowOf(`id-${i}`, START_MS + i * 60_000)),
  );
  start = plan(customer, [EVENT], NO_PROGRESS, BOUND)[0]!.progress;
}, SHARED_START_TIMEOUT_MS);

beforeEach(async () => {
  await customer.control.clearFaults(customer.projectId);
  await customer.control.settings(customer.projectId, { streamsMin: 1, sessionLifetimeSeconds: 21_600 });
});

afterAll(() => customer.close());

function fault(kind: FaultInput["kind"], afterRows: number, more: Partial<FaultInput> = {}) {
  return customer.control.addFault(customer.projectId, { kind, target: "ReadRows", afterRows, times: 1, ...more });
}

/** Pages from here to the end; each row as often as it was read. */
async function finish(progress: EventProgress): Promise<string[]> {
  return idsOf((await readAll(customer, [EVENT], BOUND, { start: progress, limits: SMALL_PAGES })).rows);
}

describe("pages of a session", () => {
  test("go on from each stream's own offset, every row once", async () => {
    await customer.control.settings(customer.projectId, { streamsMin: 3 });
    await customer.control.resetCounters(customer.projectId);
    const read = await readAll(customer, [EVENT], BOUND, { limits: SMALL_PAGES });
    expect(idsOf(read.rows)).toEqual(IDS);
    expect(await customer.control.counters(customer.projectId)).toMatchObject({ sessionsCreated: 1 });
    expect(read.pages.length).toBeGreaterThan(2);
    const cursor = read.pages[0]?.progress?.unfinished?.cursor as { session: { streams: { offset: number }[] } };
    expect(cursor.session.streams.length).toBe(3);
    const { rows } = read.pages[0]!;
    expect(cursor.session.streams.reduce((sum, { offset }) => sum + offset, 0)).toBe(rows.length);
  });

  test("have chunks of bounded size, of which the last alone carries progress", async () => {
    const sizes: number[] = [];
    const read = await readPage(customer, [EVENT], start, { onChunk: ({ rows }) => void sizes.push(rows.length) });
    expect(read.error).toBeNull();
    // The first tells what is going to be read.
    expect(sizes).toEqual([0, 5_000, 2_000]);
  });

  test("stop when asked, with the reason that was given", async () => {
    const reason = new Error("stop");
    const stop = new AbortController();
    const read = await readPage(customer, [EVENT], start, { signal: stop.signal, onChunk: () => stop.abort(reason) });
    expect(read).toMatchObject({ error: reason, progress: null });
    const before = await readPage(customer, [EVENT], start, { signal: AbortSignal.abort(reason) });
    expect(before).toMatchObject({ error: reason, rows: [] });
  });
});

describe("a stream that breaks", () => {
  const kinds = ["stream_unavailable", "stream_reset", "stream_ends_early"] as const;
  test.each(kinds)("%s fails the page, and the page is read again", async (kind) => {
    await fault(kind, 6_000);
    const broken = await readPage(customer, [EVENT], start);
    expect(broken).toMatchObject({ error: { kind: "transient" }, progress: null });
    expect(await finish(start)).toEqual(IDS);
  });

  test.each(kinds)("%s in a later page costs that page alone", async (kind) => {
    await customer.control.settings(customer.projectId, { streamsMin: 3 });
    const first = await readPage(customer, [EVENT], start, { limits: SMALL_PAGES });
    expect(first.error).toBeNull();
    await fault(kind, 500, { times: 3 });
    const broken = await readPage(customer, [EVENT], first.progress!);
    expect(broken).toMatchObject({ error: { kind: "transient" }, progress: null });
    await customer.control.clearFaults(customer.projectId);
    expect([...idsOf(first.rows), ...(await finish(first.progress!))].toSorted()).toEqual(IDS);
  });

  test("that says nothing more fails the page in time", async () => {
    await fault("stream_hang", 5_500);
    const hung = await readPage(customer, [EVENT], start, { limits: { ...USUAL_PAGES, idleMs: 300 } });
    expect(hung).toMatchObject({ error: { kind: "transient" }, progress: null });
  });

  test("and one that cannot be opened: no row is lost", async () => {
    await fault("backend_error", 0);
    expect(await readPage(customer, [EVENT], start)).toMatchObject({ error: { kind: "transient" }, progress: null });
    await fault("backend_error", 0, { target: "CreateReadSession", times: 1 });
    expect(await finish(start)).toEqual(IDS);
  });

  test("a refused token is replaced once", async () => {
    await fault("unauthenticated", 0);
    expect(await finish(start)).toEqual(IDS);
    await fault("unauthenticated", 0, { times: 2 });
    expect(await readPage(customer, [EVENT], start)).toMatchObject({ error: { kind: "auth" }, progress: null });
  });
});

describe("a session that ends", () => {
  test("before a page: its window is read again, in half as much time", async () => {
    await customer.control.settings(customer.projectId, { streamsMin: 3 });
    const first = await readPage(customer, [EVENT], start, { limits: SMALL_PAGES });
    expect(first.progress?.unfinished).not.toBeNull();
    expect(await customer.control.expireSessions(customer.projectId)).toBeGreaterThan(0);
    const again = await readPage(customer, [EVENT], first.progress!);
    expect(again.error).toBeNull();
    const half = START_MS + 3.5 * DAY_MS;
    expect(again.progress?.unfinished?.cursor).toMatchObject({ fromMs: half, session: null });
    const rest = await finish(again.progress!);
    expect([...idsOf(again.rows), ...rest].toSorted()).toEqual(IDS);
  });

  test("in the middle of the page that opened it: the page fails, and the next try begins anew", async () => {
    await fault("session_expired", 6_000);
    const broken = await readPage(customer, [EVENT], start);
    expect(broken).toMatchObject({ error: { kind: "transient" }, progress: null });
    expect(await finish(start)).toEqual(IDS);
  });

  test("unknown to the service, as after its restart: read again", async () => {
    const first = await readPage(customer, [EVENT], start, { limits: SMALL_PAGES });
    const cursor = { ...(first.progress!.unfinished!.cursor as { session: object }) };
    cursor.session = { ...cursor.session, name: `projects/${customer.projectId}/locations/eu/sessions/gone` };
    const lost = { ...first.progress!, unfinished: { ...first.progress!.unfinished!, cursor } } as EventProgress;
    expect(await finish(lost)).toEqual(IDS);
  });
});

describe("rows are told from those that a first pass has read before", () => {
  const columns = eventOf("purchase", "events", { columns: ["user_id"] });
  beforeEach(() => customer.control.settings(customer.projectId, { streamsMin: 3 }));

  /** What each chunk with rows says. */
  async function unread(progress: EventProgress, event = EVENT, options: PageOptions = {}) {
    const said = new Set<boolean | undefined>();
    const onChunk = ({ rows, ownUuids }: ImportChunk) => void (rows.length > 0 && said.add(ownUuids?.areUnread));
    const page = await readPage(customer, [event], progress, { ...options, onChunk });
    expect(page.error).toBeNull();
    return { said: [...said], progress: page.progress! };
  }

  test("while nothing breaks, by windows and by pages", async () => {
    const first = await unread(start, EVENT, { limits: SMALL_PAGES });
    const next = await unread(first.progress, EVENT, { limits: SMALL_PAGES, storedBefore: "covered" });
    expect([first.said, next.said]).toEqual([[true], [true]]);
  });

  test("a window that begins again, for a column or a lost session, up to its end", async () => {
    const first = await unread(start, EVENT, { limits: SMALL_PAGES });
    const changed = await unread(first.progress, columns, { limits: SMALL_PAGES, storedBefore: "covered" });
    expect(changed.said).toEqual([false]);
    expect((await unread(changed.progress, columns, { limits: SMALL_PAGES })).said).toEqual([false]);
    await customer.control.expireSessions(customer.projectId);
    const lost = await unread(first.progress);
    expect(lost.said).toEqual([false]);
    // The second half of the window.
    expect(lost.progress.unfinished?.cursor).toMatchObject({ session: null, readToMs: BOUND });
  });

  test("a page that is read again from the beginning of a window, and a pass that begins again", async () => {
    const half = { limits: SMALL_PAGES, pageHalvings: 1 };
    expect((await unread(start, EVENT, { ...half, storedBefore: "beyond" })).said).toEqual([false]);
    expect((await unread(start, EVENT, { ...half, storedBefore: "covered" })).said).toEqual([false]);
    const cursor = { by: "time", fromMs: START_MS + DAY_MS, windowMs: DAY_MS, session: null };
    const later: EventProgress = { completeThroughMs: null, unfinished: { targetMs: BOUND, position: 3, cursor } };
    expect((await unread(later, EVENT, { storedBefore: "covered" })).said).toEqual([true]);
    const again = await unread(later, EVENT, { storedBefore: "beyond" });
    expect(again.said).toEqual([false]);
    expect((await unread(again.progress, EVENT, { storedBefore: "covered" })).said).toEqual([true]);
  });
});
