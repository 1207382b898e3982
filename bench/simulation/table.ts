// The figures of a simulation as the table of docs/operators/scaling.md.
import type { UnitCosts } from "../unitCosts.ts";
import type { Simulated } from "./simulate.ts";
import { mostWithin } from "./starts.ts";

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const DAY_S = 86_400;
/** The reconciler lists all workflows once an hour, and passes each minute. */
const HOUR_S = 3_600;
const MINUTE_S = 60;
/** A late run shows its new time and sets another timer: test/workflows/actions.test.ts. */
const LATE_ACTIONS = 2;

export function tableOf(simulated: Simulated, { idle, runs }: UnitCosts): string[] {
  const { day, recovery, recovering, cold, passes, spread, integrations, outageMs } = simulated;
  const spreadS = Math.min(spread.jitterMs, spread.intervalMs) / 1_000;
  const [steady, after] = [day.length / DAY_S, recovering.length / spreadS];
  const late = recovery.late / spreadS;
  const coldShare = cold / day.length;
  const row = (name: string, regular: number, recovered: number | string, digits = 1) =>
    `| ${name} | ${shown(regular, digits)} | ${typeof recovered === "number" ? shown(recovered, digits) : recovered} |`;
  const processors = (perSecond: number) => (perSecond * (runs.workerMsPerRun + coldShare * idle.coldWakeMs)) / 1_000;
  const { regular, hourly, afterOutage } = passes;
  return [
    `${integrations} integrations, ${outageMs / MINUTE_MS} minutes without a worker, ${simulated.workers} workers`,
    "| a second | regular | after the outage |",
    "| --- | ---: | ---: |",
    row("runs that start", steady, after),
    row("the most in one second", mostWithin(day, SECOND_MS), mostWithin(recovering, SECOND_MS), 0),
    row("Temporal: actions", steady * idle.actionsPerRun, after * idle.actionsPerRun + late * LATE_ACTIONS, 0),
    row("Temporal: events of histories", steady * idle.eventsPerRun, after * idle.eventsPerRun, 0),
    row("workflows that wake cold", steady * coldShare, after),
    row("workers: processors", processors(steady), processors(after), 2),
    row("PostgreSQL: statements of runs", steady * runs.statementsPerRun, after * runs.statementsPerRun, 0),
    row("reconciler: statements", regular.statements / MINUTE_S + hourly.statements / HOUR_S, "", 2),
    row("reconciler: calls of Temporal", regular.temporalCalls / MINUTE_S + hourly.temporalCalls / HOUR_S, "", 3),
    row("reconciler: rows", regular.rows / MINUTE_S + hourly.rows / HOUR_S, "", 0),
    `The hourly list: ${hourly.listPages} pages of Temporal and ${hourly.statements} statements.`,
    `At the end of the outage ${recovery.wokenAtOnce} workflows wake at once: ` +
      `${shown((recovery.wokenAtOnce * idle.coldWakeMs) / 1_000, 0)} s of replay. ` +
      `The first pass of the reconciler sends ${afterOutage.signals} signals.`,
  ];
}

function shown(value: number, digits: number): string {
  return value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
