// Usage is what a recomputation from all calls would be, in whatever order and steps they are folded.
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { CallDetails, Exposure } from "../../../src/domain/exposure.ts";
import type { VariantUsage } from "../../../src/domain/usage.ts";
import { seal } from "../../../src/store/exposures/seal.ts";
import { openDatabase, type Database } from "../../../src/store/postgres/database.ts";
import { HOUR_MS, newWorkspace, SEAL_GRACE_MS } from "../../support/store/contract/harness.ts";
import { makePostgresHarness, type PostgresHarness } from "../../support/store/storeDatabase.ts";

let harness: PostgresHarness;
let database: Database;
beforeAll(async () => {
  harness = await makePostgresHarness();
  database = openDatabase(harness.url, 2);
});
afterAll(async () => {
  await database.close();
  await harness.close();
});

const NOTHING = { inputTokens: null, outputTokens: null, costUsd: null, latencyMs: null, ttftMs: null };
const measure = fc.option(fc.integer({ min: 0, max: 5_000 }), { nil: null });
const details = fc.record({
  id: fc.constant(null),
  tells: fc.constantFrom<CallDetails["tells"]>("assignment", "answer", "both"),
  assignedVariantId: fc.constantFrom(null, "a", "b"),
  routerVersion: fc.constantFrom(null, 1, 2),
  failed: fc.boolean(),
  inputTokens: measure,
  outputTokens: measure,
  costUsd: measure,
  latencyMs: measure,
  ttftMs: measure,
});
const calls = fc.array(
  fc.record({
    variantId: fc.constantFrom("a", "b", "c"),
    userId: fc.constantFrom("u", "v", "w"),
    hoursAgo: fc.integer({ min: 0, max: 3 }),
    call: fc.option(details, { nil: undefined }),
  }),
  { minLength: 1, maxLength: 30 },
);

/** An assignment by itself tells of nothing else. */
function exposureOf(
  call: { variantId: string; userId: string; call: CallDetails | undefined },
  atMs: number,
): Exposure {
  const { variantId, userId } = call;
  const ids = { aliasId: "alias", routeId: "route", variantId, userId, exposedAtMs: atMs };
  if (call.call === undefined) return ids;
  const isAssignment = call.call.tells === "assignment";
  return { ...ids, call: { ...call.call, ...(isAssignment && { ...NOTHING, failed: false }) } };
}

interface Sums extends Omit<VariantUsage, "users" | "latencyMs" | "ttftMs" | "withoutUser" | "routeId"> {
  users: Set<string>;
}

function recomputed(exposures: Exposure[]): Map<string, Sums> {
  const all = new Map<string, Sums>();
  const of = (variantId: string): Sums => {
    const counts = { assigned: 0, served: 0, failed: 0, fallbacks: 0, tokenCalls: 0, costCalls: 0 };
    const none = { ...counts, inputTokens: 0, outputTokens: 0, costUsd: 0 };
    const sums = all.get(variantId) ?? { variantId, ...none, users: new Set<string>() };
    all.set(variantId, sums);
    return sums;
  };
  for (const { variantId, userId, call } of exposures) {
    const assigned = of(call?.assignedVariantId ?? variantId);
    // An answer belongs to an assignment that may be of the hour before.
    assigned.users.add(userId);
    if (call?.tells !== "answer") assigned.assigned++;
    if (call?.tells === "assignment") continue;
    const told = of(variantId);
    if (call?.failed === true) assigned.failed++;
    else {
      told.served++;
      if (told !== assigned) assigned.fallbacks++;
    }
    told.inputTokens += call?.inputTokens ?? 0;
    told.outputTokens += call?.outputTokens ?? 0;
    told.costUsd += call?.costUsd ?? 0;
    if ((call?.inputTokens ?? call?.outputTokens ?? null) !== null) told.tokenCalls++;
    if ((call?.costUsd ?? null) !== null) told.costCalls++;
  }
  return all;
}

