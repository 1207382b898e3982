// Metrics that stand in the way of a removal.
import { sql, type RawBuilder } from "kysely";
import type { Transaction } from "../postgres/database.ts";
import { InUseError, type Blocker } from "../errors.ts";

const MAX_BLOCKERS = 100;
const MAX_NAMED = 3;

/** Must run in a later statement than the one that locked the integration: metrics are defined under that lock. */
export async function refuseWhileUsed(tx: Transaction, what: string, metrics: RawBuilder<unknown>): Promise<void> {
  const used = await tx.query(sql<Blocker>`
    select 'metric' as kind, id, name from metrics where ${metrics} order by ordinal limit ${MAX_BLOCKERS}`);
  if (used.length === 0) return;
  const names = used.slice(0, MAX_NAMED).map(({ name }) => `“${name}”`);
  if (used.length > MAX_NAMED) names.push(`${used.length - MAX_NAMED} more`);
  const [users, them] = used.length === 1 ? ["metric", "it"] : ["metrics", "them"];
  const uses = used.length === 1 ? "uses" : "use";
  throw new InUseError(`The ${users} ${names.join(", ")} ${uses} ${what}: change or delete ${them} first.`, used);
}
