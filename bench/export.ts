// Export of sealed buckets to Mixpanel: the worker against npm mixpanel-import, and against Mixpanel's rate limit.
import type { Exposure } from "../src/domain/exposure.ts";
import { createWriteStream } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createEncoder } from "../src/providers/mixpanel/export/encodeEvent.ts";
import { runPeer } from "./child.ts";
import { compareRates, median, rounded, runPairs, type Comparison } from "./comparison.ts";
import { startMachine, type Machine } from "./machine.ts";
import { scaled, type BenchOptions } from "./options.ts";
import { createProject, createTenant, type Tenant } from "./tenant.ts";

const PROJECT = "7001";
const BUCKETS = 600_000;
const USERS = 10_000;
const INGEST_ROWS = 10_000;
const HOUR_MS = 3_600_000;
const EVENT_NAME = "Inworld Router Exposure";
/** Mixpanel's documented limit for a project. */
const CEILING_EVENTS_PER_SECOND = 30_000;
const PRELOAD = resolve(import.meta.dirname, "../dev/standins/mixpanel/peers/redirectMixpanelImport.cjs");
const PEER = join(import.meta.dirname, "peers/mixpanelImport.cjs");

export async function benchExport({ scale, onStep }: BenchOptions): Promise<Comparison[]> {
  const buckets = scaled(BUCKETS, scale);
  onStep("starting PostgreSQL, Temporal and the Mixpanel stand-in");
  const machine = await startMachine("export");
  try {
    await createProject(machine, PROJECT);
    const today = new Date().toISOString().slice(0, 10);
    const tenant = await createTenant(machine, PROJECT, today, { exportEnabled: true });
    onStep(`sealing ${buckets} buckets`);
    await seal(machine, tenant.workspaceId, buckets);
    const file = join(machine.dir, "events.ndjson");
    await writeEvents(machine, tenant.workspaceId, file);
    const worker = await machine.startWorker();
    const rates = await runPairs(
      () => ours(machine, tenant, buckets),
      () => mixpanelImport(machine, file, buckets),
      onStep,
    );
    await tenant.stop();
    await worker.stop();
    const mine = median(rates.ours);
    return [
      compareRates({ bench: "export", against: "npm mixpanel-import 3.1.43", unit: "events/s", goal: 3 }, rates),
      {
        bench: "export",
        against: "Mixpanel's ceiling per project",
        ours: Math.round(mine),
        unit: "events/s",
        theirs: CEILING_EVENTS_PER_SECOND,
        ratio: rounded(mine / CEILING_EVENTS_PER_SECOND),
        goal: 1,
      },
    ];
  } finally {
    await machine.stop();
  }
}

/** One exposure per bucket: users times hours that are over. */
export async function seal({ store, sql }: Machine, workspaceId: string, buckets: number): Promise<void> {
  const lastHourMs = Math.floor(Date.now() / HOUR_MS) * HOUR_MS - 3 * HOUR_MS;
  for (let from = 0; from < buckets; from += INGEST_ROWS) {
    const exposures = Array.from({ length: Math.min(INGEST_ROWS, buckets - from) }, (_, i): Exposure => {
      const n = from + i;
      const exposedAtMs = lastHourMs - Math.floor(n / USERS) * HOUR_MS + ((n * 7_919) % HOUR_MS);
      const variantId = n % 2 === 0 ? "control" : "treatment";
      return { aliasId: "support-router", routeId: "default", variantId, userId: `user-${n % USERS}`, exposedAtMs };
    });
    await store.exposures.ingest(workspaceId, exposures);
  }
  const { throughSeq } = await store.exposures.seal(workspaceId);
  // Otherwise autovacuum would start during a measured run.
  await sql.query("vacuum analyze");
  if (throughSeq !== buckets) throw new Error(`${throughSeq} buckets were sealed, not ${buckets}.`);
}

/** The same events that the worker sends, in the peer's format. */
async function writeEvents({ store }: Machine, workspaceId: string, file: string): Promise<void> {
  const encode = createEncoder(EVENT_NAME, workspaceId);
  async function* lines() {
    for (let after = 0; ;) {
      const page = await store.exports.readBuckets({
        workspaceId,
        withRevisions: false,
        afterSeq: after,
        throughSeq: Number.MAX_SAFE_INTEGER,
        limit: INGEST_ROWS,
      });
      const last = page.at(-1);
      if (last === undefined) return;
      yield page.map((bucket) => `${encode(bucket).text}\n`).join("");
      after = last.seq;
    }
  }
  await pipeline(Readable.from(lines()), createWriteStream(file));
}

/** A run through Temporal that sends all buckets again, after the cursor was reset. */
async function ours(machine: Machine, tenant: Tenant, buckets: number): Promise<number> {
  await machine.mixpanel.resetProject(PROJECT);
  await machine.store.exports.rewind(tenant.integrationId, 0);
  const ms = await tenant.sync();
  await assertStored(machine, buckets);
  return buckets / (ms / 1_000);
}

/** Only its call is measured, not the start of its process. */
async function mixpanelImport(machine: Machine, file: string, buckets: number): Promise<number> {
  await machine.mixpanel.resetProject(PROJECT);
  const { secret, token } = await machine.mixpanel.settings(PROJECT);
  const args = ["--require", PRELOAD, PEER, createRequire(import.meta.url).resolve("mixpanel-import"), file, PROJECT];
  const ms = await runPeer(process.execPath, args, {
    env: { MIXPANEL_STAND_IN_ORIGIN: machine.mixpanel.origin, BENCH_SECRET: secret, BENCH_TOKEN: token },
    cwd: machine.dir,
  });
  await assertStored(machine, buckets);
  return buckets / (ms / 1_000);
}

/** Throws if events are missing, because a side that loses events would be faster. */
async function assertStored(machine: Machine, buckets: number): Promise<void> {
  const { deduped } = await machine.mixpanel.count(PROJECT);
  if (deduped !== buckets) throw new Error(`The stand-in holds ${deduped} events, not ${buckets}.`);
}
