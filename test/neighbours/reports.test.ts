// A calls while B asks for exposures per hour of a router with many exposures that are not folded.
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { START_TIMEOUT_MS, startNeighbours, type Neighbours, type Worst } from "../support/neighbours/neighbours.ts";

const MAX_MEMORY_BYTES = 700 * 1024 * 1024;
const UNFOLDED = 200_000;
const CALLERS = 12;

let neighbours: Neighbours;
beforeAll(async () => {
  neighbours = await startNeighbours();
  await neighbours.prepare(async ({ harness, b }) => {
    const admin = new pg.Client({ connectionString: harness.database.url });
    await admin.connect();
    await admin.query(
      `insert into exposures (workspace_id, received_at_ms, exposed_at_ms, alias_id, route_id, variant_id, user_id)
       select $1, crosscurrent_now_ms(), crosscurrent_now_ms(), 'busy', 'r', 'v', 'user ' || i
       from generate_series(1, $2::integer) i`,
      [b.workspaceId, UNFOLDED],
    );
    await admin.end();
  });
}, START_TIMEOUT_MS);
afterAll(() => neighbours.close());

test(`${CALLERS} callers of B ask for exposures per hour of ${UNFOLDED} users`, async () => {
  const { chatOfUser, exposure, configuration, report } = neighbours.ofA;
  const worst: Worst = {
    callers: CALLERS,
    calls: ({ callOfB }) => [callOfB("/v1/routers/busy/exposures")],
    statuses: [200],
  };
  await neighbours.expectUndisturbed({ chatOfUser, exposure, configuration }, worst);
  await neighbours.expectUndisturbed({ report }, worst, { calls: 10, everyMs: null });
  expect(await neighbours.peakMemoryBytes()).toBeLessThan(MAX_MEMORY_BYTES);
});
