// A worker whose PostgreSQL or Temporal hangs: it says so within seconds, works again within seconds after it, and
// nothing that was accepted is lost.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client, Connection } from "@temporalio/client";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { startTemporal, type Temporal } from "../../dev/services/temporal.ts";
import { prepareTemporal } from "../../src/client/connection.ts";
import type { Connector } from "../../src/providers/connector.ts";
import { eventually } from "../support/eventually.ts";
import { createToyConnector } from "../support/providers/toy/connector.ts";
import { startToyServer, type Room, type ToyServer } from "../support/providers/toy/server.ts";
import { startOwnPostgres, type OwnPostgres } from "../support/store/ownPostgres.ts";
import { startSystem, type System } from "../support/system/system.ts";

const WITHIN_MS = 120_000;
/** Three tries of a few statements, each with a limit of its own. */
const SAID_WITHIN_MS = 45_000;
const RECOVERED_WITHIN_MS = 10_000;
/** The run that follows takes its own time, on a busy machine several times that of another one. */
const RUNS = 5;
const ROOM_TOKEN = "the-token-of-the-room";

let toys: ToyServer;
beforeAll(async () => {
  toys = await startToyServer();
});
afterAll(() => toys.stop());

/** A toy whose next page does not end before `go` is called. */
function createPausableToy() {
  const toy = createToyConnector(toys.url);
  let page: { entered: () => void; gone: Promise<void> } | undefined;
  const connector: Connector = {
    ...toy,
    async *importPage(connection, job) {
      const current = page;
      page = undefined;
      current?.entered();
      await current?.gone;
      yield* toy.importPage(connection, job);
    },
  };
  const holdNextPage = () => {
    let go = () => {};
    const gone = new Promise<void>((resolve) => (go = resolve));
    const entered = new Promise<void>((resolve) => (page = { entered: resolve, gone }));
    return { entered, go };
  };
  return { connector, holdNextPage };
}

interface Integration {
  id: string;
  room: Room;
  /** A request that is stored. It is not signalled yet. */
  request(): Promise<string>;
  signal(requestId: string): Promise<void>;
  outcomeOf(requestId: string, withinMs: number): Promise<string | null | undefined>;
}

async function connect(system: System, name: string): Promise<Integration> {
  const { store, workspaceId, control } = system;
  const room = toys.createRoom(name, ROOM_TOKEN);
  const { id } = await store.integrations.create(workspaceId, {
    provider: "toy",
    settings: { room: name, greeting: "hello" },
    secret: ROOM_TOKEN,
    importFrom: null,
    project: { key: name, name },
    deliversUpdates: false,
  });
  await store.events.create(workspaceId, id, { name: "said", source: { personField: "who" }, description: null });
  await store.integrations.update(workspaceId, id, { importEnabled: true, exportEnabled: true });
  return {
    id,
    room,
    request: async () => {
      const request = await store.runs.request(workspaceId, id);
      if (request === null || request === "paused") throw new Error("the request was not taken");
      return request.requestId;
    },
    signal: (requestId) => control.syncNow({ workspaceId, integrationId: id, provider: "toy" }, requestId),
    outcomeOf: async (requestId, withinMs) => {
      const read = () => store.runs.getRequest(workspaceId, id, requestId).catch(() => null);
      return (await eventually(read, (found) => found?.status === "done", withinMs))?.outcome;
    },
  };
}

const exposureOf = (user: string) => ({
  exposures: [
    {
      alias_id: "router",
      route_id: "route",
      variant_id: "variant",
      user,
      timestamp: Date.now() - 3 * 3_600_000,
    },
  ],
});
const usersIn = ({ notes }: Room) => [...notes.values()].map(({ user }) => user);

