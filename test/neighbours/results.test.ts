// A asks for a metric's result while B asks for hundreds and leaves: they wait in B's own queue, and are dropped there.
import { randomUUID } from "node:crypto";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { NEW_INTEGRATION } from "../support/api/harness.ts";
import { REVENUE } from "../support/api/metricsHarness.ts";
import { eventually } from "../support/eventually.ts";
import {
  START_TIMEOUT_MS,
  startNeighbours,
  type Installation,
  type Neighbours,
  type Workspace,
} from "../support/neighbours/neighbours.ts";

const ABANDONED = 400;
const MAX_MEMORY_BYTES = 700 * 1024 * 1024;

let neighbours: Neighbours;
let pathOfA: string;
/** Of B's metric at each installation. */
const paths = new Map<string, string>();
beforeAll(async () => {
  neighbours = await startNeighbours();
  pathOfA = await createMetric(neighbours, neighbours.a, "1");
  await neighbours.prepare(async (at) => void paths.set(at.server.url, await createMetric(at, at.b, "2")));
}, START_TIMEOUT_MS);
afterAll(() => neighbours.close());

async function createMetric(at: Installation, workspace: Workspace, projectId: string): Promise<string> {
  const create = async (path: string, json: object) => {
    const response = await at.fetch(workspace, path, json);
    expect(response.status).toBe(201);
    return (await response.json()) as { id: string };
  };
  const integration = await create("/v1/integrations", { ...NEW_INTEGRATION, projectId });
  await create(`/v1/integrations/${integration.id}/events`, { eventId: "purchase" });
  const name = `revenue ${randomUUID()}`;
  const { id } = await create("/v1/metrics", { integrationId: integration.id, name, measure: REVENUE });
  const exposure = { alias_id: "shop", route_id: "main", variant_id: "a", user: "u" };
  await at.fetch(workspace, "/v1/exposures", { exposures: [exposure] });
  return `/v1/metrics/${id}/results?router=shop`;
}

/** Each result reads the database's clock once, so this is how long one keeps its connection at least. */
async function slowDown({ harness }: Installation, seconds: number): Promise<void> {
  const admin = new pg.Client({ connectionString: harness.database.url });
  await admin.connect();
  await admin.query(`
    create or replace function crosscurrent_now() returns timestamptz language plpgsql volatile as
    $$ begin perform pg_sleep(${seconds}); return clock_timestamp(); end $$`);
  await admin.end();
}

test.each([
  ["results", "/results"],
  ["results as CSV", "/results.csv"],
])(`B asks for ${ABANDONED} %s at once and leaves each after a second`, async (_, suffix) => {
  await neighbours.prepare((at) => slowDown(at, 0.1));
  const of = (path: string) => path.replace("/results", suffix);
  const seen = await neighbours.expectUndisturbed(
    { "a result": neighbours.callOfA(200, of(pathOfA)) },
    {
      callers: ABANDONED,
      everyMs: 1_000,
      leavesAfterMs: 1_000,
      calls: (at) => [at.callOfB(of(paths.get(at.server.url) ?? ""))],
      // 503 is said while A has a turn that B could have had.
      statuses: [200, 503],
    },
    { calls: 5, everyMs: null },
  );
  expect(seen.statuses[429]).toBeGreaterThan(0);
  // Nothing of B is left: what waited for callers who left was dropped.
  await neighbours.prepare((at) => slowDown(at, 0));
  const { b } = neighbours;
  await eventually(async () => (await neighbours.fetch(b, paths.get(neighbours.server.url) ?? "")).status === 200);
  expect(await neighbours.peakMemoryBytes()).toBeLessThan(MAX_MEMORY_BYTES);
});
