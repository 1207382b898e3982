// Sealing while others ingest: no interleaving loses an exposure, and sequence numbers become visible dense and in
// order.
import fc from "fast-check";
import type { PoolClient } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openDatabase, type Database } from "../../../src/store/postgres/database.ts";
import { seal } from "../../../src/store/exposures/seal.ts";
import { HOUR_MS, SEAL_GRACE_MS, newIntegration, newWorkspace, reread } from "../../support/store/contract/harness.ts";
import { exposure } from "../../support/store/contract/exposures.ts";
import { makePostgresHarness, type PostgresHarness } from "../../support/store/storeDatabase.ts";

let harness: PostgresHarness;
/** The store's own, for sealers with steps of a few rows. */
let database: Database;
beforeAll(async () => {
  harness = await makePostgresHarness();
  database = openDatabase(harness.url, 10);
});
afterAll(async () => {
  await database.close();
  await harness.close();
});

const MAX_SEQ = Number.MAX_SAFE_INTEGER;
const buckets = (workspaceId: string, withRevisions = false) =>
  harness.store.exports.readBuckets({ workspaceId, withRevisions, afterSeq: 0, throughSeq: MAX_SEQ, limit: 1_000 });

/** An ingest as the store does it, held open by the test between its insert and its commit. */
async function openIngest(workspaceId: string, userId: string, exposedAtMs: number): Promise<PoolClient> {
  const client = await harness.admin.connect();
  await client.query("begin");
  await client.query("select pg_advisory_xact_lock_shared(crosscurrent_ingest_lock($1))", [workspaceId]);
  await client.query(
    `insert into exposures (workspace_id, received_at_ms, exposed_at_ms, alias_id, route_id, variant_id, user_id)
     values ($1, crosscurrent_now_ms(), $2, 'alias', 'route', 'variant', $3)`,
    [workspaceId, exposedAtMs, userId],
  );
  return client;
}

async function commit(client: PoolClient): Promise<void> {
  await client.query("commit");
  client.release();
}

/** Waits until a session waits for an advisory lock of this database. */
async function untilLockIsAwaited(): Promise<void> {
  await expect
    .poll(async () => {
      const { rows } = await harness.admin.query(
        `select from pg_locks l join pg_database d on d.oid = l.database and d.datname = current_database()
         where l.locktype = 'advisory' and not l.granted`,
      );
      return rows.length;
    }, POLL)
    .toBeGreaterThan(0);
}

const POLL = { timeout: 20_000, interval: 5 };

test("a seal waits for an ingest that is under way, and folds it though later ids were committed before it", async () => {
  const workspaceId = await newWorkspace(harness.store);
  const hourMs = Math.floor((await harness.store.nowMs()) / HOUR_MS - 5) * HOUR_MS;
  const slow = await openIngest(workspaceId, "slow", hourMs);
  await harness.store.exposures.ingest(workspaceId, [exposure("fast", hourMs)]);
  const sealing = harness.store.exposures.seal(workspaceId);
  await untilLockIsAwaited();
  await commit(slow);
  expect(await sealing).toMatchObject({ throughSeq: 2 });
  expect((await buckets(workspaceId)).map(({ userId }) => userId).toSorted()).toEqual(["fast", "slow"]);
});

test("an ingest takes its workspace's lock: with a sealer reading it waits, in another workspace it does not", async () => {
  const [mine, theirs] = [await newWorkspace(harness.store), await newWorkspace(harness.store)];
  const nowMs = await harness.store.nowMs();
  const sealer = await harness.admin.connect();
  await sealer.query("begin");
  await sealer.query("select pg_advisory_xact_lock(crosscurrent_ingest_lock($1))", [mine]);
  const ingest = harness.store.exposures.ingest(mine, [exposure("me", nowMs)]);
  await harness.store.exposures.ingest(theirs, [exposure("them", nowMs)]);
  await untilLockIsAwaited();
  const count = await harness.admin.query("select from exposures where workspace_id = $1", [mine]);
  expect(count.rowCount).toBe(0);
  await commit(sealer);
  await ingest;
});

type Action =
  | { kind: "ingest" | "open"; user: number; hoursAgo: number }
  | { kind: "commit" }
  | { kind: "seal"; stepRows: number };

const user = fc.nat(3);
const hoursAgo = fc.integer({ min: 0, max: 4 });
const action: fc.Arbitrary<Action> = fc.oneof(
  fc.record({ kind: fc.constant("ingest" as const), user, hoursAgo }),
  fc.record({ kind: fc.constant("open" as const), user, hoursAgo }),
  fc.record({ kind: fc.constant("commit" as const) }),
  fc.record({ kind: fc.constant("seal" as const), stepRows: fc.constantFrom(1, 2, 100) }),
);

