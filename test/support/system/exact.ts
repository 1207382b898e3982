// What fault tests hold both sides to: exactly the expected buckets at Mixpanel, exactly the seeded rows in the store.
import { expect } from "vitest";
import type { LoadRow, StoredEvent } from "../../../dev/standins/mixpanel/protocol.ts";
import type { BigQuery, EventRow } from "./bigQuerySync.ts";
import { expose, EXPOSURE_EVENT, type ExposureInput, type Mixpanel } from "./mixpanelSync.ts";
import { DAY_MS, HOUR_MS, type System } from "./system.ts";

const MAX_ROWS_PER_LIST = 100_000;
const HOURS = 48;
const HOURS_PER_LIST = 8;
/** A UTC midnight that lies a while back: all hours and days from it on are over. */
export const START_MS = Math.floor(Date.now() / DAY_MS) * DAY_MS - 20 * DAY_MS;
export const IMPORT_FROM = new Date(START_MS).toISOString().slice(0, 10);

interface Run {
  startedAt: string;
  finishedAt: string | null;
  outcome: string | null;
  directions: {
    direction: string;
    outcome: string | null;
    records: number;
    rejected: number;
    error?: { kind: string };
  }[];
}

/** Everything that was posted to one workspace: each of its integrations has to deliver all of it. */
export class Ledger {
  readonly exposures: ExposureInput[] = [];
  readonly rows: LoadRow[] = [];
  private readonly system: System;
  private nextRow = 0;

  constructor(system: System) {
    this.system = system;
  }

  /** Posts exposures of `count` new buckets, every third of them with an earlier exposure in the same hour. */
  async expose(count: number, prefix: string): Promise<void> {
    const fresh = Array.from({ length: count }, (_, i) => {
      const timestamp = START_MS + (i % HOURS) * HOUR_MS + 1_000 + (i % 3_000);
      const one = { user: `${prefix}-${i}`, timestamp };
      return i % 3 === 0 ? [one, { ...one, timestamp: timestamp - 500 }] : [one];
    }).flat();
    await expose(this.system, fresh);
    this.exposures.push(...fresh);
  }

  /** Puts `count` new rows of the event into the project, spread over `days` days from the start. */
  async load(mixpanel: Mixpanel, count: number, days = 10, processingMs?: number): Promise<void> {
    const fresh = Array.from({ length: count }, () => {
      const i = this.nextRow++;
      const timeMs = START_MS + (i % days) * DAY_MS + i;
      const properties = { distinct_id: `customer-${i % 97}`, $insert_id: `row-${i}`, amount: i };
      return { event: "purchase", timeMs, processingMs: processingMs ?? timeMs + 1, properties };
    });
    await mixpanel.control.loadRows(mixpanel.projectId, fresh);
    this.rows.push(...fresh);
  }

  get buckets(): string[] {
    const latest = new Map<string, number>();
    for (const { user, timestamp } of this.exposures) {
      const timeMs = Number(timestamp);
      const key = JSON.stringify([user, Math.floor(timeMs / HOUR_MS)]);
      latest.set(key, Math.max(timeMs, latest.get(key) ?? 0));
    }
    return [...latest].map(([key, timeMs]) => JSON.stringify([(JSON.parse(key) as [string])[0], timeMs])).toSorted();
  }
}

/** Mixpanel's deduplicated view of the exposure events, one line each: user and time. */
async function delivered({ control, projectId }: Mixpanel): Promise<string[]> {
  const events = [EXPOSURE_EVENT];
  const rows: StoredEvent[] = [];
  for (let hour = 0; hour < HOURS; hour += HOURS_PER_LIST) {
    const fromMs = START_MS + hour * HOUR_MS;
    const filter = { events, fromMs, toMs: fromMs + HOURS_PER_LIST * HOUR_MS - 1 };
    rows.push(...(await control.rows(projectId, filter, MAX_ROWS_PER_LIST)));
  }
  const counts = await control.count(projectId, { events });
  expect(rows).toHaveLength(counts.stored);
  const distinct = new Map<string, string>();
  for (const { properties } of rows) {
    const { distinct_id: user, time, $insert_id: insertId, alias_id, route_id, variant_id } = properties;
    const ids = alias_id === "router" && route_id === "route" && variant_id === "variant" ? "" : " of other ids";
    distinct.set(JSON.stringify([user, time, insertId]), JSON.stringify([user, time]) + ids);
  }
  expect(counts.deduped).toBe(distinct.size);
  return [...distinct.values()].toSorted();
}

