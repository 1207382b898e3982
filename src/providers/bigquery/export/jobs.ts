// BigQuery jobs under ids of our own, so that starting a job twice, or after a lost response, gives the same job.
import { hash } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { SyncError } from "../../../domain/errors.ts";
import { grantText, type Operation } from "../errors.ts";
import type { GoogleErrorInfo } from "../googleErrorInfo.ts";
import { labelValue } from "../names.ts";
import { settingsOf } from "../options.ts";
import { type BigQueryCall, parseResponse, send } from "../rest.ts";
import { uploadJob } from "./upload.ts";

const POLL_FIRST_MS = 50;
const POLL_MAX_MS = 3_000;
/** A long job is found done at most a sixth of its time later. */
const POLL_GROWTH = 1.15;
const JOB_WAIT_MS = 15 * 60_000;
/** BigQuery stops a job after this time. No batch takes longer than minutes. */
const JOB_LIFETIME_MS = 60 * 60_000;
const MAX_GENERATIONS = 100_000;
const BATCH_LABEL = "crosscurrent_batch";
const WORKSPACE_LABEL = "crosscurrent_workspace";

export interface Job {
  id: string;
  isDone: boolean;
  /** Null for a job that succeeded or still runs. */
  error: { reason?: string | undefined; message?: string | undefined } | null;
  /** The digest of the job's batch, from its label. */
  batch: string;
  /** Another account started it, and ours may not see more of it than that its id is used up. */
  isForeign: boolean;
}

const foreignJob = (id: string): Job => {
  const error = { reason: "accessDenied" };
  return { id, isDone: true, error, batch: "", isForeign: true };
};

const jobResponse = z
  .object({
    jobReference: z.object({ jobId: z.string() }),
    status: z.object({
      state: z.string(),
      errorResult: z.object({ reason: z.string().optional(), message: z.string().optional() }).optional(),
    }),
    configuration: z.object({ labels: z.record(z.string(), z.string()).optional() }).optional(),
  })
  .transform(({ jobReference, status, configuration }): Job => {
    const isDone = status.state === "DONE";
    const batch = configuration?.labels?.[BATCH_LABEL] ?? "";
    const error = isDone ? (status.errorResult ?? null) : null;
    return { id: jobReference.jobId, isDone, error, batch, isForeign: false };
  });

/** The same parts always give the same id, of letters, digits and `_`. */
export function jobIdOf(kind: string, parts: string[], generation: number): string {
  return `crosscurrent_${kind}_${hash("sha256", JSON.stringify(parts), "hex").slice(0, 40)}_${generation}`;
}

export function workspaceLabels({ connection }: BigQueryCall): Record<string, string> {
  return { [WORKSPACE_LABEL]: labelValue(connection.workspaceId) };
}

/** An account sees its own jobs without another role (https://cloud.google.com/bigquery/docs/managing-jobs). */
async function findJob(call: BigQueryCall, operation: Operation, id: string): Promise<Job | null> {
  const { location } = settingsOf(call.connection);
  let isForeign = false;
  const expected = ({ status, permission }: GoogleErrorInfo): boolean => {
    isForeign = status === 403 && permission?.toLowerCase() === "bigquery.jobs.get";
    return isForeign || status === 404;
  };
  const request = { method: "GET" as const, path: ["jobs", id], query: { location }, expected };
  const job = await send(call, operation, jobResponse, request);
  return isForeign ? foreignJob(id) : job;
}

export interface LastJob {
  /** Null if there is no job at all. */
  job: Job | null;
  /** The first generation without a job. */
  next: number;
}

/** Finds the last generation with a job in doubling steps and then by halving: generations have no gaps. */
export async function findLastJob(
  call: BigQueryCall,
  operation: Operation,
  idOf: (generation: number) => string,
  from = 0,
): Promise<LastJob> {
  let used = from - 1;
  let job: Job | null = null as Job | null;
  let free: number | null = null;
  const look = async (generation: number): Promise<void> => {
    const found = await findJob(call, operation, idOf(generation));
    if (found === null) {
      free = generation;
    } else {
      used = generation;
      job = found;
    }
  };
  for (let step = 1; free === null; step *= 2) {
    if (used + step > MAX_GENERATIONS) {
      // Without any role in the project, an account may be told this even of jobs that do not exist.
      if (job?.isForeign === true) throw noJobUser(call, operation);
      throw new SyncError("bug", `There are more than ${MAX_GENERATIONS} jobs for ${operation.action}. Report this.`);
    }
    await look(used + step);
  }
  while (free - used > 1) await look(Math.floor((free + used) / 2));
  return { job, next: free };
}

/** Waits until the job is done. Throws `transient` if that takes too long; the next attempt follows the same job. */
export async function followJob(call: BigQueryCall, operation: Operation, job: Job): Promise<Job> {
  const { context, signal } = call;
  const untilMs = performance.now() + (context.options.jobWaitMs ?? JOB_WAIT_MS);
  let now = job;
  for (let waitMs = POLL_FIRST_MS; !now.isDone; waitMs = Math.min(waitMs * POLL_GROWTH, POLL_MAX_MS)) {
    if (performance.now() > untilMs) {
      const message = `BigQuery is still busy with ${operation.action}; the next attempt waits for the same job.`;
      throw new SyncError("transient", message);
    }
    await delay(waitMs, undefined, { signal }).catch(() => undefined);
    signal.throwIfAborted();
    const found = await findJob(call, operation, job.id);
    if (found === null) throw unknownJob(operation);
    now = found;
  }
  return now;
}

export interface JobStart {
  id: string;
  batch: string;
  /** `{ load }` or `{ query }`. */
  configuration: object;
  file?: Buffer;
}

/** Starts the job, or returns the one that has this id already: another worker's, or ours whose response was lost. */
export async function startJob(call: BigQueryCall, operation: Operation, start: JobStart): Promise<Job> {
  let insertError: SyncError | null = null;
  try {
    const job = await insertJob(call, operation, start);
    if (job !== null) return job;
  } catch (error) {
    // After a transient error the job may have been started.
    if (!(error instanceof SyncError) || error.kind !== "transient") throw error;
    insertError = error;
  }
  const found = await findJob(call, operation, start.id);
  if (found !== null) return found;
  throw insertError ?? unknownJob(operation);
}

/** Returns null if the id is used up. */
async function insertJob(call: BigQueryCall, operation: Operation, start: JobStart): Promise<Job | null> {
  const { projectId, location } = settingsOf(call.connection);
  const resource = {
    jobReference: { projectId, location, jobId: start.id },
    configuration: {
      ...start.configuration,
      labels: { ...workspaceLabels(call), [BATCH_LABEL]: start.batch },
      jobTimeoutMs: String(JOB_LIFETIME_MS),
    },
  };
  if (start.file === undefined) {
    const request = { method: "POST" as const, path: ["jobs"], body: resource, expected: [409] };
    return await send(call, operation, jobResponse, request);
  }
  const response = await uploadJob(call, operation, resource, start.file);
  return response === null ? null : parseResponse(jobResponse, response, operation);
}

function noJobUser({ connection }: BigQueryCall, { action }: Operation): SyncError {
  const { serviceAccountEmail: email, projectId } = settingsOf(connection);
  const problem = `The service account ${email} may not see its own jobs of ${action}.`;
  return new SyncError("permission", `${problem} ${grantText("jobUser", email, projectId, undefined)}`);
}

function unknownJob({ action }: Operation): SyncError {
  return new SyncError("transient", `BigQuery does not know the job of ${action}; it is tried again.`);
}
