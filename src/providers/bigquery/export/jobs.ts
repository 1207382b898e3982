// Jobs under ids of our own: whoever asks twice gets the same job, and an answer that was lost is looked up.
import { hash } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { SyncError } from "../../../domain/errors.ts";
import { labelValue } from "../names.ts";
import { settingsOf } from "../options.ts";
import { parsed, send } from "../rest.ts";
import type { Doing, BigQueryCall } from "../rest.ts";
import { uploadJob } from "./upload.ts";

const POLL_FIRST_MS = 50;
const POLL_MAX_MS = 3_000;
const POLL_GROWTH = 1.5;
const JOB_WAIT_MS = 15 * 60_000;
/** BigQuery itself gives up a job after this long: no batch takes minutes. */
const JOB_LIFETIME_MS = 60 * 60_000;
/** Ids of one kind that may be used up before something is badly wrong. */
const MAX_GENERATIONS = 100_000;
const BATCH_LABEL = "crosscurrent_batch";
const WORKSPACE_LABEL = "crosscurrent_workspace";

const jobAnswer = z.object({
  jobReference: z.object({ jobId: z.string() }),
  status: z.object({
    state: z.string(),
    errorResult: z.object({ reason: z.string().optional(), message: z.string().optional() }).optional(),
  }),
  configuration: z.object({ labels: z.record(z.string(), z.string()).optional() }).optional(),
});

export interface Job {
  id: string;
  isDone: boolean;
  /** The error that it ended with; null for one that ended well or still runs. */
  error: { reason?: string | undefined; message?: string | undefined } | null;
  /** Of which batch it is. */
  batch: string;
}

/** Job ids are letters, digits, `_` and `-`; whoever knows the parts can tell the id. */
export function jobIdOf(kind: string, parts: string[], generation: number): string {
  return `crosscurrent_${kind}_${hash("sha256", JSON.stringify(parts), "hex").slice(0, 40)}_${generation}`;
}

/** The label by which a job tells of which batch it is; label values hold no upper-case letters and 63 characters at most. */
export function workspaceLabels({ connection }: BigQueryCall): Record<string, string> {
  return { [WORKSPACE_LABEL]: labelValue(connection.workspaceId) };
}

/** The job of this id, whatever became of it; null if there never was one. */
export async function findJob(task: BigQueryCall, doing: Doing, id: string): Promise<Job | null> {
  const { location } = settingsOf(task.connection);
  const answer = await send(task, doing, jobAnswer, {
    method: "GET",
    path: ["jobs", id],
    query: { location },
    expected: [404],
  });
  return answer === null ? null : toJob(answer);
}

export interface LastUsed {
  /** The last job that there is; null if none was started. */
  job: Job | null;
  /** The first generation whose id is free. */
  free: number;
}

/** Ids are used up one after the other: the last is found in steps that double, then by halving. */
export async function lastUsed(
  task: BigQueryCall,
  doing: Doing,
  idOf: (generation: number) => string,
  from = 0,
): Promise<LastUsed> {
  let used = from - 1;
  let job: Job | null = null;
  let free: number | null = null;
  const look = async (generation: number): Promise<void> => {
    const found = await findJob(task, doing, idOf(generation));
    if (found === null) free = generation;
    else [used, job] = [generation, found];
  };
  for (let step = 1; free === null; step *= 2) {
    if (used + step > MAX_GENERATIONS)
      throw new SyncError("bug", `The jobs of ${doing.action} are too many to be counted.`);
    await look(used + step);
  }
  while (free - used > 1) await look(Math.floor((free + used) / 2));
  return { job, free };
}

/** Waits until the job is done, well or not. One that takes too long is `transient`: the next try follows the same job. */
export async function followJob(task: BigQueryCall, doing: Doing, job: Job): Promise<Job> {
  const { context, signal } = task;
  const untilMs = performance.now() + (context.options.jobWaitMs ?? JOB_WAIT_MS);
  let now = job;
  for (let waitMs = POLL_FIRST_MS; !now.isDone; waitMs = Math.min(waitMs * POLL_GROWTH, POLL_MAX_MS)) {
    if (performance.now() > untilMs) {
      throw new SyncError(
        "transient",
        `BigQuery is still busy with ${doing.action}; the next try waits for the same job.`,
      );
    }
    await delay(waitMs, undefined, { signal }).catch(() => undefined);
    signal.throwIfAborted();
    const found = await findJob(task, doing, job.id);
    if (found === null) throw forgotten(doing);
    now = found;
  }
  return now;
}

export interface JobStart {
  id: string;
  batch: string;
  /** `{ load }` or `{ query }`. */
  configuration: object;
  /** The file of a load. */
  file?: Buffer;
}

/** Starts the job, or finds the one that already has this id: somebody else's, or ours whose answer was lost. */
export async function startJob(task: BigQueryCall, doing: Doing, start: JobStart): Promise<Job> {
  const failure = await tryToStart(task, doing, start);
  if (failure !== null && "id" in failure) return failure;
  const found = await findJob(task, doing, start.id);
  if (found !== null) return found;
  throw failure ?? forgotten(doing);
}

/** The job; null where its id is used up; a failure after which nobody knows whether there is a job. */
async function tryToStart(task: BigQueryCall, doing: Doing, start: JobStart): Promise<Job | SyncError | null> {
  const { projectId, location } = settingsOf(task.connection);
  const resource = {
    jobReference: { projectId, location, jobId: start.id },
    configuration: {
      ...start.configuration,
      labels: { ...workspaceLabels(task), [BATCH_LABEL]: start.batch },
      jobTimeoutMs: String(JOB_LIFETIME_MS),
    },
  };
  try {
    if (start.file === undefined) {
      const call = { method: "POST" as const, path: ["jobs"], body: resource, expected: [409] };
      const answer = await send(task, doing, jobAnswer, call);
      return answer === null ? null : toJob(answer);
    }
    const answer = await uploadJob(task, doing, resource, start.file);
    return answer === null ? null : toJob(parsed(jobAnswer, answer, doing));
  } catch (error) {
    if (error instanceof SyncError && error.kind === "transient") return error;
    throw error;
  }
}

function forgotten({ action }: Doing): SyncError {
  return new SyncError("transient", `BigQuery does not tell what became of ${action}; it is tried again.`);
}

function toJob({ jobReference, status, configuration }: z.infer<typeof jobAnswer>): Job {
  const isDone = status.state === "DONE";
  const batch = configuration?.labels?.[BATCH_LABEL] ?? "";
  return { id: jobReference.jobId, isDone, error: isDone ? (status.errorResult ?? null) : null, batch };
}
