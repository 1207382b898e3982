// SIGKILL of the worker at random moments of exports and imports of both providers: all sides hold exactly what they must.
import { randomInt } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { BigQueryControl } from "../../dev/standins/bigquery/control.ts";
import { SHARED_START_TIMEOUT_MS } from "../../dev/standins/bigquery/sharedEmulator.ts";
import { eventually } from "../support/eventually.ts";
import {
  type BigQuery,
  COLUMNS,
  connectBigQuery,
  type EventRow,
  startKillableBigQuerySystem,
} from "../support/system/bigQuerySync.ts";
import {
  expectExported,
  expectImported,
  expectMerged,
  expectRead,
  expectRunsAddUp,
  IMPORT_FROM,
  Ledger,
  START_MS,
} from "../support/system/exact.ts";
import type { KillableWorkers } from "../support/system/killableWorker.ts";
import { connectMixpanel, type Mixpanel } from "../support/system/mixpanelSync.ts";
import { DAY_MS, HOUR_MS, type System } from "../support/system/system.ts";

/** At least so many kills, each in the middle of a direction. `npm run chaos` makes more of them. */
const KILLS = Number(process.env["FAULT_KILLS"] ?? 6);
/** A direction can end before it is struck, so there may be more rounds than kills, but not for ever. */
const ROUNDS = KILLS * 4;
const WITHIN_MS = 120_000;
const BUCKETS_PER_ROUND = 8_000;
const ROWS_PER_ROUND = 4_000;
const ROUND_DAYS = 20;
/** Set it to see the same moments again. */
const seed = Number(process.env["FAULT_SEED"] ?? randomInt(2 ** 31));

let system: System;
let workers: KillableWorkers;
let bigQueryControl: BigQueryControl;
let stop: () => Promise<void>;
beforeAll(async () => {
  ({ system, control: bigQueryControl, workers, stop } = await startKillableBigQuerySystem());
}, SHARED_START_TIMEOUT_MS);
afterAll(() => stop());