test("any interleaving of open ingests, sealers and a reader: every exposure in its bucket once, no bucket or revision missed", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(action, { maxLength: 25 }), async (actions) => {
      const workspaceId = await newWorkspace(harness.store);
      const nowHourMs = Math.floor((await harness.store.nowMs()) / HOUR_MS) * HOUR_MS;
      const expected = new Map<string, Expected>();
      const opens = new Opens();
      const reader = new Reader(workspaceId);
      const running: Promise<unknown>[] = [];
      for (const [tick, step] of actions.entries()) {
        if (step.kind === "commit") await opens.commitOne();
        if (step.kind === "seal")
          running.push(reader.follow(seal(database, workspaceId, SEAL_GRACE_MS, step.stepRows)));
        if (step.kind === "open" || step.kind === "ingest") {
          const timeMs = nowHourMs - step.hoursAgo * HOUR_MS + ((tick * 7_919) % 60_000);
          note(expected, `${step.user} ${timeMs - (timeMs % HOUR_MS)}`, timeMs);
          if (step.kind === "open") opens.add(openIngest(workspaceId, String(step.user), timeMs));
          else running.push(harness.store.exposures.ingest(workspaceId, [exposure(String(step.user), timeMs)]));
        }
        // One round trip: what was begun gets as far as it can, or is overtaken.
        await harness.store.ping();
      }
      await opens.commitAll();
      await Promise.all(running);
      const { throughMs } = await reader.follow(harness.store.exposures.seal(workspaceId));
      const due = [...expected].filter(([, bucket]) => bucket.timeMs < throughMs);
      expect(reader.latest).toEqual(new Map(due.map(([key, { timeMs }]) => [key, timeMs])));
      expect(await everyBucket(workspaceId)).toEqual(expected);
      expect(reader.first.toSorted()).toEqual(due.map(([key]) => key).toSorted());
    }),
    { numRuns: 60 },
  );
});

interface Expected {
  exposures: number;
  timeMs: number;
  firstExposedAtMs: number;
}

function note(expected: Map<string, Expected>, key: string, timeMs: number): void {
  const before = expected.get(key) ?? { exposures: 0, timeMs: 0, firstExposedAtMs: Infinity };
  expected.set(key, {
    exposures: before.exposures + 1,
    timeMs: Math.max(before.timeMs, timeMs),
    firstExposedAtMs: Math.min(before.firstExposedAtMs, timeMs),
  });
}

/** Ingests held open; one may still be waiting for its lock behind a sealer that waits for another. */
class Opens {
  readonly #ready: PoolClient[] = [];
  readonly #waiting = new Set<Promise<unknown>>();

  add(opening: Promise<PoolClient>): void {
    const ready = opening.then((client) => {
      this.#ready.push(client);
      this.#waiting.delete(ready);
    });
    this.#waiting.add(ready);
  }

  async commitOne(): Promise<void> {
    const client = this.#ready.shift();
    if (client !== undefined) await commit(client);
  }

  async commitAll(): Promise<void> {
    while (this.#ready.length > 0 || this.#waiting.size > 0) {
      if (this.#ready.length === 0) await Promise.race(this.#waiting);
      await this.commitOne();
    }
  }
}

/** Pages as the exports do: from its cursor to what a sealer said, never back. */
class Reader {
  /** What a destination that follows revisions holds. */
  readonly latest = new Map<string, number>();
  /** What one that never sees a revision was sent. */
  readonly first: string[] = [];
  readonly #workspaceId: string;
  #cursor = 0;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(workspaceId: string) {
    this.#workspaceId = workspaceId;
  }

  async follow<T extends { throughSeq: number }>(sealing: Promise<T>): Promise<T> {
    const sealed = await sealing;
    this.#turn = this.#turn.then(() => this.#readThrough(sealed.throughSeq));
    await this.#turn;
    return sealed;
  }

