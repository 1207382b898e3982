// Creations whose number is limited: those of one kind in one workspace run one after the other, so that counts hold.
import { sql, type RawBuilder } from "kysely";
import { ConflictError } from "../errors.ts";
import type { Transaction } from "./database.ts";

/** The lock of each kind, beside those of migrations and ingest. */
const LOCKS = { routers: 7_315_003, metrics: 7_315_004, integrations: 7_315_005, keys: 7_315_006 };

/**
 * Throws ConflictError if the workspace has `max` of the kind already. The lock is held to the commit. The count is a
 * later statement than the lock, so that it sees what the lock waited for.
 */
export async function refuseTooMany(
  tx: Transaction,
  workspaceId: string,
  limit: { kind: keyof typeof LOCKS; max: number; counted: RawBuilder<{ count: number }> },
): Promise<void> {
  const { kind, max, counted } = limit;
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${workspaceId}, ${sql.lit(LOCKS[kind])}))`);
  const [row] = await tx.query(counted);
  if ((row?.count ?? 0) >= max) throw new ConflictError(`A workspace has at most ${max} ${kind}: delete one first.`);
}
