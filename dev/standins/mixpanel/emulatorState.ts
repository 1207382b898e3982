// The state of a Mixpanel stand-in: its projects, its clock, and the region whose hosts it plays.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Faults, type RequestDays, type StruckFault } from "./faults.ts";
import { Project } from "./project.ts";
import type { RequestKind } from "./protocol.ts";
import { changedSettings, newSettings, type ProjectSettingsInput, type Region } from "./settings.ts";

const JOURNAL = /^(\d+)\.journal$/;
const CLOCK_FILE = "clock.json";

export class EmulatorState {
  readonly projects = new Map<string, Project>();
  /** Faults of all requests, also of those that belong to no project. */
  readonly faults = new Faults();
  /** The region of requests whose host names none; null finds the projects of all regions. */
  region: Region | null = null;
  /** Counts the requests that belong to no project. */
  readonly unknownProject = new Project("", newSettings("", {}));
  readonly #dataDir: string | null;
  #offsetMs = 0;
  #frozenMs: number | null = null;

  constructor(dataDir: string | null) {
    this.#dataDir = dataDir;
    if (dataDir === null) return;
    mkdirSync(dataDir, { recursive: true });
    for (const file of readdirSync(dataDir)) {
      const id = JOURNAL.exec(file)?.[1];
      if (id !== undefined) this.#open(new Project(id, newSettings(id, {})));
    }
    this.#readClock(dataDir);
  }

  nowMs(): number {
    return this.#frozenMs ?? Date.now() + this.#offsetMs;
  }

  /** Sets the clock, which then stands still if `frozen` and goes on otherwise. */
  setClock(nowMs: number, frozen: boolean): void {
    this.#frozenMs = frozen ? nowMs : null;
    this.#offsetMs = nowMs - Date.now();
    this.#writeClock();
  }

  advanceClock(byMs: number): void {
    if (this.#frozenMs !== null) this.#frozenMs += byMs;
    this.#offsetMs += byMs;
    this.#writeClock();
  }

  realClock(): void {
    this.#frozenMs = null;
    this.#offsetMs = 0;
    this.#writeClock();
  }

  /** Creates a project, or changes the settings of one that exists. */
  putProject(id: string, input: ProjectSettingsInput): Project {
    const known = this.projects.get(id);
    const settings = known ? changedSettings(known.settings, input) : newSettings(id, input);
    const project = known ?? new Project(id, settings);
    if (!known) this.#open(project);
    project.change(settings);
    return project;
  }

  deleteProject(id: string): void {
    this.projects.get(id)?.close();
    this.projects.delete(id);
    if (this.#dataDir !== null) rmSync(join(this.#dataDir, `${id}.journal`), { force: true });
  }

  /** The fault that strikes a request: one of all requests, or else one of the project's. */
  strike(
    project: Project,
    kind: RequestKind,
    { bodyBytes = 0, days = null }: { bodyBytes?: number; days?: RequestDays | null } = {},
  ): StruckFault | null {
    return this.faults.strikeRequest(kind, bodyBytes, days) ?? project.faults.strikeRequest(kind, bodyBytes, days);
  }

  close(): void {
    for (const project of this.projects.values()) project.close();
  }

  #open(project: Project): void {
    if (this.#dataDir !== null) project.openJournal(join(this.#dataDir, `${project.id}.journal`));
    this.projects.set(project.id, project);
  }

  #readClock(dataDir: string): void {
    const path = join(dataDir, CLOCK_FILE);
    if (!existsSync(path)) return;
    const kept = JSON.parse(readFileSync(path, "utf8")) as { offsetMs: number; frozenMs: number | null };
    this.#offsetMs = kept.offsetMs;
    this.#frozenMs = kept.frozenMs;
  }

  #writeClock(): void {
    if (this.#dataDir === null) return;
    const kept = { offsetMs: this.#offsetMs, frozenMs: this.#frozenMs };
    writeFileSync(join(this.#dataDir, CLOCK_FILE), JSON.stringify(kept));
  }
}
