// One project: its settings, rows, journal, limits, faults and what was counted of it.
import { Faults } from "./faults.ts";
import { Journal } from "./journal.ts";
import type { Rewrite } from "./journal.ts";
import type { RequestCounts, RequestKind } from "./protocol.ts";
import { RollingSum, RollingTimes } from "./rate.ts";
import { RowStore } from "./rows.ts";
import type { Row } from "./rows.ts";
import type { ProjectSettings } from "./settings.ts";
import { LocalClock } from "./zone.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** What of the budgets is used up; on the stand-in's clock. */
export class Budgets {
  readonly importEvents = new RollingSum(MINUTE_MS, 60);
  readonly importBytes = new RollingSum(MINUTE_MS, 60);
  readonly exportHour = new RollingTimes(HOUR_MS);
  readonly exportSecond = new RollingTimes(1000);
  readonly queryHour = new RollingTimes(HOUR_MS);
  exportsRunning = 0;
  queriesRunning = 0;
}

export class Project {
  readonly id: string;
  readonly faults = new Faults();
  settings: ProjectSettings;
  rows = new RowStore();
  budgets = new Budgets();
  counts = newCounts();
  #localClock: LocalClock;
  #journal: Journal | null = null;

  constructor(id: string, settings: ProjectSettings) {
    this.id = id;
    this.settings = settings;
    this.#localClock = new LocalClock(settings.timezone);
  }

  /** Reads back a journal, which may replace the settings, and records into it from now on. */
  openJournal(path: string): void {
    this.#journal = new Journal(path, {
      settings: (settings) => this.#apply(settings),
      row: (row) => this.rows.add(row),
      rewrite: (rewrite) => this.#set(rewrite),
      reset: () => (this.rows = new RowStore()),
    });
  }

  close(): void {
    this.#journal?.close();
    this.#journal = null;
  }

  change(settings: ProjectSettings): void {
    this.#apply(settings);
    this.#journal?.settings(settings);
    this.#journal?.flush();
  }

  /** Forgets rows, budgets, counts and faults; keeps the settings. */
  reset(): void {
    this.rows = new RowStore();
    this.budgets = new Budgets();
    this.counts = newCounts();
    this.faults.clear();
    this.#journal?.reset();
    this.#journal?.flush();
  }

  store(rows: readonly Row[]): void {
    for (const row of rows) {
      this.rows.add(row);
      this.#journal?.row(row);
    }
    this.#journal?.flush();
  }

  rewrite(rewrite: Rewrite): void {
    this.#set(rewrite);
    this.#journal?.rewrite(rewrite);
  }

  flush(): void {
    this.#journal?.flush();
  }

  /** `time` as this project stores it: wall time in an old project. */
  toStoredMs(utcMs: number): number {
    return this.settings.createdBefore2023 ? this.#localClock.toLocalMs(utcMs) : utcMs;
  }

  /** The wall clock of the project's zone, old or not. */
  toLocalMs(utcMs: number): number {
    return this.#localClock.toLocalMs(utcMs);
  }

  count(kind: RequestKind, status: number | "reset"): void {
    const counts = (this.counts.byKind[kind] ??= { total: 0, byStatus: {}, reset: 0 });
    counts.total++;
    if (status === "reset") counts.reset++;
    else counts.byStatus[status] = (counts.byStatus[status] ?? 0) + 1;
  }

  #apply(settings: ProjectSettings): void {
    this.#localClock = new LocalClock(settings.timezone);
    this.settings = settings;
  }

  #set(rewrite: Rewrite): void {
    this.rows.day(rewrite.day)?.set(rewrite.index, rewrite.line, rewrite.timeOffset, rewrite.processingMs);
  }
}

export function newCounts(): RequestCounts {
  return { byKind: {}, eventsStored: 0, eventsDropped: 0, eventsRefused: 0, rowsExported: 0, bytesExported: 0 };
}
