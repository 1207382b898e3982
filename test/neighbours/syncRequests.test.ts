// A asks for a sync while B asks again and again, and while the reconciler finds what B asked for and then paused.
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { reconcile } from "../../src/activities/reconcile.ts";
import { NEW_INTEGRATION } from "../support/api/harness.ts";
import { expectUndisturbed } from "../support/neighbours/measure.ts";
import { START_TIMEOUT_MS, startNeighbours, type Neighbours, type Workspace } from "../support/neighbours/neighbours.ts";
import { RecordedControl } from "../support/api/harness.ts";

const MB = 1024 * 1024;
const INTEGRATIONS = 200;
const REQUESTS_OF_EACH = 150;

let neighbours: Neighbours;
let admin: pg.Client;
let ofA: string;
let ofB: string;
beforeAll(async () => {
  neighbours = await startNeighbours();
  admin = new pg.Client({ connectionString: neighbours.harness.database.url });
  await admin.connect();
  ofA = await createIntegration(neighbours.a, "1");
  ofB = await createIntegration(neighbours.b, "2");
}, START_TIMEOUT_MS);
afterAll(async () => {
  await admin.end();
  await neighbours.close();
});

async function createIntegration(workspace: Workspace, projectId: string): Promise<string> {
  const response = await neighbours.fetch(workspace, "/v1/integrations", { ...NEW_INTEGRATION, projectId });
  expect(response.status).toBe(201);
  return ((await response.json()) as { id: string }).id;
}

const queuedOf = async (integrationId: string) => {
  const of = "select from sync_requests where integration_id = $1 and status = 'queued'";
  return (await admin.query(of, [integrationId])).rowCount;
};

test("32 callers of B ask for a sync again and again: all of them are one request", async () => {
  const { a, ofA: callsOfA, callB, callOfB, expectUp } = neighbours;
  const sync = async () => {
    const response = await neighbours.fetch(a, `/v1/integrations/${ofA}/sync`, {});
    await response.arrayBuffer();
    expect(response.status).toBe(202);
  };
  await expectUndisturbed({ sync, chat: callsOfA.chat }, async () => {
    const end = await callB({ callers: 32, calls: [callOfB(`/v1/integrations/${ofB}/sync`, {})] });
    return async () => {
      const { statuses } = await end();
      expect(statuses[202]).toBeGreaterThan(100);
      expect(Object.keys(statuses).filter((status) => !["0", "202", "429"].includes(status))).toEqual([]);
    };
  });
  expect([await queuedOf(ofA), await queuedOf(ofB)]).toEqual([1, 1]);
  await expectUp(400 * MB);
});

test(`${REQUESTS_OF_EACH} requests of each of ${INTEGRATIONS} paused integrations of B cost the reconciler nothing`, async () => {
  const { b, harness } = neighbours;
  const ids: string[] = [];
  for (let i = 0; i < INTEGRATIONS; i++) {
    const project = { key: `p${i}`, name: `p${i}` };
    const integration = { provider: "mixpanel", settings: {}, secret: null, importFrom: null, deliversUpdates: false };
    ids.push((await harness.store.integrations.create(b.workspaceId, { ...integration, project })).id);
  }
  await admin.query("update integrations set seen_version = version");
  await admin.query("update sync_requests set created_at_ms = created_at_ms - 60000");
  const control = new RecordedControl();
  const pass = reconcile(harness, {
    ...control,
    countRunning: async () => INTEGRATIONS + 2,
    running: async function* () {
      yield* [ofA, ofB, ...ids];
    },
    outdated: async function* () {},
  });
  const once = async () => {
    await pass(undefined, { heartbeat: () => {}, signal: AbortSignal.timeout(START_TIMEOUT_MS) });
    const signalled = control.take().map(([, ref]) => (ref as { integrationId: string }).integrationId);
    expect(signalled.filter((id) => id === ofA)).toEqual([ofA]);
    expect(signalled.length).toBeLessThan(5);
  };
  await expectUndisturbed(
    { "a pass of the reconciler": once },
    async () => {
      await admin.query(
        `insert into sync_requests (integration_id, id, created_at_ms)
         select i, i || '-' || n, crosscurrent_now_ms() - 60000
         from unnest($1::text[]) i, generate_series(1, $2::integer) n on conflict do nothing`,
        [ids, REQUESTS_OF_EACH],
      );
      await admin.query("update integrations set paused = true where id = any($1)", [ids]);
      return async () => {};
    },
    { calls: 10, everyMs: null },
  );
});
