// One Mixpanel project: its settings, rows, journal, budgets, faults and counts.
import { countRequest } from "../shared/requestCounts.ts";
import { Faults } from "./faults.ts";
import { Identities, type Link, linkOf, type LinkRecord } from "./identity.ts";
import { Journal, type Rewrite } from "./journal.ts";
import type { RequestCounts, RequestKind } from "./protocol.ts";
import { RollingSum, RollingTimes } from "./rate.ts";
import { type Row, RowStore } from "./rows.ts";
import type { ProjectSettings } from "./settings.ts";
import { LocalClock } from "./zone.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** What has been used of each limit, by the stand-in's clock. */
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
  identities = new Identities();
  budgets = new Budgets();
  counts = newCounts();
  #localClock: LocalClock;
  #journal: Journal | null = null;

  constructor(id: string, settings: ProjectSettings) {
    this.id = id;
    this.settings = settings;
    this.#localClock = new LocalClock(settings.timezone);
  }

  /** Reads the journal, which may replace the settings, and writes all later changes to it. */
  openJournal(path: string): void {
    this.#journal = new Journal(path, {
      settings: (settings) => this.#apply(settings),
      row: (row) => this.rows.add(row),
      rewrite: (rewrite) => this.#set(rewrite),
      link: (link) => void this.identities.add(link),
      reset: () => this.#empty(),
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

  /** Deletes rows, merges, budgets, counts and faults; the settings stay. */
  reset(): void {
    this.#empty();
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

  /** Makes the link that an event stands for, if it stands for one. */
  learnLink(event: string, properties: Record<string, unknown>, nowMs: number): void {
    const link = linkOf(event, properties, this.settings.idMerge);
    if (link) this.link(link, nowMs);
  }

  /** Returns false if Mixpanel ignores the link. */
  link(link: Link, nowMs: number): boolean {
    const { canonical, delayMs } = this.settings.merging;
    const record: LinkRecord = { ...link, canonical, dueMs: nowMs + delayMs };
    if (!this.identities.add(record)) return false;
    this.#journal?.link(record);
    return true;
  }

  flush(): void {
    this.#journal?.flush();
  }

  /** `time` as this project stores it: local time in a project created before 2023. */
  toStoredMs(utcMs: number): number {
    return this.settings.createdBefore2023 ? this.#localClock.toLocalMs(utcMs) : utcMs;
  }

  /** Local time in the project's zone. */
  toLocalMs(utcMs: number): number {
    return this.#localClock.toLocalMs(utcMs);
  }

  /** `status` is null if there was no answer. */
  count(kind: RequestKind, status: number | null): void {
    countRequest(this.counts.byKind, kind, status);
  }

  #empty(): void {
    this.rows = new RowStore();
    this.identities = new Identities();
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
