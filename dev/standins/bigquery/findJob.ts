// Finds a job of a project, and refuses ids that were used.
import { alreadyExists, notFound } from "./google.ts";
import { jobKey, type Job } from "./job.ts";
import type { Project } from "./project.ts";
import { denied, holds, type Principal } from "./roles.ts";

/** Only in these locations is a job found without its location: https://cloud.google.com/bigquery/docs/locations#specify_locations */
const FOUND_WITHOUT_LOCATION = ["US", "EU"];

/** Throws 409 if the id was used before, also by a job that failed. */
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
