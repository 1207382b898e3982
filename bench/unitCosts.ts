// What one run and one wake cost, as `idle` and `runs` measured it on this machine. `scale` multiplies it.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import { LOCAL_DIR } from "../dev/paths.ts";

const FILE = join(LOCAL_DIR, "bench-figures", "unit-costs.json");

const schema = z.object({
  idle: z.object({
    actionsPerRun: z.number(),
    eventsPerRun: z.number(),
    /** Processor time of a worker that replays a sleeping workflow. */
    coldWakeMs: z.number(),
    cachedWorkflowMb: z.number(),
    scale: z.number(),
  }),
  runs: z.object({
    /** Processor time of a worker for a run that finds nothing to do. */
    workerMsPerRun: z.number(),
    statementsPerRun: z.number(),
    actionsPerRun: z.number(),
    scale: z.number(),
  }),
});

export type UnitCosts = z.infer<typeof schema>;

export function saveUnitCosts(costs: Partial<UnitCosts>): void {
  mkdirSync(dirname(FILE), { recursive: true });
  writeFileSync(FILE, `${JSON.stringify({ ...saved(), ...costs }, null, 2)}\n`);
}

export function readUnitCosts(): UnitCosts {
  const parsed = schema.safeParse(saved());
  if (!parsed.success) throw new Error("Run `npm run bench -- idle runs` first: scale multiplies what they measure.");
  return parsed.data;
}

function saved(): object {
  try {
    return JSON.parse(readFileSync(FILE, "utf8")) as object;
  } catch {
    return {};
  }
}
