// Runs that find nothing to do, against a bare workflow with as many activities that do nothing, on the same server.
import { resolve } from "node:path";
import { workflowIdOf } from "../src/client/index.ts";
import type { IntegrationRef } from "../src/domain/integration.ts";
import { takesWork } from "../dev/process/ready.ts";
import { startService } from "../dev/process/service.ts";
import { actionsOf, executionsOf } from "./actions.ts";
import { compareRates, runPairs, type Comparison } from "./comparison.ts";
import { createCrowd, createWorkspaces, forEach, untilReached, untilRun } from "./crowd.ts";
import { NODE_OPTIONS, startMachine, type Machine } from "./machine.ts";
import type { BenchOptions } from "./options.ts";
import { processorMsOf } from "./processFigures.ts";
import { countStatements } from "./statements.ts";
import { connectClient, type TemporalClient } from "./temporalClient.ts";
import { saveUnitCosts } from "./unitCosts.ts";

const PEER = resolve(import.meta.dirname, "peers/bareRun.mjs");
const PEER_QUEUE = "bare";
/** Fewer than a worker keeps in memory: neither side replays. */
const INTEGRATIONS = 200;
const WORKSPACES = 10;
/** Each integration runs so often in one measurement, one run after the other. */
const ROUNDS = 4;
/** Without the limit of a workspace, which would determine the figure. */
const SETTINGS = { RUN_STARTS_PER_MINUTE: "0" };

export async function benchRuns({ scale, onStep }: BenchOptions): Promise<Comparison[]> {
  onStep("starting PostgreSQL, Temporal and the Mixpanel stand-in");
  const machine = await startMachine("runs");
  const temporal = await connectClient(machine);
  try {
    const crowd = await createCrowd(machine, {
      integrations: Math.max(10, Math.round(INTEGRATIONS * scale)),
      workspaceIds: await createWorkspaces(machine, WORKSPACES),
      // Both directions are on, and nothing is there to send or to read.
      directions: { exportEnabled: true, importEnabled: true },
    });
    const worker = await machine.startWorker(SETTINGS);
    const ours = await crowdRuns(machine, temporal, crowd);
    const theirs = await bareRuns(machine, temporal, crowd.length);
    onStep(`${crowd.length} integrations and as many bare workflows, ${ROUNDS} times each`);
    const pairs = await runPairs(ours.rate, theirs.rate, onStep);
    await theirs.stop();
    const costs = await costsOfRun(machine, temporal, crowd, worker.pid, ours);
    onStep(
      `a run: ${costs.workerMsPerRun.toFixed(1)} ms of the worker, ${costs.statementsPerRun.toFixed(1)} statements, ` +
        `${costs.actionsPerRun} actions`,
    );
    saveUnitCosts({ runs: { ...costs, scale } });
    await worker.stop();
    return [
      compareRates({ bench: "runs", against: "a bare workflow of 4 activities", unit: "runs/s", goal: 0.7 }, pairs),
    ];
  } finally {
    await temporal.close();
    await machine.stop();
  }
}

interface Side {
  /** One measurement; returns runs per second. */
  rate: () => Promise<number>;
}

/** Measures rounds in which each member runs once. `finished` is called with the number of finished runs to wait for. */
async function rateOf(members: number, startAll: () => Promise<void>, finished: (runs: number) => Promise<void>) {
  const startedAtMs = performance.now();
  for (let round = 1; round <= ROUNDS; round++) {
    await startAll();
    await finished(round * members);
  }
  return (ROUNDS * members) / ((performance.now() - startedAtMs) / 1_000);
}

async function crowdRuns(machine: Machine, { control }: TemporalClient, crowd: IntegrationRef[]): Promise<Side> {
  await forEach(crowd, (ref) => control.start(ref));
  await untilRun(machine, crowd, 1);
  let runs = 1;
  return {
    rate: async () => {
      const before = runs;
      runs += ROUNDS;
      return await rateOf(
        crowd.length,
        () => forEach(crowd, (ref) => control.syncNow(ref, "")),
        (finished) => untilRun(machine, crowd, before + finished / crowd.length),
      );
    },
  };
}

async function bareRuns(
  { temporalAddress, config, dir }: Machine,
  { client }: TemporalClient,
  workflows: number,
): Promise<Side & { stop: () => Promise<void> }> {
  let finishedRuns = 0;
  let started = 0;
  const service = await startService({
    name: "The bare worker",
    command: process.execPath,
    args: [PEER, temporalAddress, PEER_QUEUE, JSON.stringify(config.worker)],
    env: { ...process.env, NODE_OPTIONS: NODE_OPTIONS.worker },
    cwd: dir,
    isReady: (pid) => takesWork(temporalAddress, PEER_QUEUE, pid),
    onLog: (line) => void (finishedRuns += line === "finished" ? 1 : 0),
  });
  const startAll = () =>
    forEach(Array.from({ length: workflows }), async () => {
      await client.workflow.start("bareRun", { taskQueue: PEER_QUEUE, workflowId: `bare-${started++}` });
    });
  return {
    rate: async () => {
      const before = finishedRuns;
      return await rateOf(workflows, startAll, (finished) => untilReached(before + finished, () => finishedRuns));
    },
    stop: () => service.stop(),
  };
}

/** What a run costs besides time, of one more measurement. */
async function costsOfRun(
  machine: Machine,
  { client }: TemporalClient,
  crowd: IntegrationRef[],
  pid: number,
  { rate }: Side,
) {
  const beforeMs = processorMsOf(pid);
  await rate();
  const workerMsPerRun = (processorMsOf(pid) - beforeMs) / (ROUNDS * crowd.length);
  const statements = await countStatements(machine, rate);
  const executions = await executionsOf(client, workflowIdOf(crowd[0]!.integrationId), 2);
  // The signal of this benchmark is none of a regular run's.
  const actionsPerRun = actionsOf(executions[0]!) - 1;
  return { workerMsPerRun, statementsPerRun: statements / (ROUNDS * crowd.length), actionsPerRun };
}
