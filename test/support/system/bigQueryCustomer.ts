// A customer for fault tests, with both directions of BigQuery and two events, each in its own table.
import type { BigQueryControl } from "../../../dev/standins/bigquery/control.ts";
import type { FaultInput } from "../../../dev/standins/bigquery/protocol.ts";
import { eventually } from "../eventually.ts";
import { type BigQuery, COLUMNS, connectBigQuery, DATASET, type EventRow, FIELDS, grantsOf } from "./bigQuerySync.ts";
import { expectMerged, expectRead, expectRunsAddUp, type Ledger } from "./exact.ts";
import { HOUR_MS, type System } from "./system.ts";

const WITHIN_MS = 120_000;
/** The initial number of rows of each event. */
export const ROWS = 400;
/** The dataset of the events, which is not the dataset of the exposures. */
export const SOURCE = "source";
export const EVENTS = ["donation", "visit"] as const;
type Name = (typeof EVENTS)[number];

export class Customer {
  readonly bigQuery: BigQuery;
  /** All rows that were loaded into each event's table. */
  readonly rows: Record<Name, EventRow[]> = { donation: [], visit: [] };
  private readonly system: System;
  private readonly ledger: Ledger;

  constructor(system: System, bigQuery: BigQuery, ledger: Ledger) {
    this.system = system;
    this.bigQuery = bigQuery;
    this.ledger = ledger;
  }

  createTable(name: Name, fields = FIELDS): Promise<object> {
    return this.bigQuery.control.createTable(this.bigQuery.projectId, SOURCE, name, { schema: { fields } });
  }

  /** Adds rows within the lookback, so that the next run reads rows that are added later or again. */
  async add(name: Name, count: number): Promise<void> {
    const fresh = Array.from({ length: count }, (_, i) => ({
      event_name: name,
      user_id: `customer-${i % 7}`,
      created_at: new Date(Math.floor(Date.now() / HOUR_MS) * HOUR_MS - i * 60_000).toISOString(),
      event_uuid: `${name}-${this.rows[name].length + i}`,
      amount: i,
    }));
    this.rows[name].push(...fresh);
    await this.load(name, fresh);
  }

  async load(name: Name, rows: EventRow[]): Promise<void> {
    const { control, projectId } = this.bigQuery;
    await control.loadRows(
      projectId,
      SOURCE,
      name,
      rows.map((row) => ({ ...row })),
    );
  }

  async enable(): Promise<void> {
    await this.system.call("PATCH", this.bigQuery.path, { export: { enabled: true }, import: { enabled: true } });
  }

  fault(fault: FaultInput): Promise<number> {
    return this.bigQuery.control.addFault(this.bigQuery.projectId, fault);
  }

  async struck(): Promise<number> {
    const faults = await this.bigQuery.control.faults(this.bigQuery.projectId);
    return faults.reduce((sum, fault) => sum + fault.struck, 0);
  }

  async imported(): Promise<number> {
    const events = await Promise.all(EVENTS.map((name) => this.bigQuery.event(name)));
    return events.reduce((sum, event) => sum + event.imported, 0);
  }

  /** Starts a sync and calls `happen` while the load of the export waits for its answer and all rows are imported. */
  async inMidSync(happen: () => Promise<void>): Promise<string | undefined> {
    const id = await this.fault({ kind: "hang", target: "jobs.insert", jobType: "load" });
    await this.enable();
    const { requestId } = await this.bigQuery.ask();
    await eventually(
      () => this.struck(),
      (times) => times > 0,
    );
    await eventually(
      () => this.imported(),
      (count) => count === 2 * ROWS,
    );
    await happen();
    await this.bigQuery.control.clearFaults(this.bigQuery.projectId, id);
    return await this.bigQuery.outcome(requestId, WITHIN_MS);
  }

  /** Expects each bucket and each source row once, by the counts of both sides. */
  async expectExact(): Promise<void> {
    await expectMerged(this.bigQuery, this.ledger);
    for (const name of EVENTS) await expectRead(this.bigQuery, name, this.rows[name]);
    const rows = this.rows.donation.length + this.rows.visit.length;
    await expectRunsAddUp(this.system, this.bigQuery, { export: this.ledger.buckets.length, import: rows });
  }
}

/** Both directions are still off. */
export async function connectCustomer(system: System, control: BigQueryControl, ledger: Ledger): Promise<Customer> {
  const bigQuery = await connectBigQuery(system, control);
  const { projectId, email, path } = bigQuery;
  await control.putAccount(email, { grants: grantsOf(projectId, [DATASET, SOURCE]) });
  await control.createDataset(projectId, SOURCE, { location: "EU" });
  const customer = new Customer(system, bigQuery, ledger);
  for (const eventName of EVENTS) {
    await customer.createTable(eventName);
    await customer.add(eventName, ROWS);
    await system.call("POST", `${path}/events`, { eventName, ...COLUMNS, dataset: SOURCE, tableName: eventName });
  }
  return customer;
}
