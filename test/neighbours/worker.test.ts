// Workspace A syncs while B fills the worker: with a provider that hangs, with tables, with requests.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { NewIntegration } from "../../src/domain/integration.ts";
import type { Connector } from "../../src/providers/connector.ts";
import { reconcile } from "../../src/activities/reconcile.ts";
import { eventually } from "../support/eventually.ts";
import { createToyConnector } from "../support/providers/toy/connector.ts";
import { startToyServer, type ToyServer } from "../support/providers/toy/server.ts";
import { startSystem, type System } from "../support/system/system.ts";

const TOKEN = "the-token-of-the-room";
const HANGING = 22;
const TABLES = 60;
/** What a busy machine may add to a run of half a second. */
const LEEWAY_MS = 2_000;
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
  system = await startSystem({}, {}, [slow.connector]);
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

async function slowestMs(times: number): Promise<number> {
  let slowest = 0;
  for (let i = 0; i < times; i++) {
    const startedAtMs = performance.now();
    await a.sync();
    slowest = Math.max(slowest, performance.now() - startedAtMs);
  }
  return slowest;
}

const limitMs = (aloneMs: number) => Math.max(2 * aloneMs, aloneMs + LEEWAY_MS);

describe("A syncs", () => {
  it(
    `while ${HANGING} integrations of B wait for a provider that never answers`,
    async () => {
      await a.sync();
      const aloneMs = await slowestMs(3);
      const letters = "abcdefghijklmnopqrstuvwxyz";
      const stuck = await Promise.all(Array.from({ length: HANGING }, (_, i) => connect(bId, `stuck${letters[i]}`, 1)));
      for (const { id } of stuck) {
        await system.control.start({ integrationId: id, workspaceId: bId, provider: "toy" });
      }
      const starts = async () => {
        const { rows } = await system.sql.query<{ open: string }>(
          "select count(*) as open from runs where finished_at_ms is null and integration_id = any($1)",
          [stuck.map(({ id }) => id)],
        );
        return Number(rows[0]!.open);
      };
      await eventually(starts, (open) => open >= 20, WITHIN_MS);
      expect(await slowestMs(3)).toBeLessThan(limitMs(aloneMs));
    },
    WITHIN_MS,
  );

  it(
    `while an integration of B reads ${TABLES} tables, a few at a time`,
    async () => {
      const aloneMs = await slowestMs(2);
      const tables = await connect(bId, "tables", TABLES);
      slow.pages.most = 0;
      const reading = tables.sync();
      const besideMs = await slowestMs(2);
      await reading;
      // Four of B's and one of A's.
      expect(slow.pages.most).toBeLessThanOrEqual(5);
      expect(besideMs).toBeLessThan(limitMs(aloneMs));
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
        syncNow: async (ref: { integrationId: string }) => void signals.push(ref.integrationId),
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