test("sums of variants, folded in steps of any size or not at all", async () => {
  await fc.assert(
    fc.asyncProperty(calls, calls, fc.integer({ min: 1, max: 7 }), async (before, after, stepRows) => {
      const workspaceId = await newWorkspace(harness.store);
      const nowMs = await harness.store.nowMs();
      const exposures = (some: typeof before) => some.map((one) => exposureOf(one, nowMs - one.hoursAgo * HOUR_MS));
      const read = async () => {
        const toMs = nowMs + HOUR_MS;
        const range = { fromMs: nowMs - 10 * HOUR_MS, toMs, routeId: null };
        const variants = (await harness.store.usage.variants(workspaceId, "alias", range)) ?? [];
        return variants.map(({ latencyMs: _l, ttftMs: _t, withoutUser: _w, routeId: _r, ...sums }) => sums);
      };
      const expected = (all: Exposure[]) =>
        [...recomputed(all).values()]
          .map(({ users, ...sums }) => ({ ...sums, users: users.size }))
          .toSorted((a, b) => (a.variantId < b.variantId ? -1 : 1));
      const [first, second] = [exposures(before), exposures(after)];
      await harness.store.exposures.ingest(workspaceId, first);
      expect(await read()).toEqual(expected(first));
      await seal(database, workspaceId, SEAL_GRACE_MS, stepRows);
      expect(await read()).toEqual(expected(first));
      await harness.store.exposures.ingest(workspaceId, second);
      expect(await read()).toEqual(expected([...first, ...second]));
      await seal(database, workspaceId, SEAL_GRACE_MS, stepRows);
      expect(await read()).toEqual(expected([...first, ...second]));
      const { rows } = await harness.admin.query("select from assignments where workspace_id = $1", [workspaceId]);
      expect(rows).toEqual([]);
    }),
    { numRuns: 30 },
  );
}, 120_000);

test("percentiles are at most 1% off, of many hours together", async () => {
  const workspaceId = await newWorkspace(harness.store);
  const nowMs = await harness.store.nowMs();
  const exposures = Array.from({ length: 1_000 }, (_, i) => ({
    ...exposureOf({ variantId: "a", userId: `u${i}`, call: undefined }, nowMs - (i % 5) * HOUR_MS),
    call: { id: null, tells: "both" as const, assignedVariantId: null, routerVersion: 1, failed: false, ...NOTHING },
  })).map((one, i) => ({ ...one, call: { ...one.call, latencyMs: i + 1, ttftMs: (i + 1) / 1_000 } }));
  await harness.store.exposures.ingest(workspaceId, exposures.slice(0, 700));
  await harness.store.exposures.seal(workspaceId);
  await harness.store.exposures.ingest(workspaceId, exposures.slice(700));
  const range = { fromMs: nowMs - 10 * HOUR_MS, toMs: nowMs + HOUR_MS, routeId: "route" };
  const [usage] = (await harness.store.usage.variants(workspaceId, "alias", range)) ?? [];
  for (const [quantile, value] of Object.entries({ p50: 500, p95: 950, p99: 990 }) as ["p50", number][]) {
    expect(Math.abs((usage?.latencyMs[quantile] ?? 0) / value - 1)).toBeLessThan(0.012);
    expect(Math.abs((usage?.ttftMs[quantile] ?? 0) / (value / 1_000) - 1)).toBeLessThan(0.012);
  }
});

test("percentiles and sums are of calls with a user and without together", async () => {
  const workspaceId = await newWorkspace(harness.store);
  const nowMs = await harness.store.nowMs();
  const known = { id: null, tells: "both" as const, assignedVariantId: null, routerVersion: 1, failed: false };
  const named = Array.from({ length: 100 }, (_, i) => ({
    ...exposureOf({ variantId: "a", userId: `u${i}`, call: undefined }, nowMs),
    call: { ...known, ...NOTHING, inputTokens: 2, latencyMs: i + 1 },
  }));
  await harness.store.exposures.ingest(workspaceId, named);
  const latenciesMs = Array.from({ length: 300 }, (_, i) => i + 101);
  const counts = { assigned: 301, served: 300, failed: 1, fallbacks: 0, tokenCalls: 300, costCalls: 0 };
  const sums = { ...counts, inputTokens: 600, outputTokens: 0, costUsd: 0 };
  await harness.store.usage.addAnonymous(workspaceId, [
    { aliasId: "alias", routeId: "route", variantId: "a", ...sums, latenciesMs, ttftsMs: [] },
  ]);
  const range = { fromMs: nowMs - HOUR_MS, toMs: nowMs + HOUR_MS, routeId: null };
  const [usage] = (await harness.store.usage.variants(workspaceId, "alias", range)) ?? [];
  expect(usage).toMatchObject({ assigned: 100, served: 100, failed: 1, withoutUser: 301, users: 100 });
  expect(usage).toMatchObject({ inputTokens: 800, tokenCalls: 400, costUsd: 0, costCalls: 0 });
  for (const [quantile, value] of Object.entries({ p50: 200, p95: 380, p99: 396 }) as ["p50", number][]) {
    expect(Math.abs((usage?.latencyMs[quantile] ?? 0) / value - 1)).toBeLessThan(0.02);
  }
});

