// `jobs.insert` and `jobs.query`: checks rights, id and location, then runs the job in the emulator.
import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { strikeBefore } from "./faults.ts";
import { GoogleError, invalid, type JobError, type Json } from "./google.ts";
import { claimJobId } from "./findJob.ts";
import { jobKey, kindOfJob, type Job, type JobResource } from "./job.ts";
import type { JobPlan, JobRequest } from "./jobPlan.ts";
import { planLoad } from "./loads.ts";
import { planQuery } from "./queries.ts";
import { needOnProject } from "./roles.ts";

/** Returns the job, running or done. Throws a refusal that comes before there is a job. */
export async function startJob(request: JobRequest): Promise<Job> {
  const { state, account, projectId, body } = request;
  const project = state.project(projectId);
  const configuration = (body["configuration"] ?? {}) as Json;
  const kind = kindOfJob(configuration);
  const fault = project.faults.strikeOperation(request.operation, {
    jobType: kind ?? "none",
    about: subjectOf(configuration),
  });
  await strikeBefore(fault);
  if (kind === null) throw invalid("Job configuration must contain exactly one job-specific configuration object.");
  needOnProject(account, "bigquery.jobs.create", projectId);
  const asked = (body["jobReference"] ?? {}) as { jobId?: string; location?: string };
  const plan = await planJob(request, kind, configuration, asked.location ?? null);
  const jobId = asked.jobId ?? `job_${randomUUID().replaceAll("-", "")}`;
  if (!/^[\w-]{1,1024}$/.test(jobId))
    throw invalid(
      `Invalid job ID "${jobId}". Job IDs must be alphanumeric (plus underscores and dashes) and must be at most 1024 characters long.`,
    );
  // A dry run makes no job.
  const isKept = configuration["dryRun"] !== true;
  if (isKept) claimJobId(project, plan.location, jobId);
  const job = newJob(request, configuration, jobId, plan.location);
  job.fault = fault;
  if (isKept) {
    project.jobs.set(jobKey(plan.location, jobId), job);
    state.keepJob(job);
  }
  job.done = runToEnd(request, job, plan);
  return job;
}

/** The SQL or the destination table, for faults that select by it. */
function subjectOf(configuration: Json): string {
  const { query, load, copy } = configuration as {
    query?: { query?: string };
    load?: { destinationTable?: { tableId?: string } };
    copy?: { destinationTable?: { tableId?: string } };
  };
  return query?.query ?? load?.destinationTable?.tableId ?? copy?.destinationTable?.tableId ?? "";
}

async function planJob(
  request: JobRequest,
  kind: string,
  configuration: Json,
  location: string | null,
): Promise<JobPlan> {
  if (kind === "load") return await planLoad(request, configuration, location);
  if (kind === "query") return await planQuery(request, configuration, location);
  throw new GoogleError(501, "notImplemented", `The local BigQuery runs no ${kind} jobs.`);
}

function newJob(request: JobRequest, configuration: Json, jobId: string, location: string): Job {
  const { projectId, account } = request;
  const resource: JobResource = {
    kind: "bigquery#job",
    id: `${projectId}:${location}.${jobId}`,
    etag: randomUUID(),
    user_email: account.email,
    jobReference: { projectId, jobId, location },
    configuration: { jobType: (kindOfJob(configuration) ?? "").toUpperCase(), ...configuration },
    status: { state: "RUNNING" },
    statistics: { creationTime: String(Date.now()), startTime: String(Date.now()) },
  };
  const emulatorId = `front_${randomUUID().replaceAll("-", "")}`;
  return { resource, emulatorId, owner: account.email, done: Promise.resolve(), fault: null };
}

async function runToEnd(request: JobRequest, job: Job, plan: JobPlan): Promise<void> {
  const { state, projectId } = request;
  const { resource, fault } = job;
  const project = state.project(projectId);
  let error: JobError | null;
  let statistics: Json = {};
  let ran = true;
  if (fault?.kind === "job_failed") {
    ran = false;
    error = {
      reason: fault.reason,
      message: fault.message ?? "The job encountered an error during execution. Retrying may solve the problem.",
    };
  } else {
    try {
      const end = await plan.run(job.emulatorId);
      ({ error, statistics } = end);
      if (end.configuration !== undefined) resource.configuration = { ...resource.configuration, ...end.configuration };
    } catch (thrown) {
      error = thrown instanceof GoogleError ? thrown.jobError() : { reason: "internalError", message: String(thrown) };
    }
  }
  if (fault?.kind === "job_slow") await delay(fault.delayMs);
  const isKept = project.jobs.has(jobKey(plan.location, resource.jobReference.jobId));
  if (ran && isKept) project.countJob(plan.kind, error !== null);
  resource.statistics = { ...resource.statistics, endTime: String(Date.now()), ...statistics };
  resource.status = error === null ? { state: "DONE" } : { state: "DONE", errorResult: error, errors: [error] };
  if (isKept) state.keepJob(job);
}

/** Waits at most `withinMs` for the end of a job. Returns true if it is DONE. */
export async function settledWithin(job: Job, withinMs: number): Promise<boolean> {
  const timer = new AbortController();
  const late = delay(withinMs, undefined, { signal: timer.signal }).catch(() => undefined);
  await Promise.race([job.done, late]);
  timer.abort();
  return job.resource.status.state === "DONE";
}
