// Workspace A syncs while B fills the worker: with a provider or a query that hangs, with tables, with requests.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { NewIntegration } from "../../src/domain/integration.ts";
import type { Connector } from "../../src/providers/connector.ts";
import { reconcile } from "../../src/activities/reconcile.ts";
import { eventually } from "../support/eventually.ts";
import { expectUndisturbed } from "../support/neighbours/measure.ts";
import { createToyConnector } from "../support/providers/toy/connector.ts";
import { startToyServer, type ToyServer } from "../support/providers/toy/server.ts";
import { startSystem, type System } from "../support/system/system.ts";

const TOKEN = "the-token-of-the-room";
const HANGING = 22;
const TABLES = 200;
const FEW_TABLES = 8;
/** Runs of A one after the other, because they are one if they come at once. */
const PACE = { calls: 6, everyMs: null };
const STALL_SECONDS = 10;
const WITHIN_MS = 120_000;

/** A toy whose rooms named `stuck…` never answer; `reading` counts pages that are read at the same moment. */
function createSlowToy(url: string) {
  const toy = createToyConnector(url);
  const pages = { now: 0, most: 0 };
  const connector: Connector = {
    ...toy,
    planImport: async (connection, input) => {
      if (JSON.stringify(connection.settings).includes("stuck")) await new Promise(() => {});
      return await toy.planImport(connection, input);
    },
    async *importPage(connection, job) {
      pages.most = Math.max(pages.most, ++pages.now);
      try {
        yield* toy.importPage(connection, job);
      } finally {
        pages.now--;
      }
    },
  };
  return { connector, pages };
}

let toys: ToyServer;
let system: System;
let slow: ReturnType<typeof createSlowToy>;
let a: Integration;
let bId: string;
beforeAll(async () => {
  toys = await startToyServer();
  slow = createSlowToy(toys.url);
  system = await startSystem({ ACTIVITY_STALL_SECONDS: String(STALL_SECONDS) }, {}, [slow.connector]);
  await system.startWorker();
  a = await connect(system.workspaceId, "a", 1);
  bId = (await system.store.workspaces.create("b")).workspaceId;
}, WITHIN_MS);
afterAll(async () => {
  await system?.stop();
  await toys?.stop();
});

interface Integration {
  id: string;
  sync(): Promise<void>;
}

async function connect(workspaceId: string, room: string, events: number): Promise<Integration> {
  if (!room.startsWith("stuck")) toys.createRoom(room, TOKEN);
  const input: NewIntegration = {
    provider: "toy",
    settings: { room, greeting: "hello" },
    secret: TOKEN,
    importFrom: null,
    project: { key: room, name: room },
    deliversUpdates: false,
  };
  const { id } = await system.store.integrations.create(workspaceId, input);
  for (let i = 0; i < events; i++) {
    const event = { name: `event${i}`, source: { personField: "who" }, description: null };
    await system.store.events.create(workspaceId, id, event);
  }
  await system.store.integrations.update(workspaceId, id, { importEnabled: true });
  return { id, sync: () => sync(workspaceId, id) };
}

async function sync(workspaceId: string, integrationId: string): Promise<void> {
  const { runs } = system.store;
  const request = await runs.request(workspaceId, integrationId);
  if (request === null || request === "paused") throw new Error("the request was not taken");
  await system.control.syncNow({ workspaceId, integrationId, provider: "toy" }, request.requestId);
  const done = await eventually(
    () => runs.getRequest(workspaceId, integrationId, request.requestId),
    (found) => found?.status === "done",
    WITHIN_MS,
  );
  expect(done?.outcome).toBe("succeeded");
}

const open = async (ids: string[]) => {
  const { rows } = await system.sql.query<{ open: string }>(
    "select count(*) as open from runs where finished_at_ms is null and integration_id = any($1)",
    [ids],
  );
  return Number(rows[0]!.open);
};