/** mulberry32: the same numbers for the same seed. */
function randomFrom(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What a kill waits for: how to read its progress, the most to wait for, and its direction. */
const WATCHED = [
  { what: "eventsStored", atMost: 3_000, direction: "mixpanelExport" },
  { what: "sent", atMost: 3_000, direction: "mixpanelExport" },
  { what: "rowsExported", atMost: 3_000, direction: "mixpanelImport" },
  { what: "imported", atMost: 3_000, direction: "mixpanelImport" },
  { what: "loads", atMost: 1, direction: "bigQueryExport" },
  { what: "merges", atMost: 1, direction: "bigQueryExport" },
  { what: "rowsServed", atMost: 3_000, direction: "bigQueryImport" },
  { what: "rowsImported", atMost: 1, direction: "bigQueryImport" },
] as const;
type Direction = (typeof WATCHED)[number]["direction"];
const DIRECTIONS: Direction[] = ["mixpanelExport", "mixpanelImport", "bigQueryExport", "bigQueryImport"];

/** Two integrations of one workspace, and all that was posted for them. */
class Both {
  readonly ledger = new Ledger(system);
  readonly rows: EventRow[] = [];
  readonly mixpanel: Mixpanel;
  readonly bigQuery: BigQuery;
  private requests: string[] = [];
  private rounds = 0;

  constructor(mixpanel: Mixpanel, bigQuery: BigQuery) {
    this.mixpanel = mixpanel;
    this.bigQuery = bigQuery;
  }

  /** Something more for all four directions, and a run of each integration. */
  async post(round: number): Promise<void> {
    const { mixpanel, bigQuery, ledger, rows } = this;
    // Rows of earlier rounds leave the overlap: what each run reads stays as much as it is new.
    await mixpanel.control.setProcessingTime(mixpanel.projectId, {}, START_MS);
    await ledger.expose(BUCKETS_PER_ROUND, `round${round}`);
    await ledger.load(mixpanel, ROWS_PER_ROUND, ROUND_DAYS, Date.now());
    // Later rounds come within BigQuery's overlap; the first ones fill several windows.
    const untilMs = Math.floor(Date.now() / HOUR_MS) * HOUR_MS;
    const spanMs = (round === 0 ? ROUND_DAYS - 2 : 0.5) * DAY_MS;
    const fresh = Array.from({ length: ROWS_PER_ROUND }, (_, i) => ({
      event_name: "donation",
      user_id: `customer-${i % 97}`,
      created_at: new Date(untilMs - Math.floor((spanMs * i) / ROWS_PER_ROUND)).toISOString(),
      event_uuid: `round${round}-${i}`,
      amount: i,
    }));
    await bigQuery.seed(fresh);
    rows.push(...fresh);
    const paths = [mixpanel.id, bigQuery.id].map((id) => `/v1/integrations/${id}/sync`);
    const asked = await Promise.all(paths.map((path) => system.call<{ requestId: string }>("POST", path)));
    this.requests = asked.map(({ requestId }) => requestId);
    this.rounds++;
  }

  /** How far the runs are: what the other sides stored and sent, and what our store holds. */
  async look() {
    const { mixpanel, bigQuery, ledger, rows } = this;
    const [{ eventsStored, rowsExported }, { jobs, rowsServed }, ours, open] = await Promise.all([
      mixpanel.control.requests(mixpanel.projectId),
      bigQuery.control.counters(bigQuery.projectId),
      system.sql.query<{ id: string; sent: string; imported: string }>(
        `select i.id, export_sent as sent, e.imported from integrations i
         join event_definitions e on e.integration_id = i.id where i.id = any($1)`,
        [[mixpanel.id, bigQuery.id]],
      ),
      system.sql.query("select from sync_requests where id = any($1) and status <> 'done'", [this.requests]),
    ]);
    const of = (id: string) => ours.rows.find((row) => row.id === id)!;
    const [sent, imported] = [Number(of(mixpanel.id).sent), Number(of(mixpanel.id).imported)];
    const [rowsSent, rowsImported] = [Number(of(bigQuery.id).sent), Number(of(bigQuery.id).imported)];
    const [loads, merges] = ["load", "query:MERGE"].map((kind) => jobs[kind]?.done ?? 0) as [number, number];
    const buckets = this.rounds * BUCKETS_PER_ROUND;
    /** Those that have not yet all of what was posted. */
    const busy = new Set<Direction>();
    if (sent < buckets) busy.add("mixpanelExport");
    if (imported < ledger.rows.length) busy.add("mixpanelImport");
    if (rowsSent < buckets) busy.add("bigQueryExport");
    if (rowsImported < rows.length) busy.add("bigQueryImport");
    const done = open.rowCount === 0;
    return { eventsStored, rowsExported, sent, imported, loads, merges, rowsServed, rowsImported, busy, done };
  }
}

async function connectBoth(): Promise<Both> {
  const mixpanel = await connectMixpanel(system, {
    project: { exportPerHour: null, exportPerSecond: null },
    integration: { importFrom: IMPORT_FROM },
  });
  const bigQuery = await connectBigQuery(system, bigQueryControl, { importFrom: IMPORT_FROM });
  // Moments must fall into the middle of requests: stored but not yet answered, or half read.
  await mixpanel.control.addFault(mixpanel.projectId, { kind: "slow", target: "import", delayMs: 1_000 });
  await mixpanel.control.addFault(mixpanel.projectId, { kind: "slow", target: "export", delayMs: 150 });
  await bigQueryControl.settings(bigQuery.projectId, { streamsMin: 4 });
  for (const target of ["jobs.insert", "jobs.get", "ReadRows"] as const)
    await bigQueryControl.addFault(bigQuery.projectId, { kind: "slow", target, delayMs: 300 });
  await mixpanel.addEvent("purchase");
  await system.call("POST", `${bigQuery.path}/events`, { eventName: "donation", ...COLUMNS });
  for (const { id } of [mixpanel, bigQuery]) {
    const both = { export: { enabled: true }, import: { enabled: true } };
    await system.call("PATCH", `/v1/integrations/${id}`, both);
  }
  return new Both(mixpanel, bigQuery);
}

// Which request budget is left is not what this is about.
const unlimited = () => system.sql.query("delete from budget_leases");

describe("a worker killed with SIGKILL", () => {
  it(
    `is replaced without loss or duplicates at ${KILLS} random moments of export and import (FAULT_SEED=${seed})`,
    async () => {
      console.error(`FAULT_SEED=${seed}`);
      const random = randomFrom(seed);
      const both = await connectBoth();
      const { mixpanel, bigQuery, ledger, rows } = both;
      const caughtIn = { mixpanelExport: 0, mixpanelImport: 0, bigQueryExport: 0, bigQueryImport: 0, beforeMerge: 0 };
      const isStruck = () => Object.values(caughtIn).every((count) => count > 0);
      let rounds = 0;
      let kills = 0;
      const isEnough = () => kills >= KILLS && isStruck();
      for (; !isEnough() && rounds < ROUNDS; rounds++) {
        await both.post(rounds);
        while (!isEnough()) {
          await unlimited();
          const before = await both.look();
          if (before.done) break;
          const busy = WATCHED.filter(({ direction }) => before.busy.has(direction));
          // Each direction is struck once, BigQuery's export between a load and its MERGE; the rest is left to chance.
          const missed = busy.filter(({ what, direction }) =>
            what === "loads" ? caughtIn.beforeMerge === 0 : caughtIn[direction] === 0,
          );
          const watchable = missed.length > 0 ? missed : busy;
          const watched = watchable[Math.floor(random() * watchable.length)];
          const more = 1 + Math.floor(random() * (watched?.atMost ?? 1));
          const isOver = (seen: typeof before) =>
            seen.done || (watched !== undefined && !seen.busy.has(watched.direction));
          // A direction that ended in between would not be struck.
          const isReached = (seen: typeof before) =>
            watched !== undefined &&
            seen.busy.has(watched.direction) &&
            seen[watched.what] >= before[watched.what] + more;
          const now = await eventually(
            () => both.look(),
            (seen) => isReached(seen) || isOver(seen),
            WITHIN_MS,
          );
          if (!isReached(now)) continue;
          await workers.kill();
          kills++;
          for (const direction of now.busy) caughtIn[direction]++;
          if (now.loads > now.merges) caughtIn.beforeMerge++;
        }
      }
      await unlimited();
      await mixpanel.control.clearFaults(mixpanel.projectId);
      await bigQueryControl.clearFaults(bigQuery.projectId);
      expect(await Promise.all([mixpanel.sync(WITHIN_MS), bigQuery.sync(WITHIN_MS)])).toEqual([
        "succeeded",
        "succeeded",
      ]);
      console.error(`killed in ${rounds} rounds in the middle of ${JSON.stringify(caughtIn)}`);
      for (const direction of [...DIRECTIONS, "beforeMerge"] as const)
        expect({ direction, kills: caughtIn[direction] }).toEqual({
          direction,
          kills: expect.toSatisfy((count: number) => count > 0),
        });
      await expectExported(mixpanel, ledger);
      await expectMerged(bigQuery, ledger);
      await expectImported(mixpanel, ledger.rows);
      await expectRead(bigQuery, "donation", rows);
      const exported = ledger.buckets.length;
      await expectRunsAddUp(system, mixpanel, { export: exported, import: ledger.rows.length });
      await expectRunsAddUp(system, bigQuery, { export: exported, import: rows.length });
    },
    300_000 + KILLS * 30_000,
  );
});
