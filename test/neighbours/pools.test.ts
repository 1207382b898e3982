// B's slow reports and its flood of exposures, while A calls: each has its own connections, and B only its share.
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { UNFOLDED_ROWS_MAX } from "../../src/domain/limits.ts";
import { eventually } from "../support/eventually.ts";
import { call, createGatewayHarness, type GatewayHarness } from "../support/gateway/gateway.ts";
import { expectUndisturbed, type Call } from "../support/neighbours/measure.ts";
import { createTestDatabase, type TestDatabase } from "../support/store/testDatabase.ts";

let database: TestDatabase;
let gateway: GatewayHarness;
let admin: pg.Pool;
let other: { workspaceId: string; apiKey: string };
beforeAll(async () => {
  database = await createTestDatabase();
  admin = new pg.Pool({ connectionString: database.url });
  gateway = await createGatewayHarness({ database });
  await gateway.createRouter("one", { a: 1 });
  other = await gateway.store.workspaces.create("other");
});
afterAll(async () => {
  await admin.end();
  await gateway.close();
});

const asOther = (path: string, json?: unknown) =>
  fetch(`${gateway.url}${path}`, {
    method: json === undefined ? "GET" : "POST",
    headers: { authorization: `Basic ${other.apiKey}`, "content-type": "application/json" },
    ...(json !== undefined && { body: JSON.stringify(json) }),
  });
const EXPOSURE = { alias_id: "one", route_id: "r", variant_id: "v", user: "ann" };
const expectStatus =
  (status: number, send: () => Promise<Response>): Call =>
  async () => {
    const response = await send();
    await response.arrayBuffer();
    expect(response.status).toBe(status);
  };
const chat = expectStatus(200, () => gateway.chat(call("one", "ann")));
const exposure = expectStatus(202, () => gateway.api("/v1/exposures", { exposures: [EXPOSURE] }));
const configuration = expectStatus(200, () => gateway.api("/v1/routers"));
const report = expectStatus(200, () => gateway.api("/v1/routers/one/exposures"));

/** Takes an advisory lock, and returns a function that gives it back. */
async function hold(lock: string): Promise<() => Promise<void>> {
  const holder = new pg.Client({ connectionString: database.url });
  await holder.connect();
  await holder.query(lock);
  return () => holder.end();
}

/** B has a row of which a look hangs until the lock is free, as a statement hangs that reads millions of rows. */
async function slowDownReportsOfOther(): Promise<void> {
  await admin.query(`
    create function looked(workspace text) returns boolean language plpgsql as $$ begin
      if workspace = '${other.workspaceId}' then
        perform pg_advisory_lock_shared(77);
        perform pg_advisory_unlock_shared(77);
      end if;
      return true;
    end $$;
    alter table exposure_hours rename to exposure_hours_kept;
    create view exposure_hours as select * from exposure_hours_kept where looked(workspace_id);
    insert into exposure_hours_kept values ('${other.workspaceId}', 'slow', 3600000, 'r', 'v', 1, 1)`);
}

/** How many statements wait for an advisory lock of this database. */
const waiting = async () => {
  const { rows } = await admin.query<{ n: number }>(
    `select count(*)::int as n from pg_locks where locktype = 'advisory' and not granted
     and database = (select oid from pg_database where datname = current_database())`,
  );
  return rows[0]?.n ?? 0;
};

test("while B's reports hang, A's calls of every kind take no longer", async () => {
  await slowDownReportsOfOther();
  const path = "/v1/routers/slow/exposures?from=1970-01-01T00:00:00Z&to=1970-01-02T00:00:00Z";
  const beside = async () => {
    const letGo = await hold("select pg_advisory_lock(77)");
    const reports = Array.from({ length: 24 }, () => asOther(path));
    await eventually(waiting, (n) => n > 0);
    return async () => {
      // B has its share of the connections for reports, and no more.
      expect(await waiting()).toBe(2);
      await letGo();
      // Two had a turn, twenty waited, and the others were told to come again.
      for (const { status } of await Promise.all(reports)) expect([200, 429]).toContain(status);
    };
  };
  await expectUndisturbed({ chat, exposure, configuration, report }, { beside });
});

test("while B's exposures wait for their own lock, A's are committed", async () => {
  const exposures = [{ ...EXPOSURE, alias_id: "mine" }];
  const beside = async () => {
    const letGo = await hold(`select pg_advisory_lock(crosscurrent_ingest_lock('${other.workspaceId}'))`);
    const flood = Array.from({ length: 32 }, () => asOther("/v1/exposures", { exposures }));
    await eventually(waiting, (n) => n === 4);
    return async () => {
      await letGo();
      for (const { status } of await Promise.all(flood)) expect(status).toBe(202);
    };
  };
  await expectUndisturbed({ exposure, chat }, { beside });
});

test("exposures are folded by their number, not only by a run, and a report reads folded ones", async () => {
  const { workspaceId } = gateway.workspace;
  const unfolded = () => gateway.store.syncState.unsealedWorkspaces();
  expect(await unfolded()).not.toContain(workspaceId);
  await admin.query(
    `insert into exposures (workspace_id, received_at_ms, exposed_at_ms, alias_id, route_id, variant_id, user_id)
     select $1, crosscurrent_now_ms(), crosscurrent_now_ms() - 7200000, 'busy', 'r', 'v', 'user ' || i
     from generate_series(1, $2::integer) i`,
    [workspaceId, UNFOLDED_ROWS_MAX + 1],
  );
  // What the reconciler asks for, each minute.
  expect(await unfolded()).toContain(workspaceId);
  await gateway.store.exposures.seal(workspaceId);
  expect(await unfolded()).not.toContain(workspaceId);
  const response = await gateway.api("/v1/routers/busy/exposures");
  const { hours } = (await response.json()) as { hours: { exposures: number; users: number }[] };
  expect(hours.map(({ exposures, users }) => [exposures, users])).toEqual([
    [UNFOLDED_ROWS_MAX + 1, UNFOLDED_ROWS_MAX + 1],
  ]);
});

test("with a full disk, exposures are refused with 503, and those behind it are taken", async () => {
  await admin.query(`
    create function full_disk() returns trigger language plpgsql as $$ begin
      raise exception using errcode = 'disk_full', message = 'could not extend file'; end $$;
    create trigger full_disk before insert on exposures_default for each row execute function full_disk()`);
  const { rows } = await admin.query<{ name: string }>(
    "select relname as name from pg_class where relname ~ '^exposures_[0-9]{8}$'",
  );
  for (const { name } of rows) {
    await admin.query(`create trigger full_disk before insert on ${name} for each row execute function full_disk()`);
  }
  const send = () => gateway.api("/v1/exposures", { exposures: [{ ...EXPOSURE, alias_id: "full" }] });
  const refused = await send();
  expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "5"]);
  const cut = gateway.chat(call("one", "ann")).then((response) => response.text());
  await expect(cut).rejects.toThrow(/terminated|fetch failed/);
  expect((await gateway.chat(call("one", "ann"))).status).toBe(503);
  await configuration();
  await admin.query("drop function full_disk cascade");
  expect((await send()).status).toBe(202);
  expect(await gateway.exposures("full")).toHaveLength(1);
});
