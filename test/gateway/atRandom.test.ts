// Ten thousand calls while upstreams fail, streams are cut and callers leave: what is recorded is what happened.
import pLimit from "p-limit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { call, createGatewayHarness, type GatewayHarness } from "../support/gateway/gateway.ts";
import {
  drawFor,
  randomVariants,
  recordedCalls,
  startRandomUpstream,
  type RandomUpstream,
} from "../support/gateway/randomUpstream.ts";
import { createTestDatabase, type TestDatabase } from "../support/store/testDatabase.ts";

const CALLS = 10_000;
const AT_ONCE = 100;
const SEED = 15;

let gateway: GatewayHarness;
let database: TestDatabase;
let upstream: RandomUpstream;
beforeAll(async () => {
  database = await createTestDatabase();
  gateway = await createGatewayHarness({ database });
  upstream = await startRandomUpstream(SEED);
  await gateway.createRouter("one", {}, randomVariants(upstream.baseUrl));
});
afterAll(async () => {
  upstream.stop();
  await gateway.close();
});

type Ending = "clean" | "failed" | "left";

test("each call is recorded once as what it was, assigned and served or failed", { timeout: 300_000 }, async () => {
  const limit = pLimit(AT_ONCE);
  const users = Array.from({ length: CALLS }, (_, i) => `u${i}`);
  const endings = await Promise.all(users.map((user, i) => limit(() => endingOf(user, i % 2 === 0))));
  const of = (ending: Ending) => users.filter((_user, i) => endings[i] === ending);
  const [clean, failed] = [of("clean"), of("failed")];
  expect(clean.length).toBeGreaterThan(CALLS / 4);
  expect(failed.length).toBeGreaterThan(CALLS / 20);
  expect(of("left").length).toBeGreaterThan(CALLS / 100);
  // Nothing waits for the rows of calls that failed or were left.
  const isWritten = ({ assigned, failed: rows }: Awaited<ReturnType<typeof recordedCalls>>) =>
    failed.every((user) => rows.has(user)) && [...upstream.seen].every((user) => assigned.has(user));
  const recorded = await eventually(() => recordedCalls(database.url), isWritten);
  expect(clean.filter((user) => recorded.served.get(user) !== 1 || recorded.failed.has(user))).toEqual([]);
  expect(failed.filter((user) => recorded.failed.get(user) !== 1 || recorded.served.has(user))).toEqual([]);
  const answered = [...clean, ...failed];
  expect(answered.filter((user) => !recorded.assigned.has(user))).toEqual([]);
  expect([...recorded.assigned].filter(([, count]) => count !== 1)).toEqual([]);
  // A caller that left was assigned if an upstream was asked for it, and else perhaps.
  expect(recorded.assigned.size).toBeGreaterThanOrEqual(new Set([...answered, ...upstream.seen]).size);
  const both = async () => [await usageOfAll(), await rowsOfAll()] as const;
  const [usage] = await eventually(both, ([said, rows]) => isEqual(said, rows));
  // Sealing folds the rows of assignments and failures away.
  await gateway.store.exposures.seal(gateway.workspace.workspaceId);
  expect(await usageOfAll()).toEqual(usage);
});

/** How the call ended for its caller. One in ten leaves soon. */
async function endingOf(user: string, stream: boolean): Promise<Ending> {
  const leaves = drawFor(10, SEED, "leaves", user) === 0;
  const signal = leaves ? AbortSignal.timeout(drawFor(10, SEED, "after", user)) : null;
  try {
    const answer = await gateway.chat(call("one", user, { stream }), { signal });
    const text = await answer.text();
    return answer.status === 200 && !text.includes('"error"') ? "clean" : "failed";
  } catch {
    return signal?.aborted === true ? "left" : "failed";
  }
}

type Figures = Record<"assigned" | "served" | "failed", number>;
const FIGURES = ["assigned", "served", "failed"] as const;
const isEqual = (some: Figures, others: Figures) => FIGURES.every((figure) => some[figure] === others[figure]);
const figures = (of: (figure: keyof Figures) => Iterable<number>) =>
  Object.fromEntries(
    FIGURES.map((figure) => [figure, [...of(figure)].reduce((total, count) => total + count, 0)]),
  ) as unknown as Figures;

/** The rows. The last ones of callers that left may still be on their way. */
async function rowsOfAll(): Promise<Figures> {
  const recorded = await recordedCalls(database.url);
  return figures((figure) => recorded[figure].values());
}

/** What the API says. */
async function usageOfAll(): Promise<Figures> {
  const { variants } = (await (await gateway.api("/v1/routers/one/usage")).json()) as {
    variants: Figures[];
  };
  return figures((figure) => variants.map((variant) => variant[figure]));
}
