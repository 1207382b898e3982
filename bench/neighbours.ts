// How much longer the runs of one workspace take while another one is noisy: many integrations due at once, one of them
// with hundreds of tables.
import type { NewEvent } from "../src/domain/event.ts";
import { createBigQueryTenant, createTables, createBigQueryProject } from "./bigQueryData.ts";
import { median, rounded, type Comparison } from "./comparison.ts";
import { createCrowd, finishedRuns, forEach } from "./crowd.ts";
import { startBigQueryMachine, type BigQueryMachine } from "./machine.ts";
import type { BenchOptions } from "./options.ts";
import { createProject, createTenant, type Tenant } from "./tenant.ts";
import { connectClient } from "./temporalClient.ts";

/** With the one that has the tables, as many as a workspace may have. */
const NOISY_INTEGRATIONS = 999;
const TABLES = 200;
const RUNS_ALONE = 10;
/** More would measure the same again: what was due at once has its turns, one after the other. */
const MAX_RUNS_BESIDE = 60;
const MAX_FACTOR = 2;
const EVENT = "purchase";

export async function benchNeighbours({ scale, onStep }: BenchOptions): Promise<Comparison[]> {
  onStep("starting PostgreSQL, Temporal, the Mixpanel stand-in and the local BigQuery");
  const machine = await startBigQueryMachine("neighbours");
  try {
    const quiet = {
      mixpanel: await mixpanelTenant(machine),
      bigquery: await tablesTenant(machine, "quiet-project", 1),
    };
    const worker = await machine.startWorker();
    onStep("the quiet workspace alone");
    // The first runs read what there is, and fill caches.
    for (const tenant of Object.values(quiet)) await tenant.sync();
    const alone = await timesOf(machine, quiet, () => Promise.resolve(false), RUNS_ALONE);
    const noise = await createNoise(machine, scale, onStep);
    const beside = await timesOf(machine, quiet, noise.isOver, MAX_RUNS_BESIDE);
    await noise.stop();
    await Promise.all(Object.values(quiet).map((tenant) => tenant.stop()));
    await worker.stop();
    return Object.keys(quiet).map((name) => compareTimes(name, alone[name]!, beside[name]!, onStep));
  } finally {
    await machine.stop();
  }
}

type Times = Record<string, number[]>;

/** Each tenant syncs in turn, again and again. */
async function timesOf(
  { sql }: BigQueryMachine,
  tenants: Record<string, Tenant>,
  isOver: () => Promise<boolean>,
  maxRuns: number,
): Promise<Times> {
  const times: Times = Object.fromEntries(Object.keys(tenants).map((name) => [name, []]));
  for (let run = 0; run < maxRuns && !(run > 0 && (await isOver())); run++) {
    for (const [name, tenant] of Object.entries(tenants)) {
      // The provider allows fewer requests in an hour than these runs need.
      await sql.query("delete from budget_leases");
      times[name]!.push(await tenant.sync());
    }
  }
  return times;
}

/** The mean, not the median: a neighbour that hurts one run of ten hurts. */
function compareTimes(name: string, alone: number[], beside: number[], onStep: BenchOptions["onStep"]): Comparison {
  const shown = (times: number[]) => `${median(times).toFixed(0)}, at most ${Math.max(...times).toFixed(0)}`;
  onStep(
    `${name}: median ms of ${alone.length} runs alone ${shown(alone)}; of ${beside.length} beside ${shown(beside)}`,
  );
  const mean = (times: number[]) => times.reduce((sum, ms) => sum + ms, 0) / times.length;
  const [ours, theirs] = [Math.ceil(mean(beside)), Math.floor(MAX_FACTOR * mean(alone))];
  const against = `${MAX_FACTOR} times a ${name} run alone`;
  return { bench: "neighbours", against, ours, theirs, unit: "ms", ratio: rounded(theirs / ours), goal: 1 };
}

async function mixpanelTenant(machine: BigQueryMachine): Promise<Tenant> {
  await createProject(machine, "7100");
  const today = new Date().toISOString().slice(0, 10);
  return await createTenant(machine, "7100", today, { exportEnabled: true, importEnabled: true }, [EVENT]);
}

async function tablesTenant(machine: BigQueryMachine, projectId: string, tables: number): Promise<Tenant> {
  await createBigQueryProject(machine, projectId);
  const events: NewEvent[] = await createTables(machine, projectId, tables);
  const today = new Date().toISOString().slice(0, 10);
  return await createBigQueryTenant(machine, projectId, today, { importEnabled: true }, events);
}

/** Everything of the noisy workspace becomes due now. Its integration with the tables syncs for as long as the others. */
async function createNoise(machine: BigQueryMachine, scale: number, onStep: BenchOptions["onStep"]) {
  const integrations = Math.max(20, Math.round(NOISY_INTEGRATIONS * scale));
  const tables = Math.max(10, Math.round(TABLES * scale));
  onStep(`creating ${integrations} integrations and one of ${tables} tables`);
  const directions = { exportEnabled: true, importEnabled: true };
  const wide = await tablesTenant(machine, "noisy-project", tables);
  const workspaceIds = [wide.workspaceId];
  const crowd = await createCrowd(machine, { integrations, workspaceIds, directions, events: [EVENT] });
  const { control, close } = await connectClient(machine);
  let isStopped = false;
  const syncTables = async () => {
    while (!isStopped) await wide.sync();
  };
  onStep("all of them are due");
  const syncing = syncTables();
  await forEach(crowd, (ref) => control.start(ref));
  return {
    isOver: async () => (await finishedRuns(machine, crowd, 1)) === crowd.length,
    stop: async () => {
      isStopped = true;
      await syncing;
      await wide.stop();
      await close();
    },
  };
}
