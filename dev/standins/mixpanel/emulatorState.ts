// Everything that one stand-in knows: its projects, its clock, and the region whose hosts it plays.
import { existsSync, mkdirSync, readdirSync, readFileSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Faults } from "./faults.ts";
import { Project } from "./project.ts";
import { changedSettings, newSettings } from "./settings.ts";
import type { ProjectSettingsInput, Region } from "./settings.ts";

const JOURNAL = /^(\d+)\.journal$/;

export class EmulatorState {
  readonly projects = new Map<string, Project>();
  /** Faults that strike whatever the project, even requests that belong to none. */
  readonly faults = new Faults();
  /** The region that a request at a host without one reaches; null takes every project's. */
  region: Region | null = null;
  /** Requests that no project could be found for. */
  readonly nobody = new Project("", newSettings("", {}));
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
    this.#readClock();
  }

  nowMs(): number {
    return this.#frozenMs ?? Date.now() + this.#offsetMs;
  }

  /** Sets the clock; frozen, it stands there, else it goes on from there. */
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
    if (this.#dataDir !== null && existsSync(this.#journalPath(this.#dataDir, id)))
      unlinkSync(this.#journalPath(this.#dataDir, id));
  }

  close(): void {
    for (const project of this.projects.values()) project.close();
  }

  #open(project: Project): void {
    if (this.#dataDir !== null) project.openJournal(this.#journalPath(this.#dataDir, project.id));
    this.projects.set(project.id, project);
  }

  #journalPath(dataDir: string, id: string): string {
    return join(dataDir, `${id}.journal`);
  }

  #clockPath(dataDir: string): string {
    return join(dataDir, "clock.json");
  }

  #readClock(): void {
    if (this.#dataDir === null || !existsSync(this.#clockPath(this.#dataDir))) return;
    const kept = JSON.parse(readFileSync(this.#clockPath(this.#dataDir), "utf8")) as {
      offsetMs: number;
      frozenMs: number | null;
    };
    this.#offsetMs = kept.offsetMs;
    this.#frozenMs = kept.frozenMs;
  }

  #writeClock(): void {
    if (this.#dataDir === null) return;
    writeFileSync(
      this.#clockPath(this.#dataDir),
      JSON.stringify({ offsetMs: this.#offsetMs, frozenMs: this.#frozenMs }),
    );
  }
}
