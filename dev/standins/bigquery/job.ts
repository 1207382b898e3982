// A job of the front, and its forms in answers.
import type { StruckFault } from "./faults.ts";
import type { JobError, Json } from "./google.ts";

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
  /** The job's id in the emulator, whose job ids do not differ by project. */
  emulatorId: string;
  /** The account that started it. */
  owner: string;
}

export interface Job extends KeptJob {
  /** Resolves when the job is DONE, with or without an error. */
  done: Promise<void>;
  /** The fault that strikes its answer. */
  fault: StruckFault | null;
}

/** The key of a job in its project. The same id in another location is another job. */
export function jobKey(location: string, jobId: string): string {
  return `${location.toLowerCase()}:${jobId}`;
}

export function kindOfJob(configuration: Json): "load" | "query" | "copy" | "extract" | null {
  for (const kind of ["load", "query", "copy", "extract"] as const)
    if (typeof configuration[kind] === "object" && configuration[kind] !== null) return kind;
  return null;
}

/** The job as an element of `jobs.list`. */
export function listed({ resource }: Job): Json {
  const { id, kind, jobReference, status, statistics, configuration, user_email } = resource;
  const errorResult = status.errorResult === undefined ? {} : { errorResult: status.errorResult };
  return { id, kind, jobReference, state: status.state, status, statistics, configuration, user_email, ...errorResult };
}
