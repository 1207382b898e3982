// A asks for a metric's result while B asks for hundreds and leaves: they wait in B's own queue, and are dropped there.
import { randomUUID } from "node:crypto";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { NEW_INTEGRATION } from "../support/api/harness.ts";
import { REVENUE } from "../support/api/metricsHarness.ts";
import { eventually } from "../support/eventually.ts";
import { expectUndisturbed } from "../support/neighbours/measure.ts";
import { START_TIMEOUT_MS, startNeighbours, type Neighbours, type Workspace } from "../support/neighbours/neighbours.ts";

const ABANDONED = 400;
const MB = 1024 * 1024;

let neighbours: Neighbours;
let admin: pg.Client;
const paths = { a: "", b: "" };
beforeAll(async () => {
  neighbours = await startNeighbours();
  admin = new pg.Client({ connectionString: neighbours.harness.database.url });
  await admin.connect();
  paths.a = await createMetric(neighbours.a, "1");
  paths.b = await createMetric(neighbours.b, "2");
}, START_TIMEOUT_MS);
afterAll(async () => {
  await admin.end();
  await neighbours.close();
});

async function createMetric(workspace: Workspace, projectId: string): Promise<string> {
  const create = async (path: string, json: object) => {
    const response = await neighbours.fetch(workspace, path, json);
    expect(response.status).toBe(201);
    return (await response.json()) as { id: string };
  };
  const integration = await create("/v1/integrations", { ...NEW_INTEGRATION, projectId });
  await create(`/v1/integrations/${integration.id}/events`, { eventId: "purchase" });
  const name = `revenue ${randomUUID()}`;
  const { id } = await create("/v1/metrics", { integrationId: integration.id, name, measure: REVENUE });
  const exposure = { alias_id: "shop", route_id: "main", variant_id: "a", user: "u" };
  await neighbours.fetch(workspace, "/v1/exposures", { exposures: [exposure] });
  return `/v1/metrics/${id}/results?router=shop`;
}

/** Each result reads the database's clock once, so this is how long one keeps its connection at least. */
async function slowDown(seconds: number): Promise<void> {
  await admin.query(`
    create or replace function crosscurrent_now() returns timestamptz language plpgsql volatile as
    $$ begin perform pg_sleep(${seconds}); return clock_timestamp(); end $$`);
}

test(`B asks for ${ABANDONED} results at once and leaves each after a second`, async () => {
  const { a, b, callB, callOfB, expectUp } = neighbours;
  await slowDown(0.2);
  const resultOfA = async () => {
    const response = await neighbours.fetch(a, paths.a);
    await response.arrayBuffer();
    expect(response.status).toBe(200);
  };
  const burden = async () => {
    const end = await callB({ callers: ABANDONED, calls: [callOfB(paths.b)], everyMs: 1_000 });
    return async () => {
      const { statuses } = await end();
      expect(statuses[429]).toBeGreaterThan(0);
      expect(Object.keys(statuses).filter((status) => !["0", "200", "429"].includes(status))).toEqual([]);
    };
  };
  await expectUndisturbed({ "a result": resultOfA }, burden, { calls: 10, everyMs: 400 });
  // Nothing of B is left: what waited for callers who left was dropped.
  await slowDown(0);
  await eventually(async () => (await neighbours.fetch(b, paths.b)).status === 200);
  await expectUp(400 * MB);
});
