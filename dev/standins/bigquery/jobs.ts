// Jobs as the front keeps them: ids that are used up, results of the first, states over time.
import type { StruckFault } from "./faults.ts";
import { alreadyExists, notFound, type JobError, type Json } from "./google.ts";
import type { Project } from "./project.ts";
import { denied, holds, type Principal } from "./roles.ts";

export interface JobReference {
  projectId: string;
  jobId: string;
  location: string;
}

export interface JobResource {
  kind: "bigquery#job";
  id: string;
  etag: string;
  user_email: string;
  jobReference: JobReference;
  configuration: Json;
  status: { state: "PENDING" | "RUNNING" | "DONE"; errorResult?: JobError; errors?: JobError[] };
  statistics: Json;
}

export interface KeptJob {
  resource: JobResource;
  /** Under which the emulator has its rows: its own ids are not apart by project. */
  emulatorId: string;
  /** The account that started it. */
  owner: string;
}

export interface Job extends KeptJob {
  /** Resolves once it is DONE, well or not. */
  done: Promise<void>;
  /** What strikes its answer. */
  fault: StruckFault | null;
}

/** Only in these is a job found without its location: https://cloud.google.com/bigquery/docs/locations#specify_locations */
const FOUND_WITHOUT_LOCATION = ["US", "EU"];

/** The same id in another location is another job. */
export function jobKey(location: string, jobId: string): string {
  return `${location.toLowerCase()}:${jobId}`;
}

/** Throws 409 for an id that is used up, by a job that failed as well. */
export function claimJobId(project: Project, location: string, jobId: string): void {
  if (!project.jobs.has(jobKey(location, jobId))) return;
  project.counters.jobConflicts++;
  throw alreadyExists(`Job ${project.id}:${location}.${jobId}`);
}

export function findJob(project: Project, account: Principal, jobId: string, location: string | null): Job {
  const places = location === null || location === "" ? FOUND_WITHOUT_LOCATION : [location];
  for (const place of places) {
    const job = project.jobs.get(jobKey(place, jobId));
    if (job === undefined) continue;
    const { jobReference } = job.resource;
    const name = `${project.id}:${jobReference.location}.${jobId}`;
    if (job.owner !== account.email && !holds(account, "bigquery.jobs.get", project.id, null))
      throw denied(
        `Access Denied: Job ${name}: Permission bigquery.jobs.get denied on job ${name} (or it may not exist).`,
      );
    return job;
  }
  throw notFound(`Job ${project.id}:${location === null || location === "" ? "" : `${location}.`}${jobId}`);
}

export function kindOfJob(configuration: Json): "load" | "query" | "copy" | "extract" | null {
  for (const kind of ["load", "query", "copy", "extract"] as const)
    if (typeof configuration[kind] === "object" && configuration[kind] !== null) return kind;
  return null;
}

/** As one of a list: without the rest of the configuration and statistics. */
export function listed({ resource }: Job): Json {
  const { id, kind, jobReference, status, statistics, configuration, user_email } = resource;
  const errorResult = status.errorResult === undefined ? {} : { errorResult: status.errorResult };
  return { id, kind, jobReference, state: status.state, status, statistics, configuration, user_email, ...errorResult };
}