test("what a user was assigned is kept by version and hour, with its first time", async () => {
  const workspaceId = await newWorkspace(harness.store);
  const hourMs = Math.floor((await harness.store.nowMs()) / HOUR_MS - 3) * HOUR_MS;
  const told = (tells: CallDetails["tells"], routerVersion: number, atMs: number, more = {}): Exposure => ({
    aliasId: "alias",
    routeId: "route",
    variantId: "a",
    userId: "u",
    exposedAtMs: atMs,
    call: { id: null, tells, assignedVariantId: "a", routerVersion, failed: false, ...NOTHING, ...more },
  });
  await harness.store.exposures.ingest(workspaceId, [
    told("assignment", 1, hourMs + 5),
    told("answer", 1, hourMs + 9, { costUsd: 0.1 }),
    told("assignment", 1, hourMs + 3),
    told("answer", 1, hourMs + 9, { failed: true }),
    told("assignment", 2, hourMs + 7),
  ]);
  await harness.store.exposures.seal(workspaceId);
  const { rows } = await harness.admin.query(
    `select router_version::int as version, first_assigned_at_ms::float - $2 as first, assigned::int, served::int,
      failed::int, cost_usd::float as cost
    from assignment_buckets where workspace_id = $1 order by 1`,
    [workspaceId, hourMs],
  );
  expect(rows).toEqual([
    { version: 1, first: 3, assigned: 2, served: 1, failed: 1, cost: 0.1 },
    { version: 2, first: 7, assigned: 1, served: 0, failed: 0, cost: 0 },
  ]);
});

test("a sealed bucket's usage stands still, whatever comes late; until then parts add up", async () => {
  const { store } = harness;
  const workspaceId = await newWorkspace(store);
  const hourMs = Math.floor((await store.nowMs()) / HOUR_MS) * HOUR_MS;
  const told = (userId: string, more: Partial<CallDetails>): Exposure => ({
    aliasId: "alias",
    routeId: "route",
    variantId: "a",
    userId,
    exposedAtMs: hourMs + 5,
    call: { id: null, tells: "both", assignedVariantId: null, routerVersion: 1, failed: false, ...NOTHING, ...more },
  });
  const read = async () => {
    const range = { workspaceId, withRevisions: true, afterSeq: 0, throughSeq: Number.MAX_SAFE_INTEGER, limit: 10 };
    const buckets = await store.exports.readBuckets({ ...range, withUsage: true });
    return Object.fromEntries(buckets.map(({ userId, usage }) => [userId, usage]));
  };
  // Two parts of an hour that is not over.
  await store.exposures.ingest(workspaceId, [
    told("u", { inputTokens: 5, costUsd: 0.1, latencyMs: 100 }),
    told("v", {}),
  ]);
  await store.exposures.seal(workspaceId);
  await store.exposures.ingest(workspaceId, [told("u", { costUsd: 0.2, latencyMs: 201 }), told("u", { ttftMs: 7 })]);
  await store.exposures.seal(workspaceId);
  await harness.advance(2 * HOUR_MS);
  await store.exposures.seal(workspaceId);
  const sealed = { u: { ...NOTHING, inputTokens: 5, costUsd: 0.3, latencyMs: 150.5, ttftMs: 7 }, v: NOTHING };
  expect(await read()).toEqual(sealed);
  const late = { inputTokens: 50, costUsd: 1, latencyMs: 1, ttftMs: 1 };
  await store.exposures.ingest(workspaceId, [told("u", late), { ...told("v", late), exposedAtMs: hourMs + 9 }]);
  await store.exposures.seal(workspaceId);
  expect(await read()).toEqual(sealed);
});
