// A asks for a sync while B asks again and again, and while the reconciler finds what B asked for and then paused.
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { reconcile } from "../../src/activities/reconcile.ts";
import { NEW_INTEGRATION, RecordedControl } from "../support/api/harness.ts";
import { expectUndisturbed } from "../support/neighbours/measure.ts";
import {
  START_TIMEOUT_MS,
  startNeighbours,
  type Installation,
  type Neighbours,
  type Workspace,
} from "../support/neighbours/neighbours.ts";

const MAX_MEMORY_BYTES = 700 * 1024 * 1024;
const INTEGRATIONS = 200;
const REQUESTS_OF_EACH = 150;

let neighbours: Neighbours;
let admin: pg.Client;
/** A's integration, and B's at each installation. */
let ofA: string;
const ofB = new Map<string, string>();
const ofBAt = ({ server }: Installation) => ofB.get(server.url) ?? "";
beforeAll(async () => {
  neighbours = await startNeighbours();
  admin = new pg.Client({ connectionString: neighbours.harness.database.url });
  await admin.connect();
  ofA = await createIntegration(neighbours, neighbours.a, "1");
  await neighbours.prepare(async (at) => void ofB.set(at.server.url, await createIntegration(at, at.b, "2")));
}, START_TIMEOUT_MS);
afterAll(async () => {
  await admin.end();
  await neighbours.close();
});

async function createIntegration(at: Installation, workspace: Workspace, projectId: string): Promise<string> {
  const response = await at.fetch(workspace, "/v1/integrations", { ...NEW_INTEGRATION, projectId });
  expect(response.status).toBe(201);
  return ((await response.json()) as { id: string }).id;
}

const queuedOf = async (integrationId: string) => {
  const of = "select from sync_requests where integration_id = $1 and status = 'queued'";
  return (await admin.query(of, [integrationId])).rowCount;
};

test("32 callers of B ask for a sync again and again: all of them are one request", async () => {
  const sync = neighbours.callOfA(202, `/v1/integrations/${ofA}/sync`, {});
  const seen = await neighbours.expectUndisturbed(
    { sync, chat: neighbours.ofA.chat },
    { callers: 32, calls: (at) => [at.callOfB(`/v1/integrations/${ofBAt(at)}/sync`, {})], statuses: [202] },
  );
  expect(seen.statuses[202]).toBeGreaterThan(10);
  expect([await queuedOf(ofA), await queuedOf(ofBAt(neighbours))]).toEqual([1, 1]);
  expect(await neighbours.peakMemoryBytes()).toBeLessThan(MAX_MEMORY_BYTES);
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
  control.countRunning = async () => INTEGRATIONS + 2;
  control.running = async function* () {
    yield* [ofA, ofBAt(neighbours), ...ids];
  };
  const pass = reconcile(harness, control);
  const once = async () => {
    await pass(undefined, { heartbeat: () => {}, signal: AbortSignal.timeout(START_TIMEOUT_MS) });
    const signalled = control.take().map(([, ref]) => (ref as { integrationId: string }).integrationId);
    expect(signalled.filter((id) => id === ofA)).toEqual([ofA]);
    expect(signalled.length).toBeLessThan(5);
  };
  const beside = async () => {
    await admin.query(
      `insert into sync_requests (integration_id, id, created_at_ms)
       select i, i || '-' || n, crosscurrent_now_ms() - 60000
       from unnest($1::text[]) i, generate_series(1, $2::integer) n on conflict do nothing`,
      [ids, REQUESTS_OF_EACH],
    );
    await admin.query("update integrations set paused = true where id = any($1)", [ids]);
    return async () => {};
  };
  await expectUndisturbed({ "a pass of the reconciler": once }, { beside }, { calls: 10, everyMs: null });
});
