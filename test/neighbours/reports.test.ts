// A calls while B asks for exposures per hour of a router with many exposures that are not folded.
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { expectUndisturbed } from "../support/neighbours/measure.ts";
import { START_TIMEOUT_MS, startNeighbours, type Neighbours } from "../support/neighbours/neighbours.ts";

const MB = 1024 * 1024;
const UNFOLDED = 500_000;
const CALLERS = 12;

let neighbours: Neighbours;
beforeAll(async () => {
  neighbours = await startNeighbours();
  const admin = new pg.Client({ connectionString: neighbours.harness.database.url });
  await admin.connect();
  await admin.query(
    `insert into exposures (workspace_id, received_at_ms, exposed_at_ms, alias_id, route_id, variant_id, user_id)
     select $1, crosscurrent_now_ms(), crosscurrent_now_ms(), 'busy', 'r', 'v', 'user ' || i
     from generate_series(1, $2::integer) i`,
    [neighbours.b.workspaceId, UNFOLDED],
  );
  await admin.end();
}, START_TIMEOUT_MS);
afterAll(() => neighbours.close());

test(`${CALLERS} callers of B ask for exposures per hour of ${UNFOLDED} users`, async () => {
  const { ofA, callB, callOfB, expectUp } = neighbours;
  const { chatOfUser, exposure, configuration, report } = ofA;
  const calls = [callOfB("/v1/routers/busy/exposures")];
  await expectUndisturbed({ chatOfUser, exposure, configuration, report }, async () => {
    const end = await callB({ callers: CALLERS, calls });
    return async () => {
      const { statuses } = await end();
      expect(Object.keys(statuses).filter((status) => !["0", "200", "429"].includes(status))).toEqual([]);
    };
  });
  await expectUp(400 * MB);
});
