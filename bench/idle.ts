// Many idle integrations on one worker: its memory, and what each of them costs Temporal in a day.
import { setTimeout as delay } from "node:timers/promises";
import { workflowIdOf } from "../src/client/index.ts";
import type { IntegrationRef } from "../src/domain/integration.ts";
import { actionsOf, executionsOf, type HistoryEvent } from "./actions.ts";
import { median, rounded, type Comparison } from "./comparison.ts";
import { createCrowd, createWorkspaces, forEach, untilRun } from "./crowd.ts";
import { startMachine, type Machine } from "./machine.ts";
import type { BenchOptions } from "./options.ts";
import { memoryOf, processorMsOf } from "./processFigures.ts";
import { connectClient, type TemporalClient } from "./temporalClient.ts";
import { saveUnitCosts } from "./unitCosts.ts";

const INTEGRATIONS = 5_000;
const WORKSPACES = 50;
const MAX_MB = 600;
const DAY_MS = 86_400_000;
const QUIET_MS = 10_000;
const FIRST_AT_ONCE = 250;
/** These run every few seconds for a while, so that there are steady runs to count. */
const SAMPLE = { integrations: 5, runs: 4, intervalSeconds: 20 };
/** Fewer than a worker keeps in memory. */
const WOKEN = 250;

export async function benchIdle({ scale, onStep }: BenchOptions): Promise<Comparison[]> {
  onStep("starting PostgreSQL, Temporal and the Mixpanel stand-in");
  const machine = await startMachine("idle");
  const temporal = await connectClient(machine);
  try {
    const integrations = Math.max(2 * SAMPLE.integrations, Math.round(INTEGRATIONS * scale));
    onStep(`creating ${integrations} integrations`);
    const crowd = await createCrowd(machine, {
      integrations,
      workspaceIds: await createWorkspaces(machine, Math.max(1, Math.round(WORKSPACES * scale))),
      directions: { exportEnabled: true, importEnabled: true },
      events: ["purchase"],
    });
    const memory = await firstRuns(machine, temporal, crowd, onStep);
    const run = await steadyRun(machine, temporal, crowd.slice(0, SAMPLE.integrations));
    const perDay = DAY_MS / machine.config.syncIntervalMs;
    onStep(
      `a run of nothing new: ${run.actions} actions, ${run.events} events; ` +
        `a day of an integration: ${run.actions * perDay} actions, ${run.events * perDay} events`,
    );
    const wake = await coldWake(machine, temporal, crowd.slice(SAMPLE.integrations).slice(0, WOKEN));
    onStep(`a wake: ${wake.ms.toFixed(1)} ms of replay; a workflow in the cache: ${wake.mb.toFixed(2)} MB`);
    saveUnitCosts({
      idle: {
        actionsPerRun: run.actions,
        eventsPerRun: run.events,
        coldWakeMs: wake.ms,
        cachedWorkflowMb: wake.mb,
        scale,
      },
    });
    const named = (what: string) => `${MAX_MB} MB for ${integrations} integrations, ${what}`;
    return [
      compareMemory(named(`peak of their first runs, ${FIRST_AT_ONCE} at once`), memory.peakMb),
      compareMemory(named("idle"), memory.idleMb),
    ];
  } finally {
    await temporal.close();
    await machine.stop();
  }
}

function compareMemory(against: string, mb: number): Comparison {
  const [ours, theirs] = [Math.ceil(mb), MAX_MB];
  return { bench: "idle", against, ours, theirs, unit: "MB", ratio: rounded(theirs / ours), goal: 1 };
}

/** So many at once: more than a worker keeps in memory would be replayed at each of their steps. */
async function firstRuns(
  machine: Machine,
  { control }: TemporalClient,
  crowd: IntegrationRef[],
  onStep: BenchOptions["onStep"],
): Promise<{ peakMb: number; idleMb: number }> {
  onStep("their first runs");
  const worker = await machine.startWorker();
  const startedAtMs = performance.now();
  for (let i = 0; i < crowd.length; i += FIRST_AT_ONCE) {
    const next = crowd.slice(i, i + FIRST_AT_ONCE);
    await forEach(next, (ref) => control.start(ref));
    await untilRun(machine, next, 1);
    onStep(`${Math.min(i + FIRST_AT_ONCE, crowd.length)} of them have run`);
  }
  const seconds = (performance.now() - startedAtMs) / 1_000;
  const busyMs = processorMsOf(worker.pid);
  await delay(QUIET_MS);
  const idleMs = processorMsOf(worker.pid) - busyMs;
  const { peakMb, residentMb, proportionalMb } = memoryOf(worker.pid);
  await worker.stop();
  onStep(
    `${(crowd.length / seconds).toFixed(1)} runs/s, ${(busyMs / crowd.length).toFixed(0)} ms of the worker for each; ` +
      `idle: ${residentMb.toFixed(0)} MB resident, ${proportionalMb.toFixed(0)} MB proportional, ` +
      `${(idleMs / QUIET_MS).toFixed(3)} processors`,
  );
  return { peakMb, idleMb: residentMb };
}

/** What a run costs that its timer started: the median of the executions that saw nothing else. */
async function steadyRun(machine: Machine, { client, control }: TemporalClient, sample: IntegrationRef[]) {
  const worker = await machine.startWorker({ SYNC_INTERVAL_SECONDS: String(SAMPLE.intervalSeconds) });
  await forEach(sample, (ref) => control.configChanged(ref));
  await untilRun(machine, sample, 1 + SAMPLE.runs);
  await worker.stop();
  const steady: HistoryEvent[][] = [];
  for (const { integrationId } of sample) {
    const executions = await executionsOf(client, workflowIdOf(integrationId), SAMPLE.runs + 1);
    steady.push(...executions.slice(0, -1).filter((events) => isUndisturbed(events)));
  }
  if (steady.length < sample.length) throw new Error("There are too few histories of a steady run.");
  const events = steady.map(({ length }) => length);
  return { actions: Math.ceil(median(steady.map(actionsOf))), events: Math.ceil(median(events)) };
}

function isUndisturbed(events: HistoryEvent[]): boolean {
  return events.every((event) => (event.workflowExecutionSignaledEventAttributes ?? null) === null);
}

/** Asks each twice for its status: a worker that has just started must replay it first, then knows it. */
async function coldWake(machine: Machine, { control }: TemporalClient, woken: IntegrationRef[]) {
  const worker = await machine.startWorker();
  const ask = async () => {
    const beforeMs = processorMsOf(worker.pid);
    await forEach(woken, ({ integrationId }) => control.status(integrationId));
    return (processorMsOf(worker.pid) - beforeMs) / woken.length;
  };
  // The first of all compiles the code.
  await control.status(woken[0]!.integrationId);
  const emptyMb = memoryOf(worker.pid).residentMb;
  const coldMs = await ask();
  const mb = (memoryOf(worker.pid).residentMb - emptyMb) / woken.length;
  const warmMs = await ask();
  await worker.stop();
  return { ms: coldMs - warmMs, mb };
}
