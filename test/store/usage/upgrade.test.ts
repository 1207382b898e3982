// An upgrade from before assignments were recorded, with old servers and workers at work: nothing is lost or counts
// twice, and nobody waits for long.
import { sql } from "kysely";
import fc from "fast-check";
import { expect, test } from "vitest";
import { seal } from "../../../src/store/exposures/seal.ts";
import { openDatabase, type Database } from "../../../src/store/postgres/database.ts";
import { migrate } from "../../../src/store/postgres/migrate.ts";
import { takeOver } from "../../../src/store/usage/takeOver.ts";
import { eventually } from "../../support/eventually.ts";
import { ingestAsBefore, sealAsBefore, type OldExposure } from "../../support/store/before22/worker.ts";
import { HOUR_MS, SEAL_GRACE_MS } from "../../support/store/contract/harness.ts";
import { migrateUntil } from "../../support/store/migrateUntil.ts";
import { openTestStore } from "../../support/store/storeDatabase.ts";
import { createTestDatabase } from "../../support/store/testDatabase.ts";

/** A database of the version before, with one workspace. */
async function openOld() {
  const database = await createTestDatabase("template0");
  const db = openDatabase(database.url, 3);
  await migrateUntil(db, "0020");
  await db.execute(sql`insert into workspaces (id, name) values ('ws', 'old')`);
  const store = openTestStore(database.url);
  return {
    db,
    url: database.url,
    store,
    advance: (ms: number) =>
      db.execute(
        sql.raw(`create or replace function crosscurrent_now() returns timestamptz language sql volatile as
          $$select clock_timestamp() + ${ms} * interval '1 millisecond'$$`),
      ),
    async close() {
      await Promise.all([store.close(), db.close()]);
      await database.drop();
    },
  };
}

const pendingOf = async (db: Database) => (await db.query(sql`select from usage_take_overs`)).length;

test("exposures of before are assigned and served, folded or not", async () => {
  const { db, store, url, advance, close } = await openOld();
  const hourMs = Math.floor(Date.now() / HOUR_MS - 3) * HOUR_MS;
  const one = { variantId: "a", userId: "u", exposedAtMs: hourMs + 1 };
  const nowMs = Date.now();
  await ingestAsBefore(db, "ws", [one, { ...one, exposedAtMs: hourMs + 9 }, { ...one, exposedAtMs: nowMs }]);
  await sealAsBefore(db, "ws");
  await ingestAsBefore(db, "ws", [
    { ...one, userId: "v", exposedAtMs: hourMs + HOUR_MS + 5 },
    { ...one, variantId: "b", userId: "v" },
  ]);
  await migrate(url);
  const range = { fromMs: hourMs, toMs: hourMs + 9 * HOUR_MS, routeId: null };
  const read = async () => {
    const variants = (await store.usage.variants("ws", "alias", range)) ?? [];
    return variants.map(({ variantId, assigned, served, users }) => [variantId, assigned, served, users]);
  };
  const unfolded = [
    ["a", 1, 1, 1],
    ["b", 1, 1, 1],
  ];
  expect(await read()).toEqual(unfolded);
  await store.exposures.seal("ws");
  expect(await pendingOf(db)).toBe(1);
  await advance(2 * HOUR_MS);
  await store.exposures.seal("ws");
  expect(await read()).toEqual([
    ["a", 4, 4, 2],
    ["b", 1, 1, 1],
  ]);
  expect(await pendingOf(db)).toBe(0);
  const { items } = await store.usage.aliases("ws", { cursor: null, limit: 10 });
  expect(items).toEqual([{ id: "alias", isConfigured: false, exposures: 5, lastExposureAtMs: nowMs }]);
  await close();
});

const exposure = fc.record({
  variantId: fc.constantFrom("a", "b"),
  userId: fc.constantFrom("u", "v", "w"),
  hoursAgo: fc.integer({ min: 0, max: 3 }),
});
const ingested = fc.record({ does: fc.constant("ingest" as const), exposures: fc.array(exposure, { minLength: 1 }) });
const oldPass = fc.record({
  does: fc.constant("sealAsBefore" as const),
  maxSteps: fc.integer({ min: 0, max: 6 }),
  stepRows: fc.integer({ min: 1, max: 4 }),
});
const stepRows = fc.integer({ min: 1, max: 5 });
const newPass = fc.record({ does: fc.constant("seal" as const), stepRows });
const newTakeOver = fc.record({ does: fc.constant("takeOver" as const), stepRows });