describe("A syncs", () => {
  it(
    `while ${HANGING} integrations of B wait for a provider that never answers`,
    async () => {
      const letters = "abcdefghijklmnopqrstuvwxyz";
      const beside = async () => {
        const stuck = Array.from({ length: HANGING }, (_, i) => connect(bId, `stuck${letters[i]}`, 1));
        const ids = (await Promise.all(stuck)).map(({ id }) => id);
        for (const id of ids) await system.control.start({ integrationId: id, workspaceId: bId, provider: "toy" });
        await eventually(
          () => open(ids),
          (runs) => runs >= 20,
          WITHIN_MS,
        );
        return async () => {
          for (const id of ids) await system.store.integrations.remove(bId, id);
          for (const id of ids) await system.control.end(id);
        };
      };
      await expectUndisturbed({ "a run": a.sync }, { beside }, PACE);
      expect(await open([a.id])).toBe(0);
    },
    WITHIN_MS,
  );

  it(
    `while an integration of B reads ${TABLES} tables, a few at a time`,
    async () => {
      const tables = await connect(bId, "tables", TABLES);
      const few = await connect(bId, "few", FEW_TABLES);
      slow.pages.most = 0;
      const reads = (integration: Integration) => async () => {
        const ended = { yet: false };
        const loop = async () => {
          while (!ended.yet) await integration.sync();
        };
        const reading = loop();
        await eventually(() => slow.pages.now > 0);
        return async () => {
          ended.yet = true;
          await reading;
        };
      };
      // Few tables keep the processors as busy: what many would add is what A must not feel.
      const burdens = { beside: reads(tables), elsewhere: reads(few) };
      await expectUndisturbed({ "a run": a.sync }, burdens, PACE);
      // Four of B's and one of A's.
      expect(slow.pages.most).toBeLessThanOrEqual(5);
    },
    WITHIN_MS,
  );

  it(
    "while a query of B hangs, which ends as an error that B sees",
    async () => {
      const stuck = await connect(bId, "locked", 1);
      const { integrations } = system.store;
      await integrations.update(bId, stuck.id, { exportEnabled: true });
      await system.store.exposures.ingest(bId, [
        { aliasId: "r", routeId: "r", variantId: "v", userId: "u", exposedAtMs: null },
      ]);
      const holder = await system.sql.connect();
      const lock = `crosscurrent_ingest_lock('${bId}')`;
      await holder.query(`select pg_advisory_lock_shared(${lock})`);
      const beside = async () => {
        await system.control.start({ integrationId: stuck.id, workspaceId: bId, provider: "toy" });
        await eventually(
          () => open([stuck.id]),
          (runs) => runs === 1,
        );
        return async () => {};
      };
      await expectUndisturbed({ "a run": a.sync }, { beside }, PACE);
      const error = async () => (await integrations.get(bId, stuck.id))?.export.error;
      expect(await eventually(error, (found) => found != null, WITHIN_MS)).toMatchObject({ kind: "transient" });
      await holder.query(`select pg_advisory_unlock_shared(${lock})`);
      holder.release();
    },
    WITHIN_MS,
  );
});

describe("a thousand sync requests", () => {
  it(
    "of one integration are one, and a paused integration's are left alone by the reconciler",
    async () => {
      const { runs, syncState, integrations } = system.store;
      const quiet = (
        await integrations.create(bId, {
          provider: "toy",
          settings: { room: "quiet", greeting: "hello" },
          secret: TOKEN,
          importFrom: null,
          project: { key: "quiet", name: "quiet" },
          deliversUpdates: false,
        })
      ).id;
      await syncState.loadConfig(quiet);
      const made = await Promise.all(Array.from({ length: 1_000 }, () => runs.request(bId, quiet)));
      const ids = new Set(made.map((request) => (request === null || request === "paused" ? "" : request.requestId)));
      expect(ids.size).toBe(1);
      const signals: string[] = [];
      const control = {
        ...system.control,
        repeatSync: async (ref: { integrationId: string }) => void signals.push(ref.integrationId),
      };
      const context = { heartbeat: () => {}, signal: AbortSignal.timeout(WITHIN_MS) };
      await system.sql.query(
        "update sync_requests set created_at_ms = created_at_ms - 60000 where integration_id = $1",
        [quiet],
      );
      await reconcile(system, control)(undefined, context);
      expect(signals.filter((id) => id === quiet)).toEqual([quiet]);
      await integrations.setPaused(bId, quiet, true);
      await reconcile(system, control)(undefined, context);
      expect(signals.filter((id) => id === quiet)).toEqual([quiet]);
    },
    WITHIN_MS,
  );
});
