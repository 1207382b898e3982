// What the front knows of one project: how it behaves, what was asked of it, its jobs.
import { Faults } from "./faults.ts";
import type { Job } from "./jobs.ts";
import type { Counters, ProjectSettings } from "./protocol.ts";
import type { ReadSession } from "./sessions.ts";

const DEFAULTS: ProjectSettings = { insertAnswersWithinMs: 2_000, sessionLifetimeSeconds: 21_600, streamsMin: 1 };

export class Project {
  readonly id: string;
  readonly faults = new Faults();
  settings: ProjectSettings = { ...DEFAULTS };
  counters: Counters = newCounters();
  /** By location and id. */
  readonly jobs = new Map<string, Job>();
  /** Answers of `jobs.query` by request id. */
  readonly requests = new Map<string, { job: Job; atMs: number }>();
  /** By name. */
  readonly sessions = new Map<string, ReadSession>();

  constructor(id: string) {
    this.id = id;
  }

  /** Answered requests by status; null for those without an answer. */
  count(operation: string, status: number | string | null): void {
    const counts = (this.counters.requests[operation] ??= { total: 0, byStatus: {}, reset: 0 });
    counts.total++;
    if (status === null) counts.reset++;
    else counts.byStatus[status] = (counts.byStatus[status] ?? 0) + 1;
  }

  countJob(kind: string, failed: boolean): void {
    const counts = (this.counters.jobs[kind] ??= { done: 0, failed: 0 });
    counts[failed ? "failed" : "done"]++;
  }
}

export function newCounters(): Counters {
  return {
    requests: {},
    jobs: {},
    jobConflicts: 0,
    bytesLoaded: 0,
    rowsLoaded: 0,
    sessionsCreated: 0,
    streamsOpened: 0,
    rowsServed: 0,
    bytesServed: 0,
    tokensIssued: 0,
    tokensRefused: 0,
  };
}