test("old and new workers take turns while the usage is taken over, and each exposure counts once", async () => {
  const before = fc.array(fc.oneof(ingested, oldPass), { minLength: 1, maxLength: 12 });
  const after = fc.array(fc.oneof(ingested, oldPass, newPass, newTakeOver), { maxLength: 16 });
  await fc.assert(
    fc.asyncProperty(before, after, async (first, second) => {
      const { db, store, url, advance, close } = await openOld();
      const nowMs = Date.now();
      const counts = new Map<string, number>();
      const act = async (action: (typeof second)[number]) => {
        if (action.does === "sealAsBefore") return await sealAsBefore(db, "ws", action);
        if (action.does === "seal") return await seal(db, "ws", SEAL_GRACE_MS, action.stepRows);
        if (action.does === "takeOver") return await takeOver(db, "ws", action.stepRows);
        const all = action.exposures.map(({ hoursAgo, ...ids }): OldExposure => {
          const exposedAtMs = nowMs - hoursAgo * HOUR_MS;
          const key = `${ids.variantId} ${ids.userId} ${Math.floor(exposedAtMs / HOUR_MS)}`;
          counts.set(key, (counts.get(key) ?? 0) + 1);
          return { ...ids, exposedAtMs };
        });
        await ingestAsBefore(db, "ws", all);
      };
      for (const action of first) await act(action);
      await migrate(url);
      for (const action of second) await act(action);
      await advance(3 * HOUR_MS);
      await store.exposures.seal("ws");
      const rows = await db.query(sql<{ key: string; assigned: number; served: number }>`
        select variant_id || ' ' || user_id || ' ' || hour_ms / ${HOUR_MS}::bigint as key,
          sum(assigned)::int as assigned, sum(served)::int as served
        from assignment_buckets group by 1`);
      const sorted = (entries: Iterable<[string, number]>) => [...entries].toSorted(([a], [b]) => (a < b ? -1 : 1));
      expect(sorted(rows.map(({ key, assigned }) => [key, assigned]))).toEqual(sorted(counts));
      expect(rows.every(({ assigned, served }) => assigned === served)).toBe(true);
      expect(await pendingOf(db)).toBe(0);
      await close();
    }),
    { numRuns: 8 },
  );
}, 180_000);

test("while a report holds exposures, only the migration waits", async () => {
  const { db, url, close } = await openOld();
  const one = { variantId: "a", userId: "u", exposedAtMs: Date.now() };
  await db
    .transaction(async (report) => {
      await report.query(sql`select from exposures`);
      const migrated = migrate(url, { lockMs: [200, 200], pauseMs: 50, giveUpAfterMs: 60_000 });
      const waiting = sql`select from pg_locks where not granted and relation = 'exposures'::regclass`;
      for (let i = 0; i < 3; i++) {
        await eventually(async () => (await db.query(waiting)).length > 0);
        await ingestAsBefore(db, "ws", [one]);
        await sealAsBefore(db, "ws");
      }
      const done = await db.query(
        sql<{ name: string }>`select name from crosscurrent_migrations order by name desc limit 1`,
      );
      expect(done).toEqual([{ name: "0022-calls" }]);
      // The report is over once this is returned.
      return { migrated };
    })
    .then(({ migrated }) => migrated);
  await close();
}, 60_000);

test("a migration that never gets its lock fails, and the next try goes on from there", async () => {
  const { db, url, close } = await openOld();
  await db.transaction(async (report) => {
    await report.query(sql`select from exposures`);
    const error = await migrate(url, { lockMs: [50, 50], pauseMs: 10, giveUpAfterMs: 300 }).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: "55P03" });
  });
  expect(await migrate(url)).toEqual(["0022a-exposed-calls", "0022b-bucket-sums", "0022c-take-over"]);
  await close();
}, 60_000);

test("what an old worker folded into buckets alone is folded by the reconciler, and kept until then", async () => {
  const { db, store, url, advance, close } = await openOld();
  await migrate(url);
  await ingestAsBefore(db, "ws", [{ variantId: "a", userId: "u", exposedAtMs: Date.now() }]);
  await sealAsBefore(db, "ws");
  expect(await store.syncState.unsealedWorkspaces()).toEqual([]);
  await advance(30 * 24 * HOUR_MS);
  expect(await store.syncState.unsealedWorkspaces()).toEqual(["ws"]);
  await store.cleanup.purge();
  await store.exposures.seal("ws");
  expect(await store.syncState.unsealedWorkspaces()).toEqual([]);
  const [alias] = (await store.usage.aliases("ws", { cursor: null, limit: 1 })).items;
  expect(alias).toMatchObject({ exposures: 1 });
  await close();
});