/** Every bucket is at Mixpanel once, with its time, and nothing else is. */
export async function expectDelivered(mixpanel: Mixpanel, ledger: Ledger): Promise<void> {
  expectSame(await delivered(mixpanel), ledger.buckets);
}

/** The same, and our own counts say so. */
export async function expectExported(mixpanel: Mixpanel, ledger: Ledger): Promise<void> {
  await expectDelivered(mixpanel, ledger);
  const { export: direction } = await mixpanel.get();
  expect(direction).toMatchObject({ sent: ledger.buckets.length, rejected: 0, pending: 0, late: 0 });
}

export async function expectImported(mixpanel: Mixpanel, rows: readonly LoadRow[]): Promise<void> {
  const expected = rows.map(({ properties, timeMs }) =>
    JSON.stringify([
      properties?.["$insert_id"],
      properties?.["distinct_id"],
      new Date(timeMs).toISOString(),
      properties?.["amount"],
    ]),
  );
  const records = (await mixpanel.records("purchase")).map(({ properties, user_id, timestamp }) =>
    JSON.stringify([properties["$insert_id"], user_id, timestamp, properties["amount"]]),
  );
  expectSame(records.toSorted(), expected.toSorted());
  expect(await mixpanel.event("purchase")).toMatchObject({ imported: expected.length, rejected: 0 });
}

/** Expects one row per bucket at its latest time in the customer's table, no other rows, and matching counts. */
export async function expectMerged(bigQuery: BigQuery, ledger: Pick<Ledger, "buckets">): Promise<void> {
  const rows = await bigQuery.exposures();
  expectSame(rows.map(({ user, ms }) => JSON.stringify([user, ms])).toSorted(), ledger.buckets);
  expect(await bigQuery.export()).toMatchObject({ sent: ledger.buckets.length, rejected: 0, pending: 0, late: 0 });
}

/** Each of these source rows, all of one event, is stored once, and nothing else is. */
export async function expectRead(bigQuery: BigQuery, eventName: string, rows: readonly EventRow[]): Promise<void> {
  const expected = rows.map(({ event_uuid, user_id, created_at, amount }) =>
    JSON.stringify([event_uuid, user_id, created_at, amount]),
  );
  const records = (await bigQuery.records(eventName)).map(({ properties, user_id, timestamp }) =>
    JSON.stringify([properties["event_uuid"], user_id, timestamp, properties["amount"]]),
  );
  expectSame(records.toSorted(), expected.toSorted());
  expect(await bigQuery.event(eventName)).toMatchObject({ imported: expected.length, rejected: 0 });
}

/** Short where it fails: the lists are long. */
function expectSame(actual: string[], expected: string[]): void {
  const had = new Set(actual);
  const wanted = new Set(expected);
  const missing = expected.filter((line) => !had.has(line));
  const surplus = actual.filter((line) => !wanted.has(line));
  expect({
    missing: missing.length,
    surplus: surplus.length,
    examples: [...missing.slice(0, 3), ...surplus.slice(0, 3)],
  }).toEqual({ missing: 0, surplus: 0, examples: [] });
  expect(actual).toHaveLength(expected.length);
}

/** All runs, newest first. */
export async function runsOf(system: System, { id }: { id: string }): Promise<Run[]> {
  return (await system.call<{ runs: Run[] }>("GET", `/v1/integrations/${id}/runs?limit=1000`)).runs;
}

/** Every run has ended, and what the runs' directions count adds up to what is there. */
export async function expectRunsAddUp(
  system: System,
  integration: { id: string },
  records: { export?: number; import?: number },
) {
  const runs = await runsOf(system, integration);
  expect(runs.every(({ finishedAt, outcome }) => finishedAt !== null && outcome !== null)).toBe(true);
  const total = (name: string) =>
    runs
      .flatMap(({ directions }) => directions.filter(({ direction }) => direction === name))
      .reduce((sum, direction) => sum + direction.records, 0);
  for (const [direction, count] of Object.entries(records))
    expect({ direction, count: total(direction) }).toEqual({ direction, count });
}