describe("PostgreSQL hangs", () => {
  let postgres: OwnPostgres;
  let system: System;
  let one: Integration;
  let limitMs: number;
  let toy: ReturnType<typeof createPausableToy>;
  beforeAll(async () => {
    postgres = await startOwnPostgres();
    toy = createPausableToy();
    system = await startSystem({ DATABASE_URL: postgres.url }, {}, [toy.connector]);
    await system.startWorker();
    one = await connect(system, "hanging");
    const requestId = await one.request();
    await one.signal(requestId);
    const startedMs = performance.now();
    await one.outcomeOf(requestId, WITHIN_MS);
    limitMs = RECOVERED_WITHIN_MS + RUNS * (performance.now() - startedMs);
  }, WITHIN_MS);
  afterAll(async () => {
    postgres.thaw();
    await system.stop();
    await postgres.remove();
  }, WITHIN_MS);

  /** How often the step that is under way was begun. */
  async function attempts(): Promise<number> {
    const { raw } = await system.workflow(one.id).describe();
    return Math.max(0, ...(raw.pendingActivities ?? []).map(({ attempt }) => attempt ?? 0));
  }

  it(
    "before a run: its start is tried again, queries are answered, and the run follows",
    async () => {
      await system.call("POST", "/v1/exposures", exposureOf("accepted-before"));
      const requestId = await one.request();
      postgres.freeze();
      await one.signal(requestId);
      await eventually(attempts, (count) => count >= 2, SAID_WITHIN_MS);
      const askedMs = performance.now();
      expect(await system.control.status(one.id)).toMatchObject({ queuedRequests: 1 });
      expect(performance.now() - askedMs).toBeLessThan(RECOVERED_WITHIN_MS);
      postgres.thaw();
      expect(await one.outcomeOf(requestId, limitMs)).toBe("succeeded");
      expect(usersIn(one.room)).toContain("accepted-before");
    },
    WITHIN_MS,
  );

  it(
    "in the middle of a run: the run goes on from there",
    async () => {
      const requestId = await one.request();
      const page = toy.holdNextPage();
      toys.addRow(one.room, { topic: "said", atMs: Date.now(), fields: { who: "ann" } });
      await one.signal(requestId);
      await page.entered;
      postgres.freeze();
      page.go();
      // The export of the same run ends or waits, the page waits for its rows to be stored.
      await eventually(async () => (await system.store.ping().catch(() => "down")) === "down", undefined, WITHIN_MS);
      postgres.thaw();
      expect(await one.outcomeOf(requestId, limitMs)).toBe("succeeded");
      const path = `/v1/integrations/${one.id}/events/said/records`;
      const { records } = await system.call<{ records: { user_id: string }[] }>("GET", path);
      expect(records.map(({ user_id }) => user_id)).toEqual(["ann"]);
    },
    WITHIN_MS,
  );
});

describe("Temporal hangs", () => {
  let folder: string;
  let server: Temporal;
  let pid: number;
  let system: System;
  let one: Integration;
  let limitMs: number;
  let toy: ReturnType<typeof createPausableToy>;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "crosscurrent-temporal-"));
    server = await startTemporal({ stateDir: folder });
    pid = (JSON.parse(readFileSync(join(folder, "temporal.pid"), "utf8")) as { child: { pid: number } }).child.pid;
    vi.stubEnv("TEMPORAL_ADDRESS", server.address);
    toy = createPausableToy();
    system = await startSystem({ TEMPORAL_ADDRESS: server.address }, {}, [toy.connector]);
    await prepareTemporal(system.config.temporal, 1_000);
    await system.startWorker();
    one = await connect(system, "silent");
    const requestId = await one.request();
    await one.signal(requestId);
    const startedMs = performance.now();
    await one.outcomeOf(requestId, WITHIN_MS);
    limitMs = RECOVERED_WITHIN_MS + RUNS * (performance.now() - startedMs);
  }, WITHIN_MS);
  afterAll(async () => {
    process.kill(pid, "SIGCONT");
    await system.stop();
    await server.stop();
    rmSync(folder, { recursive: true });
    vi.unstubAllEnvs();
  }, WITHIN_MS);

  async function answers(): Promise<boolean> {
    const connection = await Connection.connect({ address: server.address, connectTimeout: 1_000 }).catch(() => null);
    if (connection === null) return false;
    const client = new Client({ connection });
    const counted = await client.withDeadline(Date.now() + 2_000, () => client.workflow.count()).catch(() => null);
    await connection.close();
    return counted !== null;
  }

  it(
    "in the middle of a run: the run ends after it, and requests that were stored meanwhile are served",
    async () => {
      const first = await one.request();
      const page = toy.holdNextPage();
      await one.signal(first);
      await page.entered;
      process.kill(pid, "SIGSTOP");
      await system.call("POST", "/v1/exposures", exposureOf("accepted-meanwhile"));
      // What the worker has in hand goes on without Temporal.
      page.go();
      const second = await one.request();
      await eventually(async () => !(await answers()), undefined, WITHIN_MS);
      process.kill(pid, "SIGCONT");
      await eventually(answers, undefined, WITHIN_MS);
      expect(await one.outcomeOf(first, limitMs)).toBe("succeeded");
      // The reconciler signals what nobody could signal, once it is a minute old.
      await system.sql.query("update sync_requests set created_at_ms = created_at_ms - 60000 where id = $1", [second]);
      expect(await one.outcomeOf(second, limitMs)).toBe("succeeded");
      expect(usersIn(one.room)).toContain("accepted-meanwhile");
    },
    WITHIN_MS,
  );
});
