// Metrics that stand in the way of a removal.
import { sql, type RawBuilder } from "kysely";
import type { Transaction } from "../postgres/database.ts";
import { InUseError, type Blocker } from "../errors.ts";

const MAX_BLOCKERS = 100;

/** Must run in a later statement than the one that locked the integration: metrics are defined under that lock. */
export async function refuseWhileUsed(tx: Transaction, what: string, metrics: RawBuilder<unknown>): Promise<void> {
  const used = await tx.query(sql<Blocker>`
    select 'metric' as kind, id, name from metrics where ${metrics} order by ordinal limit ${MAX_BLOCKERS}`);
  if (used.length === 0) return;
  const names = used.map(({ name }) => `“${name}”`).join(", ");
  const users = used.length === 1 ? `The metric ${names} uses` : `The metrics ${names} use`;
  throw new InUseError(`${users} ${what}: change or delete ${used.length === 1 ? "it" : "them"} first.`, used);
}
