// Product events in the Mixpanel stand-in, and a sync that imports all of them into a new workspace.
import type { Machine } from "./machine.ts";
import { createProject, createTenant } from "./tenant.ts";

const DAYS = 21;
const DAY_MS = 86_400_000;
export const EVENT = "purchase";

export interface Data {
  machine: Machine;
  projectId: string;
  rows: number;
  fromDay: string;
  toDay: string;
}

export async function generate(machine: Machine, projectId: string, rows: number): Promise<Data> {
  await createProject(machine, projectId);
  const toMs = Math.floor(Date.now() / DAY_MS) * DAY_MS;
  const fromMs = toMs - DAYS * DAY_MS;
  await machine.mixpanel.generate(projectId, { count: rows, events: [EVENT], fromMs, toMs });
  return { machine, projectId, rows, fromDay: dayOf(fromMs), toDay: dayOf(toMs) };
}

/** A run through Temporal into empty tables: plan, pages, discovery. Returns its duration in milliseconds. */
export async function syncAll({ machine, projectId, fromDay }: Data): Promise<number> {
  await emptyTables(machine);
  const tenant = await createTenant(machine, projectId, fromDay, { importEnabled: true }, [EVENT]);
  const ms = await tenant.sync();
  await tenant.stop();
  return ms;
}

export async function emptyTables({ sql }: Machine): Promise<void> {
  await sql.query("truncate imported_events, property_counts, properties, budget_leases");
}

export async function assertImported({ machine, rows }: Pick<Data, "machine" | "rows">): Promise<void> {
  const counted = await machine.sql.query<{ count: string }>("select count(*) from imported_events");
  const count = Number(counted.rows[0]?.count);
  if (count !== rows) throw new Error(`${count} rows were imported, not ${rows}.`);
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
