// The front's state. Accounts, expirations and jobs are kept on disk.
import { randomBytes } from "node:crypto";
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Accounts } from "./accounts.ts";
import { Catalog, type KeptCatalog } from "./catalog.ts";
import type { Engine } from "./engine.ts";
import type { JobError } from "./google.ts";
import { jobKey, type Job, type KeptJob } from "./job.ts";
import { Project } from "./project.ts";
import { Protections } from "./protections.ts";
import type { Account } from "./protocol.ts";

interface Kept extends KeptCatalog {
  sourceToken: string;
  accounts: Record<string, Account>;
}

/** The error of a job that was running when the front was killed. Its rows may exist or not. */
const CUT_OFF: JobError = { reason: "backendError", message: "The local BigQuery ended while the job was running." };

export class EmulatorState {
  readonly engine: Engine;
  readonly accounts: Accounts;
  readonly catalog: Catalog;
  /** Not kept on disk. */
  readonly protections = new Protections();
  /** Uploaded files wait here for their job. */
  readonly uploadDir: string;
  readonly #projects = new Map<string, Project>();
  readonly #dataDir: string | null;

  constructor(engine: Engine, dataDir: string | null, sourceToken: string | null) {
    this.engine = engine;
    this.#dataDir = dataDir;
    if (dataDir !== null) mkdirSync(dataDir, { recursive: true });
    const kept = this.#read();
    const token = sourceToken ?? kept?.sourceToken ?? `source-${randomBytes(18).toString("base64url")}`;
    this.accounts = new Accounts(token, kept?.accounts ?? {});
    const { expirations = {}, collations = {} } = kept ?? {};
    this.catalog = new Catalog(
      engine,
      { expirations, collations },
      { changed: () => this.keep(), isSandbox: (projectId) => this.project(projectId).settings.isSandbox },
    );
    this.uploadDir = mkdtempSync(join(tmpdir(), "crosscurrent-bigquery-"));
    this.#readJobs();
    this.keep();
  }

  project(id: string): Project {
    const known = this.#projects.get(id);
    if (known !== undefined) return known;
    const project = new Project(id);
    this.#projects.set(id, project);
    return project;
  }

  /** Writes all that must survive a restart, except jobs. */
  keep(): void {
    if (this.#dataDir === null) return;
    const kept: Kept = {
      sourceToken: this.accounts.sourceToken,
      accounts: this.accounts.all(),
      ...this.catalog.kept(),
    };
    writeFileSync(this.#path("front.json"), JSON.stringify(kept), { mode: 0o600 });
  }

  /** Records a job, whose id may not be used again from its start. */
  keepJob(job: Job): void {
    if (this.#dataDir === null) return;
    const { resource, emulatorId, owner } = job;
    appendFileSync(this.#path("jobs.ndjson"), `${JSON.stringify({ resource, emulatorId, owner } satisfies KeptJob)}\n`);
  }

  close(): void {
    rmSync(this.uploadDir, { recursive: true, force: true });
  }

  #path(name: string): string {
    return join(this.#dataDir ?? "", name);
  }

  #read(): Kept | null {
    const path = this.#path("front.json");
    return this.#dataDir !== null && existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as Kept) : null;
  }

  #readJobs(): void {
    const path = this.#path("jobs.ndjson");
    if (this.#dataDir === null || !existsSync(path)) return;
    for (const line of readFileSync(path, "utf8").split("\n")) {
      const kept = parsed(line);
      if (kept === null) continue;
      const { projectId, location, jobId } = kept.resource.jobReference;
      const job: Job = { ...kept, done: Promise.resolve(), fault: null };
      // A later line about the same job replaces it.
      if (job.resource.status.state !== "DONE")
        job.resource.status = { state: "DONE", errorResult: CUT_OFF, errors: [CUT_OFF] };
      this.project(projectId).jobs.set(jobKey(location, jobId), job);
    }
  }
}

/** The last line may be incomplete. */
function parsed(line: string): KeptJob | null {
  try {
    return JSON.parse(line) as KeptJob;
  } catch {
    return null;
  }
}
