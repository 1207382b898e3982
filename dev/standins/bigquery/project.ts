// The front's state of one BigQuery project: settings, faults, counters, jobs and read sessions.
import { countRequest } from "../shared/requestCounts.ts";
import { Faults } from "./faults.ts";
import type { Job } from "./job.ts";
import type { Counters, ProjectSettings } from "./protocol.ts";
import { newSession, type ReadSession } from "./sessions.ts";

const DEFAULTS: ProjectSettings = {
  insertAnswersWithinMs: 2_000,
  sessionLifetimeSeconds: 21_600,
  streamsMin: 1,
  isSandbox: false,
};
const SESSIONS_KEPT = 1_000;

export class Project {
  readonly id: string;
  readonly faults = new Faults();
  settings: ProjectSettings = { ...DEFAULTS };
  counters: Counters = newCounters();
  /** By location and id. */
  readonly jobs = new Map<string, Job>();
  /** Jobs of `jobs.query` by request id. */
  readonly requests = new Map<string, { job: Job; atMs: number }>();
  /** By name. */
  readonly sessions = new Map<string, ReadSession>();

  constructor(id: string) {
    this.id = id;
  }

  /** `status` is null if there was no answer. */
  count(operation: string, status: number | null): void {
    countRequest(this.counters.requests, operation, status);
  }

  openSession(location: string): ReadSession {
    const session = newSession(this.id, location, this.settings.sessionLifetimeSeconds);
    this.sessions.set(session.name, session);
    const [oldest] = this.sessions.keys();
    if (this.sessions.size > SESSIONS_KEPT && oldest !== undefined) this.sessions.delete(oldest);
    return session;
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
