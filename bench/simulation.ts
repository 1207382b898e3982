// What many integrations ask of each component in a second: simulated with the scheduling and the reconciler that the
// worker runs, times what one run costs as `idle` and `runs` measured it.
import { loadConfig } from "../src/config/config.ts";
import type { Spread } from "../src/domain/schedule.ts";
import { rounded, type Comparison } from "./comparison.ts";
import { scaled, type BenchOptions } from "./options.ts";
import { passOf } from "./simulation/reconciler.ts";
import { idsOf, simulate, type Simulated } from "./simulation/simulate.ts";
import { mostWithin } from "./simulation/starts.ts";
import { tableOf } from "./simulation/table.ts";
import { readUnitCosts } from "./unitCosts.ts";

const INTEGRATIONS = 100_000;
/** For the size of the cache of workflows alone. */
const WORKERS = 4;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** Of counts that vary by chance. */
const MAX_DEVIATIONS = 6;

export async function benchSimulation({ scale, onStep }: BenchOptions): Promise<Comparison[]> {
  const costs = readUnitCosts();
  onStep(`measured: ${JSON.stringify(costs)}`);
  const config = loadConfig({
    DATABASE_URL: "postgres://localhost",
    CROSSCURRENT_SECRET_KEY: Buffer.alloc(32).toString("base64"),
  });
  const spread: Spread = { intervalMs: config.syncIntervalMs, jitterMs: config.syncJitterMs };
  const ids = idsOf(scaled(INTEGRATIONS, scale));
  const simulated = await simulate(ids, spread, { workers: WORKERS, cachedWorkflows: config.worker.cachedWorkflows });
  for (const line of tableOf(simulated, costs)) onStep(line);
  return [...compareStarts(simulated), await comparePasses(ids, simulated)];
}

/** No minute may have more starts than chance explains if all times are equally probable. */
function compareStarts({ day, recovery: { late }, recovering, spread }: Simulated): Comparison[] {
  const regular = (day.length * MINUTE_MS) / DAY_MS;
  const spreadMs = Math.min(spread.jitterMs, spread.intervalMs);
  const after = regular + (late * MINUTE_MS) / spreadMs;
  const most = (expected: number) => Math.floor(expected + MAX_DEVIATIONS * Math.sqrt(expected));
  const compared = (against: string, ours: number, theirs: number): Comparison => ({
    bench: "simulation",
    against,
    ours,
    theirs,
    unit: "runs in a minute",
    ratio: rounded(theirs / ours),
    goal: 1,
  });
  return [
    compared("an even day", mostWithin(day, MINUTE_MS), most(regular)),
    // The runs that were due in the last minute of the outage are not late and start at once.
    compared("an even recovery from an hour's outage", mostWithin(recovering, MINUTE_MS), most(after + regular)),
  ];
}

/** A pass that finds nothing costs the same, however many integrations there are. */
async function comparePasses(ids: string[], { passes, spread }: Simulated): Promise<Comparison> {
  const few = ids.slice(0, Math.ceil(ids.length / 100));
  const pass = await passOf({ ids: few, nextRunAtMs: () => 0, nowMs: 0, isListDue: false }, spread);
  const [ours, theirs] = [
    passes.regular.statements + passes.regular.temporalCalls,
    pass.statements + pass.temporalCalls,
  ];
  const against = "a pass of the reconciler over a hundredth of them";
  return { bench: "simulation", against, ours, theirs, unit: "calls", ratio: rounded(theirs / ours), goal: 1 };
}