  async #readThrough(throughSeq: number): Promise<void> {
    if (throughSeq <= this.#cursor) return;
    const range = { workspaceId: this.#workspaceId, afterSeq: this.#cursor, throughSeq, limit: 1_000 };
    const read = (withRevisions: boolean) => harness.store.exports.readBuckets({ ...range, withRevisions });
    for (const bucket of await read(false)) this.first.push(`${bucket.userId} ${bucket.hourMs}`);
    for (const bucket of await read(true)) this.latest.set(`${bucket.userId} ${bucket.hourMs}`, bucket.timeMs);
    this.#cursor = throughSeq;
  }
}

/** Open ones too, which the store shows nobody: the parts of one are added up. */
async function everyBucket(workspaceId: string): Promise<Map<string, Expected>> {
  const { rows } = await harness.admin.query<{ key: string; exposures: string; time: string; first: string }>(
    `select user_id || ' ' || hour_ms as key, exposures, time_ms as time, first_exposed_at_ms as first
     from exposure_buckets where workspace_id = $1
     union all
     select user_id || ' ' || hour_ms, sum(exposures), max(time_ms), min(first_exposed_at_ms)
     from bucket_parts where workspace_id = $1 group by 1`,
    [workspaceId],
  );
  return new Map(
    rows.map((row) => [
      row.key,
      { exposures: Number(row.exposures), timeMs: Number(row.time), firstExposedAtMs: Number(row.first) },
    ]),
  );
}

test("sequence numbers are dense: as many as buckets sealed and revisions made", async () => {
  const workspaceId = await newWorkspace(harness.store);
  const hourMs = Math.floor((await harness.store.nowMs()) / HOUR_MS - 5) * HOUR_MS;
  const ingest = (users: string[], timeMs: number) =>
    harness.store.exposures.ingest(
      workspaceId,
      users.map((name) => exposure(name, timeMs)),
    );
  await ingest(["a", "b", "c"], hourMs);
  await Promise.all(Array.from({ length: 4 }, () => harness.store.exposures.seal(workspaceId)));
  await ingest(["a", "c", "d"], hourMs + 1);
  const results = await Promise.all(Array.from({ length: 4 }, () => harness.store.exposures.seal(workspaceId)));
  expect(Math.max(...results.map(({ throughSeq }) => throughSeq))).toBe(6);
  expect((await buckets(workspaceId, true)).map(({ seq }) => seq)).toEqual([2, 4, 5, 6]);
  expect((await buckets(workspaceId, false)).map(({ seq }) => seq)).toEqual([1, 2, 3, 6]);
});

/** A database that runs this many transactions and no more, so the sealer dies between two of them. */
function dyingAfter(transactions: number): Database {
  let left = transactions;
  return {
    ...database,
    transaction: (work, settings) =>
      left-- > 0 ? database.transaction(work, settings) : Promise.reject(new Error("died")),
  };
}

test("a sealer that dies between any two steps: nothing is visible by halves, late by the steps, counted twice or lost", async () => {
  for (let transactions = 1, died = true; died; transactions++) {
    const integration = await newIntegration(harness.store);
    const { workspaceId } = integration;
    const ingest = (times: number[]) =>
      harness.store.exposures.ingest(
        workspaceId,
        times.flatMap((timeMs) => ["a", "b", "c"].map((name) => exposure(name, timeMs))),
      );
    const nowMs = await harness.store.nowMs();
    const hourMs = Math.floor(nowMs / HOUR_MS) * HOUR_MS;
    // Parts of an hour that is over by the second pass, of several steps, and exposures of that hour and another.
    for (const timeMs of [hourMs, hourMs + 1]) {
      await ingest([timeMs]);
      await seal(database, workspaceId, SEAL_GRACE_MS, 2);
    }
    await harness.advance(2 * HOUR_MS);
    await ingest([hourMs + 3, hourMs + HOUR_MS, hourMs + 2, hourMs + HOUR_MS + 1]);
    const graceMs = (await harness.store.nowMs()) % HOUR_MS;
    died = await seal(dyingAfter(transactions), workspaceId, graceMs, 2).then(
      () => false,
      () => true,
    );
    const visible = (await reread(harness.store, integration)).export.pending;
    // What follows once the buckets are visible can die too.
    expect(died ? [0, 6] : [6]).toContain(visible);
    expect(await seal(database, workspaceId, graceMs, 2)).toMatchObject({ throughSeq: 6 });
    const expected = ["a", "b", "c"].flatMap((userId): [string, Expected][] => [
      [`${userId} ${hourMs}`, { exposures: 4, timeMs: hourMs + 3, firstExposedAtMs: hourMs }],
      [
        `${userId} ${hourMs + HOUR_MS}`,
        { exposures: 2, timeMs: hourMs + HOUR_MS + 1, firstExposedAtMs: hourMs + HOUR_MS },
      ],
    ]);
    expect(await everyBucket(workspaceId)).toEqual(new Map(expected));
    const sealed = await buckets(workspaceId);
    expect(sealed).toHaveLength(6);
    for (const { sealedTimeMs, timeMs } of sealed) expect(sealedTimeMs).toBe(timeMs);
    expect((await reread(harness.store, integration)).export).toMatchObject({ late: 0, pending: 6 });
    expect(transactions).toBeLessThan(30);
  }
});
